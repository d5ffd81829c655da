"""Records the runs that ship with the project: `make gallery` writes assets/gallery/*.json.

Each file is one `FinishedRun` with the command, date and commit that made it. Its models are forgotten; what pages
would compute from them is recorded too, by `INSIGHTS`. Curves are thinned and rounded, so that all files together stay
small; the result itself is whole.
"""

import dataclasses
import datetime
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.report import say
from core.atomic import write_atomically
from core.charts.training import MOST_POINTS
from core.config import RunConfig
from core.events import Point
from core.insights.recording import insights_of
from core.results import RankCurves
from core.runs.finished import GALLERY, FinishedRun, Provenance, finished_run
from core.runs.store import RunStore
from core.runs.worker import execute

DIGITS = 5  # of what is drawn; a screen shows three
RUNS: Mapping[str, tuple[str, RunConfig]] = {
    "questions-dan-task": ("Questions, DAN, the task's metric", RunConfig(options={"compression": 0.9})),
    "questions-dan-plain": (
        "Questions, DAN, the paper's metric",
        RunConfig(options={"compression": 0.9, "metric": "plain"}),
    ),
    "questions-lstm-task": (
        "Questions, LSTM, the task's metric",
        RunConfig(model="lstm", options={"compression": 0.9}),
    ),
    "reviews-dan-task": (
        "Film reviews, DAN, the task's metric",
        RunConfig(dataset="film-reviews", options={"compression": 0.9}),
    ),
}
# What pages compute from a run's models, which don't ship: functions of the run, whose folder is there, that return
# insights by name.
INSIGHTS: tuple[Callable[[FinishedRun], Mapping[str, Any]], ...] = (insights_of,)


def main() -> int:
    """Run what `RUNS` holds, or those of them that are named, and write what came out."""
    changed = _git("status", "--porcelain", "--", "core")
    if changed:
        say(f"Commit core/ first, so that the commit recorded is the one that made the numbers:\n{changed}")
        return 2
    GALLERY.mkdir(exist_ok=True)
    for place, (name, (title, config)) in enumerate(RUNS.items(), start=1):
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        run = small(record(name, title, config))
        path = GALLERY / f"{place}_{name}.json"
        write_atomically(path, run.to_json().encode())
        test = run.result.compressed.test_accuracy
        say(f"{path.name:32} {path.stat().st_size / 1000:6.0f} kB  test accuracy {test:.1%}")
    return 0


def record(name: str, title: str, config: RunConfig) -> FinishedRun:
    """Execute `config` in a home of its own, and look into what it left before that is gone."""
    with tempfile.TemporaryDirectory() as home:
        store = RunStore(Path(home))
        stored = store.create(config, state="running")
        execute(store, stored)
        run = finished_run(store, stored)
        made = Provenance(
            command=config.to_command(),
            date=datetime.datetime.now(datetime.UTC).date().isoformat(),
            commit=_git("rev-parse", "--short", "HEAD"),
        )
        insights = {key: rounded(value) for compute in INSIGHTS for key, value in compute(run).items()}
        return dataclasses.replace(run, id=name, title=title, recorded=made, insights=insights, folder=None)


def small(run: FinishedRun) -> FinishedRun:
    """The `run` with no more points than a chart draws, what is drawn rounded to `DIGITS`."""
    curves = run.curves and RankCurves.from_dict(rounded(run.curves.to_dict()))
    points = tuple(Point(**rounded(dataclasses.asdict(point))) for point in thinned(run.points))
    return dataclasses.replace(run, points=points, curves=curves)


def thinned(points: Sequence[Point]) -> list[Point]:
    """At most `MOST_POINTS` of the points: every look at dev, and evenly many of the others, the last among them."""
    dev = [point for point in points if "dev_accuracy" in point.values]
    others = [point for point in points if "dev_accuracy" not in point.values]
    stride = -(-len(others) // max(1, MOST_POINTS - len(dev))) or 1
    return sorted([*dev, *others[::-stride]], key=lambda point: point.iteration)


def rounded(value: Any) -> Any:
    """`value`, as JSON holds it, each float in it rounded to `DIGITS` significant digits."""
    return json.loads(json.dumps(value), parse_float=lambda text: float(f"{float(text):.{DIGITS}g}"))


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], capture_output=True, check=True, encoding="utf-8").stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
