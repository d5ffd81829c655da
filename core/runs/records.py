"""What the store gives out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeVar

from core.config import RunConfig
from core.events import Point
from core.results import RunResult

State = Literal["queued", "running", "done", "failed", "stopped", "lost"]
R = TypeVar("R")
ACTIVE: tuple[State, ...] = ("queued", "running")


@dataclass(frozen=True)
class RunRecord:
    """One run. Times are seconds since 1970.

    Attributes:
        state: "lost" means that its process died, or is silent: it was killed or suspended, or the machine went down.
        stage: the pipeline's stage, `note` says with what, `progress` how far it is, 0 to 1.
        result: what it found, once done.
        error: what went wrong, as a sentence, where something did.
        sweep: the sweep that it is part of.
    """

    id: str
    config: RunConfig
    state: State
    stage: str
    note: str
    progress: float
    created: float
    started: float | None
    finished: float | None
    result: RunResult | None
    error: str | None
    sweep: str | None = None

    @property
    def active(self) -> bool:
        """Whether it is still going on."""
        return self.state in ACTIVE


@dataclass(frozen=True)
class Unreadable:
    """A run or sweep that this installation doesn't understand, such as one by a method that was removed.

    Attributes:
        created: in seconds since 1970.
        error: what it doesn't know, as a sentence.
    """

    id: str
    created: float
    error: str

    @property
    def active(self) -> bool:
        """Whether it is still going on: nothing here can execute it."""
        return False


@dataclass(frozen=True)
class StoredPoint:
    """A point and its place in the store: ask for those after `sequence` next time."""

    sequence: int
    point: Point


def readable(records: Iterable[R | Unreadable]) -> list[R]:
    """Those runs or sweeps that can be read."""
    return [record for record in records if not isinstance(record, Unreadable)]
