"""What a running pipeline says, and what it may be told: the one seam between the core and whoever watches."""

from dataclasses import dataclass, field
from typing import Literal, Protocol

from core.results import RankCurves

Stage = Literal["load", "train", "curve", "compress", "retrain", "profile"]


@dataclass(frozen=True)
class Point:
    """Values measured at one moment of a phase.

    `values` holds any of `train_loss` (mean cross-entropy in nats since the last point, class weights applied),
    `learning_rate`, `dev_loss`, `dev_accuracy` (fraction right, 0 to 1), `dev_macro_f1` (0 to 1). `iteration` and
    `epoch` count through the whole run, so that re-training goes on where training ended.
    """

    stage: Stage
    iteration: int
    epoch: float
    values: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Command:
    """What somebody asks of a run: to stop, or to compress now (at `rank`, where given)."""

    name: Literal["stop", "compress-now"]
    rank: int | None = None


class Monitor(Protocol):
    """Watches a run and may command it. Called between iterations, so each call must be quick."""

    def stage(self, stage: Stage, note: str) -> None:
        """A `stage` begins; `note` says with what, in words."""

    def progress(self, fraction: float) -> None:
        """The stage is `fraction` done, 0 to 1."""

    def point(self, point: Point) -> None:
        """New values were measured."""

    def mark(self, name: str, values: dict[str, float]) -> None:
        """A milestone: `dense`, `just_compressed` or `compressed`, with `epoch`, `dev_accuracy` and the like."""

    def curves(self, curves: RankCurves) -> None:
        """Every rank was tried without re-training."""

    def command(self) -> Command | None:
        """The next command, if one waits."""


def silent(share: float) -> None:
    """Hear of progress, and do nothing."""
    del share


class Silent:
    """A monitor that hears everything and says nothing."""

    def stage(self, stage: Stage, note: str) -> None:
        """Ignore."""

    def progress(self, fraction: float) -> None:
        """Ignore."""

    def point(self, point: Point) -> None:
        """Ignore."""

    def mark(self, name: str, values: dict[str, float]) -> None:
        """Ignore."""

    def curves(self, curves: RankCurves) -> None:
        """Ignore."""

    def command(self) -> Command | None:
        """Never anything."""
        return None
