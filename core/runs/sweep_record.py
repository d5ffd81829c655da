"""What the store says of a sweep; its state follows from its runs'."""

import statistics
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from core.runs.records import RunRecord
from core.sweep_config import SweepConfig

SweepState = Literal["queued", "running", "pausing", "paused", "stopped", "failed", "done"]
Held = Literal["", "paused", "cancelled"]
MINUTE_SECONDS, HOUR_SECONDS = 60, 3600


@dataclass(frozen=True)
class SweepRecord:
    """One sweep. Times are seconds since 1970.

    Attributes:
        executor: who executes it: a name, or a scheduler's address.
        held: "paused" while no further run is to begin, "cancelled" when none is to go on.
        runs: in the order in which they are taken up.
        trunks: how many of the dense models stand.
        error: what keeps all of it from going on, as a sentence.
    """

    id: str
    config: SweepConfig
    executor: str
    created: float
    held: Held
    runs: tuple[RunRecord, ...]
    trunks: int
    error: str | None

    @property
    def counts(self) -> Counter[str]:
        """How many runs are in each state."""
        return Counter(run.state for run in self.runs)

    @property
    def state(self) -> SweepState:
        """Where all of it stands."""
        counts = self.counts
        if counts["running"]:
            return "pausing" if self.held == "paused" else "running"
        if counts["queued"]:
            return "paused" if self.held == "paused" else "queued"
        if counts["done"] == len(self.runs):
            return "done"
        return "stopped" if counts["stopped"] else "failed"

    @property
    def active(self) -> bool:
        """Whether something is still to happen by itself."""
        return self.state in ("queued", "running", "pausing")

    @property
    def progress(self) -> float:
        """The share of the runs that have ended, 0 to 1."""
        ended = sum(not run.active for run in self.runs)
        return ended / max(1, len(self.runs))

    @property
    def seconds_left(self) -> float | None:
        """As long as the runs that wait will take at the pace of those that are done; None before one is."""
        took = [run.finished - run.started for run in self.runs if run.state == "done" and run.finished and run.started]
        waiting = self.counts["queued"] + self.counts["running"] / 2  # one that runs is half done, on average
        return statistics.median(took) * waiting / max(1, self.counts["running"]) if took else None


def duration(seconds: float) -> str:
    """About so long, in words."""
    if seconds < MINUTE_SECONDS:
        return f"about {max(1, round(seconds))} s"
    if seconds < HOUR_SECONDS:
        return f"about {round(seconds / MINUTE_SECONDS)} min"
    return f"about {seconds / HOUR_SECONDS:.1f} h"
