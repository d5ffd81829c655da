"""One loop that trains and re-trains. Shapes: `B` texts."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.optim import Optimizer

from core.config import RunConfig
from core.data.batch import Batch
from core.errors import StoppedError
from core.events import Command, Monitor, Point, Stage
from core.models.base import TextClassifier
from core.training.class_weights import class_weights
from core.training.evaluate import Evaluation, evaluate
from core.training.optimizers import OPTIMIZERS
from core.training.rows import RowWindow
from core.training.schedules import SCHEDULES, Plan
from core.training.word_dropout import drop_words

POINTS_PER_EPOCH = 40
EVALUATIONS_PER_EPOCH = 2
WINDOW_BATCHES = 8  # trained on a table of their own rows; more of them cost less copying, but a larger table
BUCKET_BATCHES = 50  # texts are sorted by length within so many batches: little is wasted, and order stays random


@dataclass(frozen=True)
class Position:
    """How far a run has come, counted over both phases."""

    iteration: int = 0
    epoch: float = 0.0


@dataclass(frozen=True)
class Fitted:
    """What `fit` leaves behind, besides the model in its best state.

    Attributes:
        dev: the best state's evaluation.
        position: where the phase ended.
        command: the compress-now that ended it early, if one did.
    """

    dev: Evaluation
    position: Position
    command: Command | None


def fit(
    model: TextClassifier,
    train: Batch,
    dev: Batch,
    *,
    config: RunConfig,
    stage: Stage,
    epochs: int,
    seed: int,
    monitor: Monitor,
    start: Position,
) -> Fitted:
    """Train `model` in place, and leave it in the state that did best on `dev`.

    Best is the highest accuracy, or with balanced class weights the highest macro-F1; equal ones are told apart by the
    loss. The state before the first step takes part in that choice. The same seed gives the same bits on one machine.

    Args:
        model: anything from logits down; all its parameters train.
        train: the texts to learn from.
        dev: the texts to choose by.
        config: optimiser, schedule, learning rate, batch size and class weights.
        stage: "train" or "retrain".
        epochs: passes over `train`.
        seed: for the order of the texts and for dropout.
        monitor: hears every point; a compress-now ends training early, a stop ends the run.
        start: where the run stands, so that points go on counting.

    Raises:
        StoppedError: when the monitor says stop.
    """
    torch.manual_seed(seed)
    per_epoch = -(-len(train) // config.batch_size)
    rate = config.highest_rate(stage)
    optimizer = OPTIMIZERS.get(config.optimizer).build(model.parameters(), rate, config.parameters("optimizer"))
    plan = Plan(learning_rate=rate, iterations_per_epoch=per_epoch, epochs=epochs, stage=stage)
    schedule = SCHEDULES.get(config.schedule).build(optimizer, plan, config.parameters("schedule"))
    rows = RowWindow(model.embedding.row_parameters(), optimizer)
    weights = class_weights(train.labels, config.class_weights)
    best = _Best(model, evaluate(model, dev), by_macro_f1=weights is not None)
    point_every = max(1, per_epoch // POINTS_PER_EPOCH)
    evaluate_every = max(1, -(-per_epoch // EVALUATIONS_PER_EPOCH))
    monitor.point(Point(stage, start.iteration, start.epoch, _dev_values(best.dev)))
    command, done, losses = None, 0, _Mean()
    model.train()
    for window in _windows(_batches(train, size=config.batch_size, epochs=epochs), per_epoch, evaluate_every):
        texts = drop_words(train.select(torch.cat(window)), model.word_dropout)
        with rows.over(texts) as narrow:
            for batch in narrow.split([len(batch) for batch in window]):
                command = obey(monitor)
                if command and stage == "train":
                    break
                present_rate = optimizer.param_groups[0]["lr"]
                losses.add(_step(model, optimizer, batch, weights))
                schedule.step()
                done += 1
                if done == 1 or done % point_every == 0:
                    values = {"train_loss": losses.take(), "learning_rate": present_rate}
                    monitor.point(Point(stage, start.iteration + done, start.epoch + done / per_epoch, values))
                    monitor.progress(done / (per_epoch * epochs))
        if command and stage == "train":
            best.consider(evaluate(model, dev))
            break
        if _at_evaluation(done, per_epoch, evaluate_every):
            values = _dev_values(best.consider(evaluate(model, dev)))
            monitor.point(Point(stage, start.iteration + done, start.epoch + done / per_epoch, values))
    best.restore()
    return Fitted(best.dev, Position(start.iteration + done, start.epoch + done / per_epoch), command)


def obey(monitor: Monitor) -> Command | None:
    """The monitor's next command, a stop already obeyed.

    Raises:
        StoppedError: when it says stop.
    """
    command = monitor.command()
    if command and command.name == "stop":
        raise StoppedError("The run was stopped.")
    return command


class _Best:
    """The best state seen so far, by accuracy or macro-F1 on dev, then by loss."""

    def __init__(self, model: TextClassifier, dev: Evaluation, *, by_macro_f1: bool) -> None:
        self.model = model
        self.dev = dev
        self.by_macro_f1 = by_macro_f1
        self.state = _copy(model)

    def consider(self, dev: Evaluation) -> Evaluation:
        """Keep the model's present state if its evaluation is better; returns that evaluation."""
        if self._rank(dev) > self._rank(self.dev):
            self.dev, self.state = dev, _copy(self.model)
        return dev

    def restore(self) -> None:
        """Put the best state back into the model."""
        self.model.load_state_dict(self.state)

    def _rank(self, dev: Evaluation) -> tuple[float, float]:
        return (dev.macro_f1 if self.by_macro_f1 else dev.accuracy), -dev.loss


