"""Reads a learning-rate range test: a run whose schedule is `rising`.

Smith, *Cyclical Learning Rates for Training Neural Networks*, WACV 2017: the loss stays where it is while the rate is
too low, then falls, and rises once the rate is too high. The steepest fall is a good rate to begin with, and the lowest
loss is already too late.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from core.config import RunConfig
from core.events import Point
from core.training.schedules.rising import RANGE_TEST

MEMORY = 0.9  # of the smoothed loss: how much of it is the past's
TOO_HIGH = 2.0  # times the lowest smoothed loss: the test is over
LONG_ENOUGH = 5  # points; fewer say nothing
WINDOW_DECADES = 0.5  # of rates, through whose losses a line is fitted


@dataclass(frozen=True)
class RangeTest:
    """The loss at rising rates.

    Attributes:
        rates: ascending.
        losses: the mean training loss, in nats, since the point before.
        smoothed: its exponential moving average, without bias towards its start.
        steepest: the rate where the loss falls fastest over log rate; None before there is enough to say.
        lowest: the rate of the lowest smoothed loss.
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    smoothed: tuple[float, ...]
    steepest: float | None
    lowest: float | None


def range_test_of(config: RunConfig, *, highest: float, decades: float, epochs: int) -> RunConfig:
    """The run that tests rates up to `highest` on the data, the model and the optimiser of `config`."""
    return config.changed(
        schedule=RANGE_TEST, learning_rate=highest, decades=decades, pretrain_epochs=epochs, retrain_epochs=0
    )


def read_range_test(points: Sequence[Point]) -> RangeTest:
    """What the training points of a range test say; all behind the point where the loss has blown up is left out."""
    rates: list[float] = []
    losses: list[float] = []
    smoothed: list[float] = []
    average = 0.0
    for point in points:
        loss = point.values.get("train_loss")
        if loss is None or point.stage != "train":
            continue
        if not math.isfinite(loss):
            break
        average = MEMORY * average + (1 - MEMORY) * loss
        level = average / (1 - MEMORY ** (len(rates) + 1))
        rates.append(point.values["learning_rate"])
        losses.append(loss)
        smoothed.append(level)
        if level > TOO_HIGH * min(smoothed):
            break
    if len(rates) < LONG_ENOUGH:
        return RangeTest(tuple(rates), tuple(losses), tuple(smoothed), None, None)
    lowest = rates[smoothed.index(min(smoothed))]
    return RangeTest(tuple(rates), tuple(losses), tuple(smoothed), _steepest(rates, losses, lowest), lowest)


def _steepest(rates: list[float], losses: list[float], lowest: float) -> float | None:
    """The rate up to `lowest` around which a straight line through the losses of half a decade falls fastest.

    Lines are fitted to the losses themselves: smoothed ones lag behind the rate.
    """
    decades = [math.log10(rate) for rate in rates]
    falls = []
    for middle, rate in zip(decades, rates, strict=True):
        near = [number for number, decade in enumerate(decades) if abs(decade - middle) <= WINDOW_DECADES / 2]
        if rate <= lowest and len(near) >= LONG_ENOUGH:
            fit = statistics.linear_regression([decades[i] for i in near], [losses[i] for i in near])
            falls.append((fit.slope, rate))
    return min(falls)[1] if falls else None
