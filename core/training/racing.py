"""What a race of optimisers and schedules measures: how high each comes on dev, and how soon.

A race in the store is nothing but the runs whose configurations it names: equal configurations give equal numbers, so
a run that was made before counts, and one that is missing can be started.
"""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.config import RunConfig
from core.events import Point, Stage

NEARLY = 0.99  # of the best accuracy: who is there first has learned fastest


@dataclass(frozen=True)
class Entrant:
    """Who races: an optimiser, a schedule and its highest rate."""

    optimizer: str
    schedule: str
    learning_rate: float

    @property
    def name(self) -> str:
        """What a table calls it."""
        return f"{self.optimizer}, {self.schedule}, {self.learning_rate:g}"

    def config(self, base: RunConfig, seed: int) -> RunConfig:
        """`base` with this optimiser and schedule; what `base` sets for others of them doesn't apply."""
        return base.changed(
            optimizer=self.optimizer, schedule=self.schedule, learning_rate=self.learning_rate, seed=seed
        )


@dataclass(frozen=True)
class Lap:
    """One run's way through a phase: accuracy on dev, 0 to 1, at `epochs` since the phase began."""

    epochs: tuple[float, ...]
    dev_accuracy: tuple[float, ...]

    @property
    def best(self) -> float:
        """The highest accuracy on dev; its model is the one that is kept."""
        return max(self.dev_accuracy)

    @property
    def epochs_to_nearly_best(self) -> float:
        """Epochs until the accuracy first was `NEARLY` its best."""
        pairs = zip(self.epochs, self.dev_accuracy, strict=True)
        return next(epoch for epoch, accuracy in pairs if accuracy >= NEARLY * self.best)


@dataclass(frozen=True)
class Band:
    """The mean over runs, and the lowest and the highest, at epochs where all of them were measured."""

    epochs: tuple[float, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def lap_of(points: Sequence[Point], stage: Stage) -> Lap | None:
    """The accuracies on dev in one phase of a run; None before there is one."""
    measured = [point for point in points if point.stage == stage and "dev_accuracy" in point.values]
    if not measured:
        return None
    epochs = tuple(point.epoch - measured[0].epoch for point in measured)
    return Lap(epochs, tuple(point.values["dev_accuracy"] for point in measured))


def band_of(laps: Sequence[Lap]) -> Band:
    """Where several runs of one entrant are, together; they look at dev at the same iterations."""
    most = min(len(lap.epochs) for lap in laps)
    columns = list(zip(*(lap.dev_accuracy[:most] for lap in laps), strict=True))
    return Band(
        laps[0].epochs[:most],
        tuple(statistics.fmean(column) for column in columns),
        tuple(min(column) for column in columns),
        tuple(max(column) for column in columns),
    )


def entrants(optimizers: Mapping[str, float], schedules: Sequence[str]) -> list[Entrant]:
    """Every optimiser, at its rate, with every schedule."""
    return [Entrant(name, schedule, rate) for name, rate in optimizers.items() for schedule in schedules]