def _step(model: TextClassifier, optimizer: Optimizer, batch: Batch, weights: Tensor | None) -> Tensor:
    """One step down the gradient; returns the mean loss. The graph ends here, so that `RowWindow` may change shapes."""
    optimizer.zero_grad(set_to_none=True)
    loss = F.cross_entropy(model(batch), batch.labels, weight=weights)
    loss.backward()
    optimizer.step()
    return loss.detach()


class _Mean:
    """The mean of the losses since it was last taken; added up without waiting for each."""

    def __init__(self) -> None:
        self._sum, self._count = torch.zeros(()), 0

    def add(self, loss: Tensor) -> None:
        """One more."""
        self._sum, self._count = self._sum + loss, self._count + 1

    def take(self) -> float:
        """Their mean, and begin anew."""
        mean = float(self._sum) / self._count
        self._sum, self._count = torch.zeros(()), 0
        return mean


def _copy(model: TextClassifier) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in model.state_dict().items()}


def _dev_values(dev: Evaluation) -> dict[str, float]:
    return {"dev_loss": dev.loss, "dev_accuracy": dev.accuracy, "dev_macro_f1": dev.macro_f1}


def _batches(train: Batch, *, size: int, epochs: int) -> Iterator[Tensor]:
    """Positions (≤ size,) in batches: every text once an epoch, in random order, similar lengths together."""
    for _ in range(epochs):
        order = torch.randperm(len(train))
        buckets = order.split(size * BUCKET_BATCHES)
        by_length = torch.cat([bucket[train.lengths[bucket].argsort(stable=True)] for bucket in buckets])
        batches = by_length.split(size)
        for position in torch.randperm(len(batches)).tolist():
            yield batches[position]


def _at_evaluation(done: int, per_epoch: int, evaluate_every: int) -> bool:
    """Whether dev is looked at after `done` iterations."""
    return done % per_epoch % evaluate_every == 0


def _windows(batches: Iterator[Tensor], per_epoch: int, evaluate_every: int) -> Iterator[list[Tensor]]:
    """Consecutive `batches`, up to `WINDOW_BATCHES` together; none reaches over an evaluation."""
    window: list[Tensor] = []
    for number, batch in enumerate(batches, start=1):
        window.append(batch)
        if len(window) == WINDOW_BATCHES or _at_evaluation(number, per_epoch, evaluate_every):
            yield window
            window = []
