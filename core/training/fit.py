"""One loop that trains and re-trains. Shapes: `B` texts."""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from core.config import RunConfig
from core.data.batch import Batch
from core.errors import DivergedError, StoppedError
from core.events import Command, Monitor, Point, Stage
from core.models.base import TextClassifier
from core.training.checkpoints import Checkpoint, Snapshot, phase_name
from core.training.class_weights import class_weights
from core.training.distillation import distillation_loss
from core.training.evaluate import Evaluation, evaluate
from core.training.optimizers import OPTIMIZERS
from core.training.rows import RowWindow
from core.training.schedules import SCHEDULES, Plan
from core.training.schedules.rising import RANGE_TEST
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
    checkpoint: Checkpoint | None = None,
) -> Fitted:
    """Train `model` in place, and leave it in the state that did best on `dev`.

    Best is the highest accuracy, or with balanced class weights the highest macro-F1; equal ones are told apart by the
    loss. The state before the first step takes part in that choice. The same seed gives the same bits on one machine.

    Args:
        model: anything from logits down; all its parameters train.
        train: the texts to learn from; where they carry answers, `config` says how much these count.
        dev: the texts to choose by.
        config: optimiser, schedule, learning rate, batch size, class weights and distillation.
        stage: "train" or "retrain".
        epochs: passes over `train`.
        seed: for the order of the texts and for dropout.
        monitor: hears every point; a compress-now ends training early, a stop ends the run.
        start: where the run stands, so that points go on counting.
        checkpoint: where the phase is taken up again, bit for bit, if an earlier attempt at it has died.

    Raises:
        StoppedError: when the monitor says stop.
        DivergedError: when the learning rate is so high that the loss is no number any more, but in a range test.
    """
    torch.manual_seed(seed)
    per_epoch = -(-len(train) // config.batch_size)
    rate = config.highest_rate(stage)
    plan = Plan(learning_rate=rate, iterations_per_epoch=per_epoch, epochs=epochs, stage=stage)
    weights = class_weights(train.labels, config.class_weights)
    best = _Best(model, evaluate(model, dev), by_macro_f1=weights is not None)
    name = _name(config, plan, seed=seed, start=start, texts=[train, dev], best=best) if checkpoint else ""
    kept = checkpoint.load(name) if checkpoint else None
    first = Point(stage, start.iteration, start.epoch, _dev_values(best.dev))
    if not kept:
        monitor.point(first)  # before there is an optimiser: a process's first one takes a second to be loaded
    optimizer = OPTIMIZERS.get(config.optimizer).build(model.parameters(), rate, config.parameters("optimizer"))
    schedule = SCHEDULES.get(config.schedule).build(optimizer, plan, config.parameters("schedule"))
    rows = RowWindow(model.embedding.row_parameters(), optimizer)
    phase = _Phase(model, optimizer, schedule, best, [first])
    point_every = max(1, per_epoch // POINTS_PER_EPOCH)
    evaluate_every = max(1, -(-per_epoch // EVALUATIONS_PER_EPOCH))

    def tell(values: dict[str, float]) -> None:
        phase.points.append(Point(stage, start.iteration + phase.done, start.epoch + phase.done / per_epoch, values))
        monitor.point(phase.points[-1])

    if kept:
        phase.restore(kept)
        monitor.stage(stage, f"Going on from a checkpoint behind epoch {phase.done // per_epoch} of {epochs}")
        for point in phase.points:
            monitor.point(point)
    epochs_left = 0 if phase.command else epochs - phase.done // per_epoch
    model.train()
    for window in _windows(_batches(train, size=config.batch_size, epochs=epochs_left), per_epoch, evaluate_every):
        with rows.over(train.select(torch.cat(window))) as texts:
            for batch in drop_words(texts, model.word_dropout).split([len(batch) for batch in window]):
                command = obey(monitor)
                if command and stage == "train":
                    phase.command = command
                    break
                present_rate = optimizer.param_groups[0]["lr"]
                phase.losses.add(_step(model, optimizer, batch, weights, config))
                schedule.step()
                phase.done += 1
                if phase.done == 1 or phase.done % point_every == 0:
                    tell({"train_loss": phase.losses.take(), "learning_rate": present_rate})
                    monitor.progress(phase.done / (per_epoch * epochs))
        if phase.command or _at_evaluation(phase.done, per_epoch, evaluate_every):
            found = _considered(best, dev, config=config, stage=stage)
            if found and not phase.command:
                tell(_dev_values(found))
        if checkpoint and checkpoint.due and (phase.command or phase.done % per_epoch == 0):
            checkpoint.save(name, phase.snapshot())
        if phase.command:
            break
    best.restore()
    return Fitted(best.dev, Position(start.iteration + phase.done, start.epoch + phase.done / per_epoch), phase.command)


def _considered(best: "_Best", dev: Batch, *, config: RunConfig, stage: Stage) -> Evaluation | None:
    """How the model does on `dev`, its state kept if it is the best; None where a range test went too far, as it is to.

    Raises:
        DivergedError: when anything else did: a loss that is no number leaves the first class's share as the accuracy.
    """
    found = evaluate(best.model, dev)
    if math.isfinite(found.loss):
        best.consider(found)
        return found
    if config.schedule == RANGE_TEST:
        return None
    raise DivergedError("learning_rate" if stage == "train" else "retrain_learning_rate", config.highest_rate(stage))


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

    def consider(self, dev: Evaluation) -> None:
        """Keep the model's present state if its evaluation is better."""
        if self._rank(dev) > self._rank(self.dev):
            self.dev, self.state = dev, _copy(self.model)

    def restore(self) -> None:
        """Put the best state back into the model."""
        self.model.load_state_dict(self.state)

    def _rank(self, dev: Evaluation) -> tuple[float, float]:
        return (dev.macro_f1 if self.by_macro_f1 else dev.accuracy), -dev.loss


def _step(
    model: TextClassifier, optimizer: Optimizer, batch: Batch, weights: Tensor | None, config: RunConfig
) -> Tensor:
    """One step down the gradient; returns the mean loss on the labels, whatever was learned from.

    The graph ends here, so that `RowWindow` may change shapes.
    """
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            parameter.grad = None  # what zero_grad does, but for its bookkeeping: 4 % of a DAN's epoch
    logits = model(batch)
    loss = on_labels = F.cross_entropy(logits, batch.labels, weight=weights)
    if batch.answers is not None:
        by_class = None if weights is None else weights[batch.labels]  # (B,), as cross_entropy weighs each text
        on_answers = distillation_loss(logits, batch.answers, temperature=config.temperature, weights=by_class)
        loss = (1 - config.distillation) * on_labels + config.distillation * on_answers
    loss.backward()
    optimizer.step()
    return on_labels.detach()


class _Mean:
    """The mean of the losses since it was last taken; added up without waiting for each."""

    def __init__(self) -> None:
        self.sum, self.count = torch.zeros(()), 0

    def add(self, loss: Tensor) -> None:
        """One more."""
        self.sum, self.count = self.sum + loss, self.count + 1

    def take(self) -> float:
        """Their mean, and begin anew."""
        mean = float(self.sum) / self.count
        self.sum, self.count = torch.zeros(()), 0
        return mean


class _Phase:
    """Where a phase stands."""

    def __init__(
        self, model: TextClassifier, optimizer: Optimizer, schedule: LRScheduler, best: _Best, points: list[Point]
    ) -> None:
        self.model, self.optimizer, self.schedule, self.best, self.points = model, optimizer, schedule, best, points
        self.losses, self.done = _Mean(), 0
        self.command: Command | None = None

    def snapshot(self) -> Snapshot:
        """All that the rest follows from, between two epochs."""
        return Snapshot(
            weights=self.model.state_dict(),
            best=self.best.state,
            dev=self.best.dev,
            optimizer=self.optimizer.state_dict(),
            schedule=self.schedule.state_dict(),
            random=torch.get_rng_state(),
            losses=(self.losses.sum, self.losses.count),
            done=self.done,
            points=tuple(self.points),
            command=self.command,
        )

    def restore(self, snapshot: Snapshot) -> None:
        """As if all before it had happened."""
        self.model.load_state_dict(dict(snapshot.weights))
        self.best.state, self.best.dev = dict(snapshot.best), snapshot.dev
        self.optimizer.load_state_dict(snapshot.optimizer)
        self.schedule.load_state_dict(snapshot.schedule)
        torch.set_rng_state(snapshot.random)
        self.losses.sum, self.losses.count = snapshot.losses
        self.done, self.points, self.command = snapshot.done, list(snapshot.points), snapshot.command


def _name(config: RunConfig, plan: Plan, *, seed: int, start: Position, texts: list[Batch], best: _Best) -> str:
    """What tells a phase from every other one: all that it follows from."""
    parts = {kind: asdict(config.parameters(kind)) for kind in ("model", "optimizer", "schedule")}
    names = ("model", "optimizer", "schedule", "batch_size", "class_weights", "threads", "distillation", "temperature")
    about = [parts, {name: getattr(config, name) for name in names}, asdict(plan), seed, asdict(start)]
    tensors = (getattr(batch, field.name) for batch in texts for field in fields(batch))
    return phase_name(about, [*(each for each in tensors if each is not None), *best.state.values()])


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
