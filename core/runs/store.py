"""The run store: one SQLite file in write-ahead mode, and a folder of weights beside it for each run."""

import contextlib
import json
import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.atomic import store_error
from core.config import RunConfig
from core.errors import ConfigError, InputError, StoreError
from core.events import Command, Point
from core.home import home, make_private
from core.results import RankCurves, RunResult
from core.runs.lease import HOLDS, alive, new_lease, overdue_seconds
from core.runs.records import RunRecord, State, StoredPoint, Unreadable, readable

MIGRATIONS = (  # statements that lead from each version of the schema to the next; the first makes the store
    """
CREATE TABLE runs (id TEXT PRIMARY KEY, config TEXT NOT NULL, state TEXT NOT NULL, stage TEXT NOT NULL DEFAULT '',
    note TEXT NOT NULL DEFAULT '', progress REAL NOT NULL DEFAULT 0, created REAL NOT NULL, started REAL, finished REAL,
    pid INTEGER, lease REAL NOT NULL, result TEXT, error TEXT, deleted REAL);
CREATE TABLE points (sequence INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, stage TEXT NOT NULL,
    iteration INTEGER NOT NULL, epoch REAL NOT NULL, measured TEXT NOT NULL);
CREATE INDEX points_of_run ON points (run, sequence);
CREATE TABLE marks (run TEXT NOT NULL, name TEXT NOT NULL, measured TEXT NOT NULL, PRIMARY KEY (run, name));
CREATE TABLE commands (sequence INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, name TEXT NOT NULL, rank INTEGER);
""",
    "ALTER TABLE runs ADD COLUMN curves TEXT;",
    """
CREATE TABLE sweeps (id TEXT PRIMARY KEY, config TEXT NOT NULL, executor TEXT NOT NULL, created REAL NOT NULL,
    held TEXT NOT NULL DEFAULT '', error TEXT, deleted REAL);
ALTER TABLE runs ADD COLUMN sweep TEXT;
ALTER TABLE runs ADD COLUMN seed INTEGER;
ALTER TABLE runs ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
CREATE INDEX runs_of_sweep ON runs (sweep, place);
CREATE INDEX runs_by_state ON runs (state);
""",
    """
CREATE TABLE notes (sequence INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX notes_of_run ON notes (run, sequence);
""",
    "ALTER TABLE runs ADD COLUMN claim INTEGER NOT NULL DEFAULT 0;",
)
LOG_LINES = 20
KEPT_NOTES = 20  # of each run, for undoing
PURGED = (("points", "run"), ("marks", "run"), ("commands", "run"), ("notes", "run"), ("runs", "id"))
BUSY_SECONDS = 10.0
STOPPED = "The run was stopped."


