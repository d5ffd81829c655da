"""Records the runs and the sweep that ship with the project: `make gallery` writes assets/gallery/*.json and sweeps/.

Each file is one `FinishedRun` or `FinishedSweep` with the command, date and commit that made it. Models are forgotten;
what pages would compute from a run's is recorded too, by `INSIGHTS`. Curves are thinned and rounded, so that all files
together stay small; results themselves are whole.
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
from core.runs.finished_sweep import FinishedSweep, finished_sweep
from core.runs.here import run_sweep
from core.runs.store import RunStore
from core.runs.supervisor import dismiss
from core.runs.sweeps import SweepStore
from core.runs.worker import execute
from core.sweep_config import SweepConfig

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
SWEEPS: Mapping[str, tuple[str, SweepConfig]] = {
    "questions-dan-sweep": (
        "Questions, DAN: four methods, four sizes, three seeds",
        SweepConfig(
            RunConfig(),
            methods=("low-rank", "low-rank-int8", "product-quantized", "dense+"),
            metrics=("plain", "task"),
            compressions=(0.8, 0.9, 0.95, 0.97),
            seeds=(0, 1, 2),
        ),
    ),
}
# What pages compute from a run's models, which don't ship: functions of the run, whose folder is there, that return
# insights by name.
INSIGHTS: tuple[Callable[[FinishedRun], Mapping[str, Any]], ...] = (insights_of,)


def main() -> int:
    """Run what `RUNS` and `SWEEPS` hold, or those of them that are named, and write what came out."""
    changed = _git("status", "--porcelain", "--", "core")
    if changed:
        say(f"Commit core/ first, so that the commit recorded is the one that made the numbers:\n{changed}")
        return 2
    for place, (name, (title, config)) in enumerate(RUNS.items(), start=1):
        if name in (sys.argv[1:] or RUNS):
            run = small(record(name, title, config))
            _write(GALLERY / f"{place}_{name}.json", run.to_json(), run.result.compressed.test_accuracy)
    for place, (name, (title, sweep_config)) in enumerate(SWEEPS.items(), start=1):
        if name in (sys.argv[1:] or SWEEPS):
            sweep = record_sweep(name, title, sweep_config)
            _write(GALLERY / "sweeps" / f"{place}_{name}.json", sweep.to_json(), sweep.table.cells[-1].test.mean)
    return 0


def record(name: str, title: str, config: RunConfig) -> FinishedRun:
    """Execute `config` in a home of its own, and look into what it left before that is gone."""
    with tempfile.TemporaryDirectory() as home:
        store = RunStore(Path(home))
        stored = store.create(config, state="running")
        execute(store, stored)
        run = finished_run(store, stored)
        insights = {key: rounded(value) for compute in INSIGHTS for key, value in compute(run).items()}
        made = _provenance(config)
        return dataclasses.replace(run, id=name, title=title, recorded=made, insights=insights, folder=None)


def record_sweep(name: str, title: str, config: SweepConfig) -> FinishedSweep:
    """Execute all of `config` in a home of its own; its curves are rounded."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        store = SweepStore(Path(home))
        try:
            sweep = finished_sweep(store, run_sweep(store, config))
        finally:
            dismiss(store)
        curves = sweep.curves and RankCurves.from_dict(rounded(sweep.curves.to_dict()))
        return dataclasses.replace(sweep, id=name, title=title, recorded=_provenance(config), curves=curves)


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


def _provenance(config: RunConfig | SweepConfig) -> Provenance:
    """What is executed here and now."""
    date = datetime.datetime.now(datetime.UTC).date().isoformat()
    return Provenance(config.to_command(), date, commit=_git("rev-parse", "--short", "HEAD"))


def _write(path: Path, text: str, test_accuracy: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, text.encode())
    say(f"{path.name:32} {path.stat().st_size / 1000:6.0f} kB  test accuracy {test_accuracy:.1%}")


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], capture_output=True, check=True, encoding="utf-8").stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
