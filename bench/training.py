"""An epoch against the plain PyTorch loop: `python -m bench.training --data FOLDER --vectors FILE`.

Both train the same model on the same texts with the same hyper-parameters and one thread, in turns. That is the model
and the constant rate of the plain loop, not Ranklens's defaults.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch

from bench.peers import plain_torch
from bench.report import ratio_line, say, versions
from core.config import RunConfig
from core.events import Silent
from core.models import MODELS
from core.pipeline import load, train
from core.stages import Loaded
from core.training.fit import EVALUATIONS_PER_EPOCH

BOUNDS = {"dan": 5.0, "lstm": 1.5}
BATCH_TEXTS = 64
PLAIN_MODELS = {"dan": {}, "lstm": {"pooling": "mean", "input_dropout": "0"}}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of SST-2")
    parser.add_argument("--vectors", type=Path, required=True, help="word vectors in GloVe's text format")
    parser.add_argument("--repeats", type=int, default=3, help="epochs on each side")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    say(versions("torch"))
    for model, bound in BOUNDS.items():
        config = as_plain(model, dataset=str(arguments.data), vectors=str(arguments.vectors), pretrain_epochs="1")
        loaded = load(config, monitor=Silent())
        sides: dict[str, Callable[[], float]] = {
            "plain": lambda: plain_epoch(config, loaded, fused=False),  # noqa: B023 - called within this turn
            "plain, fused Adam": lambda: plain_epoch(config, loaded, fused=True),  # noqa: B023
            "ranklens": lambda: train(config, loaded, monitor=Silent()).dev.accuracy,  # noqa: B023
        }
        compare(model, sides, bound, repeats=arguments.repeats)


def as_plain(model: str, **texts: str) -> RunConfig:
    """A run, with options as `texts`, whose `model` and rate are those of the plain loop."""
    training = {"schedule": "constant", "batch_size": str(BATCH_TEXTS)}
    return RunConfig.from_text({"model": model, **PLAIN_MODELS[model], **training, **texts})


def compare(model: str, sides: dict[str, Callable[[], float]], bound: float, *, repeats: int) -> None:
    """Time each side `repeats` times, in turns, and print the ratios of the medians."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    accuracy: dict[str, float] = {}
    for _ in range(repeats):
        for name, side in sides.items():
            started = time.perf_counter()
            accuracy[name] = side()
            seconds[name].append(time.perf_counter() - started)
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    for name, median in medians.items():
        say(f"{model}, {name}: {median:.2f} s an epoch, dev accuracy {accuracy[name]:.1%}")
    say(ratio_line(f"{model} epoch: plain / ranklens", medians["plain"] / medians["ranklens"], bound, at_least=True))
    fused = medians["plain, fused Adam"] / medians["ranklens"]
    say(f"{model} epoch: plain with fused Adam / ranklens {fused:.3f}")


def plain_epoch(config: RunConfig, loaded: Loaded, *, fused: bool) -> float:
    """One epoch of the plain loop; its accuracy on dev, 0 to 1."""
    settings = plain_settings(config, fused=fused)
    torch.manual_seed(config.seed)
    model = plain_torch.MODELS[config.model](
        torch.from_numpy(loaded.vectors.table), len(loaded.corpus.classes), settings
    )
    return plain_torch.train(model, loaded.texts.train, loaded.texts.dev, epochs=1, settings=settings)


def plain_settings(config: RunConfig, *, fused: bool) -> plain_torch.Settings:
    """What the plain loop shares with a run of `config`, made by `as_plain`."""
    dan, lstm = (MODELS.get(name).parameters() for name in ("dan", "lstm"))
    return plain_torch.Settings(
        hidden=dan.widths[0],
        units=lstm.units,
        word_dropout=dan.word_dropout,
        dropout=dan.dropout,
        state_dropout=lstm.state_dropout,
        learning_rate=config.learning_rate,
        batch_size=config.batch_size,
        evaluations_per_epoch=EVALUATIONS_PER_EPOCH,
        fused=fused,
    )


if __name__ == "__main__":
    main()