class RunStore:
    """All runs of one home folder. Safe to use from many processes and threads: each call has its own connection."""

    def __init__(self, folder: Path | None = None) -> None:
        """Open the store in `folder` (Ranklens's home by default), and make it where there is none.

        Raises:
            StoreError: when the folder can't be written, or a newer Ranklens wrote the store.
        """
        self.root = folder or home()
        try:
            make_private(self.root / "runs")
        except OSError as error:
            raise store_error(self.root, error) from None
        with self.connect() as db:
            if _version(db) == len(MIGRATIONS):
                return  # the usual case writes nothing, so it waits for nobody
            db.execute("BEGIN IMMEDIATE")
            version = _version(db)  # another process may have been quicker
            if version > len(MIGRATIONS):
                raise StoreError(f"{self.root}: a newer Ranklens wrote this store; update, or set RANKLENS_HOME anew.")
            for migration in MIGRATIONS[version:]:
                for statement in migration.split(";")[:-1]:
                    db.execute(statement)
            db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")

    @contextlib.contextmanager
    def connect(self) -> Iterator[sqlite3.Connection]:
        """A connection whose changes are kept when the body succeeds, and only then."""
        path = self.root / "runs.sqlite3"
        try:
            with contextlib.closing(sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)) as db:
                db.row_factory = sqlite3.Row
                db.create_function("monotonic", 0, time.monotonic)
                db.execute("PRAGMA journal_mode = WAL")
                db.execute("PRAGMA synchronous = NORMAL")
                yield db
                if db.in_transaction:
                    db.execute("COMMIT")
        except sqlite3.Error as error:
            raise StoreError(f"{path} can't be used ({error}): free some disk space, or set RANKLENS_HOME.") from None

    @contextlib.contextmanager
    def kept_open(self) -> Iterator[None]:
        """Keep the file open during the body, for whoever writes often.

        When its last connection is closed, SQLite copies the write-ahead log back and waits for the disk; here, 20 ms
        for each call of a run on its own.
        """
        with self.connect():
            yield

    def create(self, config: RunConfig, *, state: State = "queued") -> str:
        """A new run, queued for the supervisor, or "running" where the caller executes it; returns its id.

        Raises:
            StoreError: when the disk is full or the folder can't be written.
        """
        run = secrets.token_hex(4)
        try:
            self.folder(run).mkdir(parents=True)
        except OSError as error:
            raise store_error(self.folder(run), error) from None
        with self.connect() as db:
            db.execute(
                "INSERT INTO runs (id, config, state, created, lease) VALUES (?, ?, ?, ?, ?)",
                (run, json.dumps(config.to_dict()), state, time.time(), new_lease()),
            )
        return run

    def claim_next(self, *, at_once: int) -> str | None:
        """The oldest queued run outside sweeps, now marked as running; None where `at_once` are, or none waits."""
        with self.connect() as db:
            if not db.execute("SELECT 1 FROM runs WHERE state = 'queued' AND sweep IS NULL LIMIT 1").fetchone():
                return None  # looked for first, because even an update of nothing locks the store
            row = db.execute(
                "UPDATE runs SET state = 'running', lease = :lease WHERE id = (SELECT id FROM runs "
                "WHERE state = 'queued' AND sweep IS NULL AND deleted IS NULL ORDER BY created LIMIT 1) "
                f"AND (SELECT count(*) FROM runs WHERE state = 'running' AND sweep IS NULL AND {HOLDS}) < :at_once "
                "RETURNING id",
                {"lease": new_lease(), "at_once": at_once},
            ).fetchone()
            return row["id"] if row else None

    def folder(self, run: str) -> Path:
        """Where the run's weights and log are."""
        return self.root / "runs" / run

    def get(self, run: str) -> RunRecord:
        """The run with that id.

        Raises:
            InputError: when there is none, or when it can't be read.
        """
        record = self.find(run)
        if isinstance(record, Unreadable):
            raise InputError(record.error)
        return record

    def find(self, run: str) -> RunRecord | Unreadable:
        """The run with that id, be it readable or not.

        Raises:
            InputError: when there is none.
        """
        for record in self._records("id = ? AND deleted IS NULL", (run,)):
            return record
        raise InputError(f"There is no run {run!r}; it may have been deleted.")

    def newest(self, limit: int = 200) -> list[RunRecord | Unreadable]:
        """The newest runs that aren't part of a sweep."""
        return self._records("sweep IS NULL AND deleted IS NULL ORDER BY created DESC LIMIT ?", (limit,))

    def deleted(self, limit: int = 200) -> list[RunRecord | Unreadable]:
        """The runs outside sweeps that can be restored, the one that was deleted last first."""
        return self._records("sweep IS NULL AND deleted IS NOT NULL ORDER BY deleted DESC LIMIT ?", (limit,))

    def finished(self, limit: int = 200) -> list[RunRecord]:
        """The newest runs that aren't part of a sweep, are done and can be read."""
        done = "state = 'done' AND sweep IS NULL AND deleted IS NULL"
        return readable(self._records(f"{done} ORDER BY created DESC LIMIT ?", (limit,)))

    def matching(self, configs: Sequence[RunConfig]) -> list[RunRecord | None]:
        """For each of `configs`, a run of just that: one that is done, else the newest going on; None where neither.

        One whose training was ended by hand found something else.
        """
        whole = "coalesce(json_extract(result, '$.trained_epochs') >= json_extract(config, '$.pretrain_epochs'), 1)"
        states = f"state IN ('done', 'running', 'queued') AND {whole}"
        alike = self._alike(configs, states, order="state = 'done', created")
        alive = [[record for record in each if record.state != "lost"] for each in alike]
        return [each[-1] if each else None for each in alive]

    def ended(self, configs: Sequence[RunConfig]) -> list[RunRecord | None]:
        """For each of `configs`, the newest run of just that which failed, was stopped or lost; None where none was.

        Those for which `matching` finds a run have None too: what ended before it says nothing any more.
        """
        alike = self._alike(configs, "state NOT IN ('done', 'queued')", order="created")
        gone = [[record for record in each if not record.active] for each in alike]
        found = self.matching(configs)
        return [each[-1] if each and going is None else None for each, going in zip(gone, found, strict=True)]

    def _alike(self, configs: Sequence[RunConfig], where: str, *, order: str) -> list[list[RunRecord]]:
        """For each of `configs`, the runs of just that of which `where` holds."""
        query = f"SELECT id, config FROM runs WHERE {where} AND deleted IS NULL ORDER BY {order}"
        with self.connect() as db:
            rows = db.execute(query).fetchall()
        known: dict[str, list[str]] = {}
        for row in rows:
            known.setdefault(_text_of(json.loads(row["config"])), []).append(row["id"])
        runs = [known.get(_text_of(config.to_dict()), []) for config in configs]
        every = tuple(run for each in runs for run in each)
        records = {each.id: each for each in readable(self._records(f"id IN ({', '.join('?' * len(every))})", every))}
        return [[records[run] for run in each if run in records] for each in runs]

    def points(self, run: str, *, after: int = 0) -> list[StoredPoint]:
        """The run's points behind the sequence number `after`."""
        with self.connect() as db:
            rows = db.execute("SELECT * FROM points WHERE run = ? AND sequence > ? ORDER BY sequence", (run, after))
            return [
                StoredPoint(
                    row["sequence"], Point(row["stage"], row["iteration"], row["epoch"], json.loads(row["measured"]))
                )
                for row in rows
            ]

    def marks(self, run: str) -> dict[str, dict[str, float]]:
        """The run's milestones, by name."""
        with self.connect() as db:
            rows = db.execute("SELECT name, measured FROM marks WHERE run = ?", (run,))
            return {row["name"]: json.loads(row["measured"]) for row in rows}

    def curves(self, run: str) -> RankCurves | None:
        """What every rank of the run would give before re-training, once that is known."""
        with self.connect() as db:
            row = db.execute("SELECT curves FROM runs WHERE id = ?", (run,)).fetchone()
            return RankCurves.from_dict(json.loads(row["curves"])) if row and row["curves"] else None

    def notes(self, run: str) -> str:
        """What its reader wrote about the run, stored here or recorded elsewhere; Markdown."""
        with self.connect() as db:
            row = db.execute("SELECT text FROM notes WHERE run = ? ORDER BY sequence DESC LIMIT 1", (run,)).fetchone()
            return row["text"] if row else ""

    def noted(self, run: str) -> bool:
        """Whether there is a `keep_notes` of the run to undo; also where that cleared them."""
        with self.connect() as db:
            return db.execute("SELECT 1 FROM notes WHERE run = ?", (run,)).fetchone() is not None

    def keep_notes(self, run: str, text: str) -> None:
        """Keep new notes of the run; `undo_notes` brings the ones before back."""
        with self.connect() as db:
            db.execute("INSERT INTO notes (run, text) VALUES (?, ?)", (run, text))
            newest = "SELECT sequence FROM notes WHERE run = ? ORDER BY sequence DESC LIMIT ?"
            db.execute(f"DELETE FROM notes WHERE run = ? AND sequence NOT IN ({newest})", (run, run, KEPT_NOTES))

    def undo_notes(self, run: str) -> None:
        """Undo the last `keep_notes` of the run."""
        with self.connect() as db:
            last = "(SELECT max(sequence) FROM notes WHERE run = ?)"
            db.execute(f"DELETE FROM notes WHERE sequence = {last}", (run,))

    def log_tail(self, run: str) -> str:
        """The last lines of the run's log."""
        path = self.folder(run) / "log.txt"
        return "\n".join(path.read_text(errors="replace").splitlines()[-LOG_LINES:]) if path.is_file() else ""

    def send(self, run: str, command: Command) -> None:
        """Ask something of a run; one that still waits in the queue is stopped here and now."""
        with self.connect() as db:
            db.execute("BEGIN IMMEDIATE")
            if command.name == "stop":
                db.execute(
                    "UPDATE runs SET state = 'stopped', finished = ?, error = ? WHERE id = ? AND state = 'queued'",
                    (time.time(), STOPPED, run),
                )
            db.execute("INSERT INTO commands (run, name, rank) VALUES (?, ?, ?)", (run, command.name, command.rank))

    def delete(self, run: str) -> None:
        """Hide a run; `restore` brings it back."""
        self.update(run, deleted=time.time())

    def restore(self, run: str) -> None:
        """Undo `delete`."""
        self.update(run, deleted=None)

    def purge(self, *, older_than: float) -> None:
        """Remove for good what was deleted more than `older_than` seconds ago."""
        with self.connect() as db:
            rows = db.execute("SELECT id FROM runs WHERE deleted < ?", (time.time() - older_than,)).fetchall()
            for (run,) in rows:
                shutil.rmtree(self.folder(run), ignore_errors=True)
                for table, column in PURGED:
                    db.execute(f"DELETE FROM {table} WHERE {column} = ?", (run,))

    def update(self, run: str, **values: Any) -> None:
        """Set columns of the run's row."""
        with self.connect() as db:
            set_columns(db, run, values)

    def hand_to(self, run: str, pid: int) -> None:
        """A claimed run is the process `pid`'s, which is about to say so itself."""
        with self.connect() as db:
            db.execute("UPDATE runs SET pid = ? WHERE id = ? AND state = 'running' AND pid IS NULL", (pid, run))

    def lose(self, pid: int, error: str) -> None:
        """The process `pid` of this machine died of `error`, a sentence, and with it the run that it had."""
        with self.connect() as db:
            db.execute(
                "UPDATE runs SET state = 'lost', error = ?, finished = ?, pid = NULL "
                "WHERE pid = ? AND state = 'running'",
                (error, time.time(), pid),
            )

    def resume(self, run: str, *, state: State = "queued") -> None:
        """Queue a run again that was stopped, is lost or has failed; it goes on from its last checkpoint if it has one.

        It is "running" where the caller executes it.

        Raises:
            InputError: when it is going on, or done, or part of a sweep, which is resumed as a whole.
        """
        record = self.get(run)
        if record.sweep:
            raise InputError(f"Run {run} is part of sweep {record.sweep}: resume that.")
        if record.active or record.state == "done":
            raise InputError(f"Run {run} is {record.state}: only one that was stopped, lost or failed can be resumed.")
        self._requeue([run], attempts=0, state=state)

    def _requeue(
        self, runs: list[str], *, attempts: int, state: State = "queued", seen: sqlite3.Row | None = None
    ) -> None:
        """As if they had never begun, and nobody had claimed them; where `seen`, only what still stands as it was."""
        with self.connect() as db:
            db.execute("BEGIN IMMEDIATE")
            for run in runs:
                changed = db.execute(
                    "UPDATE runs SET state = ?, claim = claim + 1, lease = ?, stage = '', note = '', progress = 0, "
                    "started = NULL, finished = NULL, pid = NULL, result = NULL, error = NULL, curves = NULL, "
                    "attempts = ? WHERE id = ? AND state = ifnull(?, state) AND lease = ifnull(?, lease) "
                    "AND state != 'done'",
                    (state, new_lease(), attempts, run, seen and seen["state"], seen and seen["lease"]),
                ).rowcount
                for table in ("points", "marks", "commands") if changed else ():
                    db.execute(f"DELETE FROM {table} WHERE run = ?", (run,))

    def _records(self, where: str, values: tuple[Any, ...]) -> list[RunRecord | Unreadable]:
        with self.connect() as db:
            return [_record(row) for row in db.execute(f"SELECT * FROM runs WHERE {where}", values)]


