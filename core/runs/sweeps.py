"""Sweeps in the store: many runs that are started, paused, cancelled and resumed together.

What is done is never run again; what was stopped, lost or failed is, when a sweep is resumed. A run whose worker died
is taken up again by itself, `MOST_ATTEMPTS` times in all.
"""

import json
import math
import secrets
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import replace

from core.atomic import store_error
from core.config import RunConfig
from core.errors import ConfigError, InputError
from core.runs.claim import Claim
from core.runs.lease import HOLDS, alive, new_lease, overdue_seconds
from core.runs.records import ACTIVE, RunRecord, Unreadable, readable
from core.runs.store import STOPPED, RunStore, unreadable
from core.runs.sweep_record import Held, SweepRecord
from core.sweep_config import SweepConfig

MOST_ATTEMPTS = 3
GIVEN_UP_SECONDS = 60.0  # after which a lapsed lease counts in a sweep even if some process has the worker's number
LOCAL = "local"

# Dense models that a run is training now: the runs that start from the same one wait for it, or others go first.
GROWING = f"""
SELECT sweep, seed FROM runs AS r WHERE state = 'running' AND sweep IS NOT NULL AND {HOLDS} AND NOT EXISTS (
    SELECT 1 FROM runs AS o JOIN marks ON marks.run = o.id AND marks.name = 'dense'
    WHERE o.sweep = r.sweep AND o.seed = r.seed)
"""
NEXT = f"""
SELECT r.id FROM runs AS r JOIN sweeps AS s ON s.id = r.sweep
WHERE r.state = 'queued' AND r.deleted IS NULL AND s.held = '' AND s.executor = '{LOCAL}'
    AND (:sweep IS NULL OR (r.sweep = :sweep AND r.seed = :seed)) AND (r.sweep, r.seed) NOT IN ({GROWING})
ORDER BY s.created, r.place LIMIT 1
"""
NEEDED_SOON = f"""
SELECT r.id FROM runs AS r JOIN sweeps AS s ON s.id = r.sweep
WHERE r.state = 'queued' AND r.deleted IS NULL AND s.held = '' AND s.executor = '{LOCAL}'
    AND (:sweep IS NULL OR (r.sweep = :sweep AND r.seed = :seed))
    AND (r.sweep, r.seed) IN ({GROWING} AND stage = 'train')
ORDER BY s.created, r.place LIMIT 1
"""
GOING_ON = f"""
SELECT count(*) FROM runs WHERE state = 'running' AND {HOLDS}
    AND (sweep IS NULL OR sweep IN (SELECT id FROM sweeps WHERE executor = '{LOCAL}'))
"""


