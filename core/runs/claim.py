"""The claim of whoever executes a run: it writes of the run only as long as that is its own.

A process that was silent for long, since it was suspended, may find that another one has its run now.
"""

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterable, Iterator
from typing import Any

from core.errors import SupersededError
from core.events import Command, Point
from core.results import RunResult
from core.runs.lease import new_lease
from core.runs.records import State
from core.runs.store import RunStore, set_columns


class Claim:
    """A claim to a run, until that ends, is queued again or is claimed anew.

    After that, every method raises `SupersededError` and changes nothing.
    """

    def __init__(self, store: RunStore, run: str, *, pid: int | None = None) -> None:
        """Claim `run`, queued or running, for the process `pid` of this machine, or for a worker elsewhere.

        Raises:
            SupersededError: when it has ended.
        """
        self.store, self.run = store, run
        with store.connect() as db:
            row = db.execute(
                "UPDATE runs SET state = 'running', claim = claim + 1, started = ?, pid = ?, lease = ? "
                "WHERE id = ? AND state IN ('queued', 'running') RETURNING claim",
                (time.time(), pid, new_lease(), run),
            ).fetchone()
        if row is None:
            raise SupersededError(run)
        self._number: int = row["claim"]

    def beat(self) -> None:
        """Renew the lease."""
        self.update(lease=new_lease())

    def take_command(self) -> Command | None:
        """The oldest command that waits for the run, taken off the list."""
        with self.store.connect() as db:
            if not db.execute("SELECT 1 FROM commands WHERE run = ? LIMIT 1", (self.run,)).fetchone():
                return None
        with self._writing() as db:
            row = db.execute(
                "DELETE FROM commands WHERE sequence = (SELECT min(sequence) FROM commands WHERE run = ?) "
                "RETURNING name, rank",
                (self.run,),
            ).fetchone()
            return Command(row["name"], row["rank"]) if row else None

    def update(self, **values: Any) -> None:
        """Set columns of the run's row."""
        with self._writing() as db:
            set_columns(db, self.run, values)

    def write(self, points: Iterable[Point]) -> None:
        """Keep points."""
        rows = [(self.run, point.stage, point.iteration, point.epoch, json.dumps(point.values)) for point in points]
        with self._writing() as db:
            db.executemany("INSERT INTO points (run, stage, iteration, epoch, measured) VALUES (?, ?, ?, ?, ?)", rows)

    def mark(self, name: str, values: dict[str, float]) -> None:
        """Keep a milestone."""
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO marks VALUES (?, ?, ?)", (self.run, name, json.dumps(values)))

    def finish(self, state: State, *, result: RunResult | None = None, error: str | None = None) -> None:
        """The run has ended."""
        found = None if result is None else json.dumps(result.to_dict())
        self.update(state=state, finished=time.time(), result=found, error=error, pid=None)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self.store.connect() as db:
            db.execute("BEGIN IMMEDIATE")
            mine = "SELECT 1 FROM runs WHERE id = ? AND claim = ? AND state = 'running'"
            if not db.execute(mine, (self.run, self._number)).fetchone():
                raise SupersededError(self.run)
            yield db
