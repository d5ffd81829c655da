"""Finished sweeps, wherever they are kept: in the store, or recorded in the gallery that ships with the project."""

import dataclasses
from dataclasses import dataclass
from functools import cache
from typing import Any

from core.config import RunConfig
from core.errors import InputError
from core.results import RankCurves, RunResult
from core.runs import finished
from core.runs.finished import FinishedRun, Provenance, finished_run, read_record, written
from core.runs.store import RunStore
from core.runs.sweep_record import SweepRecord
from core.runs.sweeps import SweepStore
from core.sweep_config import SweepConfig
from core.sweep_table import SweepTable, mean_curves, tabulate


@dataclass(frozen=True)
class SweptRun:
    """A run of a sweep that is done."""

    id: str
    config: RunConfig
    result: RunResult


@dataclass(frozen=True)
class FinishedSweep:
    """A sweep of which nothing goes on any more, and at least one run is done.

    Attributes:
        title: what a list calls it.
        runs: those that are done.
        curves: accuracy without re-training at every rank, the mean over seeds, where a method has ranks.
        recorded: where its numbers are from; None for a sweep of the store.
        notes: what its reader wrote about it, Markdown.
    """

    id: str
    title: str
    config: SweepConfig
    runs: tuple[SweptRun, ...]
    curves: RankCurves | None
    recorded: Provenance | None = None
    notes: str = ""

    @property
    def table(self) -> SweepTable:
        """What its runs come to."""
        table = tabulate(self.runs)
        assert table
        return table

    def to_json(self) -> str:
        """What `from_json` reads. A run's configuration is part of its result."""
        values = {
            "id": self.id,
            "title": self.title,
            "config": self.config.to_dict(),
            "runs": [{"id": run.id, "result": run.result.to_dict()} for run in self.runs],
            "curves": self.curves and self.curves.to_dict(),
            "recorded": self.recorded and dataclasses.asdict(self.recorded),
            "notes": self.notes,
        }
        return written(values)

    @classmethod
    def from_json(cls, text: str) -> "FinishedSweep":
        """The recorded sweep that `to_json` wrote.

        Raises:
            InputError: when it can't be read, or was written by a newer Ranklens.
        """
        return read_record(text, "sweep", cls._from_dict)

    @classmethod
    def _from_dict(cls, values: dict[str, Any]) -> "FinishedSweep":
        parts = {
            "config": SweepConfig.from_dict(values["config"]),
            "runs": tuple(_run(run["id"], run["result"]) for run in values["runs"]),
            "curves": values["curves"] and RankCurves.from_dict(values["curves"]),
            "recorded": values["recorded"] and Provenance(**values["recorded"]),
        }
        return cls(**{**values, **parts})


def finished_sweep(store: SweepStore, sweep: str) -> FinishedSweep:
    """The sweep of the `store` or of the gallery with that id.

    Raises:
        InputError: when there is none, when it still goes on, or when none of its runs is done.
    """
    if sweep in recorded_sweeps():
        return dataclasses.replace(recorded_sweeps()[sweep], notes=store.notes(sweep))
    record = store.sweep(sweep)
    if record.active:
        raise InputError(f"Sweep {sweep} is {record.state}: only one that has ended can be looked into.")
    done = tuple(SweptRun(run.id, run.config, run.result) for run in record.runs if run.result)
    if not done:
        raise InputError(f"Sweep {sweep} is {record.state}, and none of its runs is done.")
    return FinishedSweep(sweep, sweep, record.config, done, curves_of(store, record), notes=store.notes(sweep))


def finished_either(store: SweepStore, name: str) -> FinishedRun | FinishedSweep:
    """The finished run or sweep with that id.

    Raises:
        InputError: when there is neither, or when it isn't done.
    """
    swept = name in recorded_sweeps() or store.knows_sweep(name)
    return finished_sweep(store, name) if swept else finished_run(store, name)


def curves_of(store: RunStore, record: SweepRecord) -> RankCurves | None:
    """What every rank would give without re-training, the mean over seeds; None where no method has a rank."""
    if "low-rank" not in record.config.methods:
        return None
    found: dict[int, RankCurves] = {}
    for run in record.runs:
        if run.config.seed not in found and run.state != "queued" and (curves := store.curves(run.id)):
            found[run.config.seed] = curves
    return mean_curves(list(found.values()))


@cache
def recorded_sweeps() -> dict[str, FinishedSweep]:
    """The recorded sweeps that ship with the project, by id, in the order of their files' names."""
    paths = sorted((finished.GALLERY / "sweeps").glob("*.json"))
    found = [FinishedSweep.from_json(path.read_text(encoding="utf-8")) for path in paths]
    return {sweep.id: sweep for sweep in found}


def _run(name: str, result: dict[str, Any]) -> SweptRun:
    found = RunResult.from_dict(result)
    return SweptRun(name, RunConfig.from_dict(found.config), found)