class SweepStore(RunStore):
    """A run store that knows of sweeps too."""

    def create_sweep(self, config: SweepConfig, *, executor: str = LOCAL) -> str:
        """A new sweep and its queued runs, all or nothing; returns its id."""
        sweep = secrets.token_hex(4)
        with self.connect() as db:
            db.execute("BEGIN IMMEDIATE")
            db.execute(
                "INSERT INTO sweeps (id, config, executor, created) VALUES (?, ?, ?, ?)",
                (sweep, json.dumps(config.to_dict()), executor, time.time()),
            )
            self._insert(db, sweep, enumerate(config.runs()))
        return sweep

    def extend_sweep(self, sweep: str, config: SweepConfig) -> int:
        """Add the runs of `config` that the sweep doesn't have; returns how many. One that is paused stays so.

        Raises:
            ConfigError: when more than the lists differ, since the runs could not be compared.
        """
        with self.connect() as db:
            db.execute("BEGIN IMMEDIATE")  # or what somebody else adds meanwhile would be lost, or added twice
            record = self.sweep(sweep)
            if config.base != record.config.base:
                raise ConfigError("sweep", sweep, "only its lists may grow; start a new one for another set-up")
            grown = record.config.joined(config)
            known = {json.dumps(run.config.to_dict()) for run in record.runs}
            new = [(n, run) for n, run in enumerate(grown.runs()) if json.dumps(run.to_dict()) not in known]
            if new:
                self._insert(db, sweep, new)
                held = "paused" if record.held == "paused" else ""
                grown_text = json.dumps(grown.to_dict())
                db.execute("UPDATE sweeps SET config = ?, held = ? WHERE id = ?", (grown_text, held, sweep))
        return len(new)

    def _insert(self, db: sqlite3.Connection, sweep: str, runs: Iterable[tuple[int, RunConfig]]) -> None:
        for place, config in runs:
            run = secrets.token_hex(4)
            try:
                self.folder(run).mkdir(parents=True)
            except OSError as error:
                raise store_error(self.folder(run), error) from None
            db.execute(
                "INSERT INTO runs (id, config, state, created, lease, sweep, seed, place) "
                "VALUES (?, ?, 'queued', ?, ?, ?, ?, ?)",
                (run, json.dumps(config.to_dict()), time.time(), new_lease(), sweep, config.seed, place),
            )

    def sweep(self, sweep: str) -> SweepRecord:
        """The sweep with that id.

        Raises:
            InputError: when there is none, or when it can't be read.
        """
        record = self.find_sweep(sweep)
        if isinstance(record, Unreadable):
            raise InputError(record.error)
        return record

    def find_sweep(self, sweep: str) -> SweepRecord | Unreadable:
        """The sweep with that id, be it readable or not.

        Raises:
            InputError: when there is none.
        """
        for record in self._sweeps("id = ? AND deleted IS NULL", (sweep,)):
            return record
        raise InputError(f"There is no sweep {sweep!r}; it may have been deleted.")

    def knows_sweep(self, name: str) -> bool:
        """Whether `name` is a sweep's id."""
        with self.connect() as db:
            return bool(db.execute("SELECT 1 FROM sweeps WHERE id = ? AND deleted IS NULL", (name,)).fetchone())

    def sweeps(self, limit: int = 20) -> list[SweepRecord | Unreadable]:
        """The newest sweeps."""
        return self._sweeps("deleted IS NULL ORDER BY created DESC LIMIT ?", (limit,))

    def deleted_sweeps(self, limit: int = 200) -> list[SweepRecord | Unreadable]:
        """The sweeps that can be restored, without their runs, the one that was deleted last first."""
        return self._sweeps("deleted IS NOT NULL ORDER BY deleted DESC LIMIT ?", (limit,))

    def _sweeps(self, where: str, values: tuple[object, ...]) -> list[SweepRecord | Unreadable]:
        with self.connect() as db:
            rows = db.execute(f"SELECT * FROM sweeps WHERE {where}", values).fetchall()
            standing = "SELECT DISTINCT seed FROM runs JOIN marks ON run = id AND name = 'dense' WHERE sweep = ?"
            trunks = [len(db.execute(standing, (row["id"],)).fetchall()) for row in rows]
        return [self._sweep(row, trunks=count) for row, count in zip(rows, trunks, strict=True)]

    def _sweep(self, row: sqlite3.Row, *, trunks: int) -> SweepRecord | Unreadable:
        """The sweep of a row; it can't be read where one of its runs can't."""
        try:
            config = SweepConfig.from_dict(json.loads(row["config"]))
        except ConfigError as error:
            return unreadable("Sweep", row, error)
        runs = self._records("sweep = ? AND deleted IS NULL ORDER BY place, created", (row["id"],))
        for run in runs:
            if isinstance(run, Unreadable):
                return replace(run, id=row["id"], created=row["created"])
        return SweepRecord(
            id=row["id"],
            config=config,
            executor=row["executor"],
            created=row["created"],
            held=row["held"],
            runs=self._as_they_stand(row, readable(runs)),
            trunks=trunks,
            error=row["error"],
        )

    def _as_they_stand(self, sweep: sqlite3.Row, runs: list[RunRecord]) -> tuple[RunRecord, ...]:
        """The runs of a sweep; one whose worker has died or is silent waits to be taken up, as if it were queued."""
        if sweep["held"]:
            return tuple(runs)
        with self.connect() as db:
            again = "SELECT id FROM runs WHERE sweep = ? AND attempts < ?"
            revivable = {run for (run,) in db.execute(again, (sweep["id"], MOST_ATTEMPTS))}
        return tuple(
            replace(run, state="queued") if run.state == "lost" and run.id in revivable else run for run in runs
        )

    def claim_next(self, *, at_once: int, alike: str | None = None, pid: int | None = None) -> str | None:
        """The next run to execute, now marked as running: one outside sweeps first, then sweeps in their order.

        Args:
            at_once: how many may go on; those outside sweeps don't wait for those inside.
            alike: a run of a sweep; only one that starts from the same dense model is wanted.
            pid: the process that will execute it.
        """
        if alike is None and (run := super().claim_next(at_once=at_once)):
            return run
        with self.connect() as db:
            if _next(db, at_once, alike) is None:
                return None  # looked for first, because a transaction locks the store
            db.execute("BEGIN IMMEDIATE")
            run = _next(db, at_once, alike)  # another process may have been quicker
            db.execute(
                "UPDATE runs SET state = 'running', lease = ?, pid = ?, attempts = attempts + 1 WHERE id = ?",
                (new_lease(), pid, run),
            )
            return run

    def needed_soon(self, *, alike: str | None = None) -> str | None:
        """A run that waits for the dense model that another one is training now; like `alike`, where given."""
        with self.connect() as db:
            found = db.execute(NEEDED_SOON, _trunk(db, alike)).fetchone()
            return found["id"] if found else None

    def pause_sweep(self, sweep: str) -> None:
        """Begin no further run; those that are going on finish."""
        self._hold(sweep, "paused")

    def cancel_sweep(self, sweep: str) -> None:
        """Stop what is going on, and begin no further run."""
        with self.connect() as db:
            db.execute("BEGIN IMMEDIATE")
            db.execute("UPDATE sweeps SET held = 'cancelled' WHERE id = ?", (sweep,))
            db.execute(
                "UPDATE runs SET state = 'stopped', finished = ?, error = ? WHERE sweep = ? AND state = 'queued'",
                (time.time(), STOPPED, sweep),
            )
            db.execute(
                "INSERT INTO commands (run, name) SELECT id, 'stop' FROM runs WHERE sweep = ? AND state = 'running'",
                (sweep,),
            )

    def resume_sweep(self, sweep: str) -> int:
        """Queue again what was stopped, lost or failed, and let it all go on; returns how many runs that are."""
        runs = readable(self._records("sweep = ? AND deleted IS NULL", (self.sweep(sweep).id,)))
        unfinished = [run.id for run in runs if run.state not in ("done", *ACTIVE)]
        self._hold(sweep, "")
        with self.connect() as db:  # the stop of a run that hasn't heard of it yet
            mine = "SELECT id FROM runs WHERE sweep = ?"
            db.execute(f"DELETE FROM commands WHERE name = 'stop' AND run IN ({mine})", (sweep,))
        self._requeue(unfinished, attempts=0)
        return len(unfinished)

    def revive(self) -> None:
        """Queue again the runs whose worker has died, of the local sweeps that are to go on and of no sweep.

        A lone run that was seen to die stays lost until somebody resumes it: it may well die again. One whose process
        lives but is silent does too: whoever suspended it may go on with it.
        """
        with self.connect() as db:
            rows = db.execute(
                "SELECT r.* FROM runs AS r LEFT JOIN sweeps AS s ON s.id = r.sweep "
                "WHERE r.attempts < ? AND r.deleted IS NULL AND (r.state = 'running' AND r.sweep IS NULL "
                "OR r.state IN ('running', 'lost') AND s.held = '' AND s.executor = ?)",
                (MOST_ATTEMPTS, LOCAL),
            ).fetchall()
        for row in rows:
            overdue = overdue_seconds(row["lease"])
            gone = row["pid"] is None or not alive(row["pid"]) or math.isinf(overdue)
            given_up = row["sweep"] is not None and overdue > GIVEN_UP_SECONDS
            if row["state"] == "lost" or (gone and overdue > 0) or given_up:
                self._requeue([row["id"]], attempts=row["attempts"] + (row["sweep"] is None), seen=row)

    def elsewhere(self) -> list[tuple[str, str]]:
        """The sweeps that go on, or are to, where another executor has them: each with its executor's address."""
        with self.connect() as db:
            rows = db.execute(
                "SELECT id, executor FROM sweeps AS s WHERE executor != ? AND held = '' AND deleted IS NULL AND EXISTS "
                "(SELECT 1 FROM runs WHERE sweep = s.id AND state IN ('queued', 'running') AND deleted IS NULL)",
                (LOCAL,),
            ).fetchall()
        return [(row["id"], row["executor"]) for row in rows]

    def delete_sweep(self, sweep: str) -> None:
        """Hide a sweep and its runs; `restore_sweep` brings them back."""
        self._set_deleted(sweep, time.time())

    def restore_sweep(self, sweep: str) -> None:
        """Undo `delete_sweep`."""
        self._set_deleted(sweep, None)

    def purge(self, *, older_than: float) -> None:
        """See `RunStore.purge`; sweeps too."""
        super().purge(older_than=older_than)
        with self.connect() as db:
            rows = db.execute("SELECT id FROM sweeps WHERE deleted < ?", (time.time() - older_than,)).fetchall()
            for (sweep,) in rows:
                db.execute("DELETE FROM notes WHERE run = ?", (sweep,))
                db.execute("DELETE FROM sweeps WHERE id = ?", (sweep,))
                for left in self.root.glob(f"sweep-{sweep}.*"):  # by its driver
                    left.unlink(missing_ok=True)

    def fail_sweep(self, sweep: str, error: str) -> None:
        """Note what keeps all of it from going on, a sentence; it is paused until somebody resumes it."""
        with self.connect() as db:
            db.execute("UPDATE sweeps SET error = ?, held = 'paused' WHERE id = ?", (error, sweep))

    def take_back(self, sweep: str) -> None:
        """Queue again what a driver that is gone had handed out."""
        with self.connect() as db:
            rows = db.execute("SELECT id FROM runs WHERE sweep = ? AND state = 'running'", (sweep,)).fetchall()
        self._requeue([row["id"] for row in rows], attempts=0)

    def begin(self, run: str) -> Claim:
        """A run begins elsewhere, perhaps not for the first time: what an earlier attempt left is forgotten.

        Raises:
            SupersededError: when it has been cancelled meanwhile.
        """
        with self.connect() as db:
            (attempts,) = db.execute("SELECT attempts FROM runs WHERE id = ?", (run,)).fetchone()
        self._requeue([run], attempts=attempts)
        return Claim(self, run)

    def retry(self, run: str) -> bool:
        """Queue a run again whose worker or data is gone, unless that has happened `MOST_ATTEMPTS` times."""
        with self.connect() as db:
            (attempts,) = db.execute("SELECT attempts + 1 FROM runs WHERE id = ?", (run,)).fetchone()
        again = int(attempts) < MOST_ATTEMPTS
        if again:
            self._requeue([run], attempts=attempts)
        return again

    def _hold(self, sweep: str, held: Held) -> None:
        with self.connect() as db:
            db.execute("UPDATE sweeps SET held = ?, error = NULL WHERE id = ?", (held, sweep))

    def _set_deleted(self, sweep: str, moment: float | None) -> None:
        with self.connect() as db:
            db.execute("BEGIN IMMEDIATE")
            db.execute("UPDATE sweeps SET deleted = ? WHERE id = ?", (moment, sweep))
            db.execute("UPDATE runs SET deleted = ? WHERE sweep = ?", (moment, sweep))


def _next(db: sqlite3.Connection, at_once: int, alike: str | None) -> str | None:
    """The run of a sweep that is to be taken up next, like `alike` where given; None while `at_once` go on."""
    if not db.execute("SELECT 1 FROM runs WHERE state = 'queued' AND sweep IS NOT NULL LIMIT 1").fetchone():
        return None
    (going_on,) = db.execute(GOING_ON).fetchone()
    found = db.execute(NEXT, _trunk(db, alike)).fetchone() if going_on < at_once else None
    return found["id"] if found else None


def _trunk(db: sqlite3.Connection, alike: str | None) -> dict[str, str | int | None]:
    """What a run shares with those that start from the same dense model; of no run, nothing."""
    sweep, seed = db.execute("SELECT max(sweep), max(seed) FROM runs WHERE id = ?", (alike,)).fetchone()
    return {"sweep": sweep, "seed": seed}
