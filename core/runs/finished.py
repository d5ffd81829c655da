"""Finished runs, wherever they are kept: in the store, or recorded in the gallery that ships with the project.

A recorded run is numbers alone, a JSON file in `assets/gallery/`; its models would be too large to ship.
"""

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from core.config import RunConfig
from core.errors import InputError
from core.events import Point
from core.results import RankCurves, RunResult
from core.runs.store import RunStore

GALLERY = Path(__file__).resolve().parents[2] / "assets" / "gallery"
SCHEMA = 1
T = TypeVar("T")


@dataclass(frozen=True)
class Provenance:
    """Where recorded numbers are from: the command that made them, its date (ISO 8601) and the commit it ran on."""

    command: str
    date: str
    commit: str


@dataclass(frozen=True)
class FinishedRun:
    """A run that is done.

    Attributes:
        title: what a list calls it.
        points: what was measured along the way.
        marks: its milestones, by name.
        curves: accuracy without re-training at every rank, where the method has ranks.
        folder: its models and vocabulary; None where only numbers were recorded.
        recorded: where those are from; None for a run of the store.
        insights: what pages would compute from the models, as they recorded it, by name.
        notes: what its reader wrote about it, Markdown.
    """

    id: str
    title: str
    config: RunConfig
    result: RunResult
    points: tuple[Point, ...]
    marks: dict[str, dict[str, float]]
    curves: RankCurves | None
    folder: Path | None = None
    recorded: Provenance | None = None
    insights: Mapping[str, Any] = field(default_factory=dict)
    notes: str = ""

    def to_json(self) -> str:
        """What `from_json` reads. The folder isn't part of it: other machines don't have it."""
        values = {each.name: getattr(self, each.name) for each in dataclasses.fields(self) if each.name != "folder"}
        values |= {
            "config": self.config.to_dict(),
            "result": self.result.to_dict(),
            "points": [dataclasses.asdict(point) for point in self.points],
            "curves": self.curves and self.curves.to_dict(),
            "recorded": self.recorded and dataclasses.asdict(self.recorded),
        }
        return written(values)

    @classmethod
    def from_json(cls, text: str) -> "FinishedRun":
        """The recorded run that `to_json` wrote.

        Raises:
            InputError: when it can't be read, or was written by a newer Ranklens.
        """
        return read_record(text, "run", cls._from_dict)

    @classmethod
    def _from_dict(cls, values: dict[str, Any]) -> "FinishedRun":
        parts = {
            "config": RunConfig.from_dict(values["config"]),
            "result": RunResult.from_dict(values["result"]),
            "points": tuple(Point(**point) for point in values["points"]),
            "curves": values["curves"] and RankCurves.from_dict(values["curves"]),
            "recorded": values["recorded"] and Provenance(**values["recorded"]),
        }
        return cls(**{**values, **parts})


def written(values: Mapping[str, Any]) -> str:
    """The record of `values`, which are of JSON's types, as `read_record` reads it."""
    return json.dumps({**values, "schema": SCHEMA}, separators=(",", ":"))


def read_record(text: str, kind: str, make: Callable[[dict[str, Any]], T]) -> T:
    """What `make` makes of a record; `kind` says what that is, "run" or "sweep".

    Raises:
        InputError: when it can't be read, or was written by a newer Ranklens.
    """
    try:
        values = json.loads(text)
        schema = values.pop("schema")
        if schema != SCHEMA:
            raise ValueError(f"its schema is {schema!r}, and {SCHEMA} is known")
        return make(values)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"The recorded {kind} can't be read ({error}).") from None


def finished_run(store: RunStore, run: str) -> FinishedRun:
    """The run of the `store` or of the gallery with that id.

    Raises:
        InputError: when there is none, or when it isn't done.
    """
    if run in gallery():
        return dataclasses.replace(gallery()[run], notes=store.notes(run))
    record = store.get(run)
    if record.result is None:
        raise InputError(f"Run {run} is {record.state}: only a run that is done can be looked into.")
    return FinishedRun(
        id=run,
        title=run,
        config=record.config,
        result=record.result,
        points=tuple(stored.point for stored in store.points(run)),
        marks=store.marks(run),
        curves=store.curves(run),
        folder=store.folder(run),
        notes=store.notes(run),
    )


@cache
def gallery() -> dict[str, FinishedRun]:
    """The recorded runs that ship with the project, by id, in the order of their files' names."""
    found = [FinishedRun.from_json(path.read_text(encoding="utf-8")) for path in sorted(GALLERY.glob("*.json"))]
    return {run.id: run for run in found}