def _version(db: sqlite3.Connection) -> int:
    """How many of the migrations the store has been led through."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    return int(version)


def set_columns(db: sqlite3.Connection, run: str, values: Mapping[str, Any]) -> None:
    """Set columns of the run's row."""
    assignments = ", ".join(f"{name} = ?" for name in values)
    db.execute(f"UPDATE runs SET {assignments} WHERE id = ?", (*values.values(), run))


def _text_of(config: Mapping[str, Any]) -> str:
    """The same text for equal configurations, whatever the order of their options and however 1.0 is written."""
    whole = {name: int(value) for name, value in config.items() if isinstance(value, float) and value.is_integer()}
    return json.dumps({**config, **whole}, sort_keys=True)


def unreadable(kind: str, row: sqlite3.Row, error: Exception) -> Unreadable:
    """The run or sweep, as `kind` says, of a row that leads to `error`."""
    why = str(error) if isinstance(error, ConfigError) else "Another version of Ranklens wrote what it found."
    told = f"{kind} {row['id']} can't be read: {why} What it was made with may have been removed or renamed since."
    return Unreadable(row["id"], row["created"], told)


def _record(row: sqlite3.Row) -> RunRecord | Unreadable:
    """The run of a row. A dead worker can't write that it is dead: its lapsed lease says so, without a write."""
    try:
        config = RunConfig.from_dict(json.loads(row["config"]))
        result = RunResult.from_dict(json.loads(row["result"])) if row["result"] else None
    except (ConfigError, AttributeError, KeyError, TypeError, ValueError) as problem:
        return unreadable("Run", row, problem)
    state, error = row["state"], row["error"]
    gone = row["pid"] and not alive(row["pid"])
    if state == "running" and (gone or overdue_seconds(row["lease"]) > 0):
        stage = f"in the stage {row['stage']}" if row["stage"] else "before it began"
        state, error = "lost", f"The run's process ended {stage} without a word; its log's last lines may say why."
        if row["pid"] and not gone:
            error = f"The run's process fell silent {stage}, and may be suspended; another one can resume the run."
    return RunRecord(
        id=row["id"],
        config=config,
        state=state,
        stage=row["stage"],
        note=row["note"],
        progress=row["progress"],
        created=row["created"],
        started=row["started"],
        finished=row["finished"],
        result=result,
        error=error,
        sweep=row["sweep"],
    )
