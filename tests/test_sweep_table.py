"""What a sweep's runs amount to: means, intervals, the Pareto front and the choice, against hand-made results."""

import csv
import io
from types import SimpleNamespace

import pytest
from scipy import stats

from core.charts.sweep import sweep_chart
from core.config import RunConfig
from core.profiling.significance import wilson_interval
from core.results import (
    BeforeRetraining,
    CompressedMeasurement,
    DatasetSummary,
    Measurement,
    MetricCurve,
    PairedTest,
    RankCurves,
    RunResult,
    Seconds,
    VectorsSummary,
)
from core.sweep_table import mean_curves, pareto_front, smallest_within, tabulate, to_csv

TEXTS = DatasetSummary("tiny", 90, 20, 50, ("a", "b"), 100, 0.0, 5, 0.5)


def finished(*, rank, dev, seed=0, metric="task", dense=0.9, method="low-rank"):
    options = {} if method == "dense+" else {"rank": rank, "metric": metric}
    config = RunConfig(method=method, seed=seed, options=options)
    compression = 0.0 if method == "dense+" else 1 - rank / 50
    full = Measurement(dense, dense, (0.8, 1.0), 1000, 4400, 4000, 100, 0.1)
    small = CompressedMeasurement(
        dev, dev - 0.1, (0.0, 1.0), 10, 400, round(4000 * (1 - compression)), 100, 0.1, rank, compression,
        BeforeRetraining(dev - 0.2, 0.0),
    )  # fmt: skip
    result = RunResult(
        config.to_dict(), seed, TEXTS, VectorsSummary("random", 8, 0.0), full, small, full, PairedTest(1.0, 0, 0),
        Seconds(0, 0, 0, 0, 0),
    )  # fmt: skip
    return SimpleNamespace(id=f"{metric}-{rank}-{seed}", config=config, result=result)


RUNS = [
    finished(rank=5, dev=0.7),
    finished(rank=5, dev=0.8, seed=1, dense=0.8),
    finished(rank=10, dev=0.85),
    finished(rank=5, dev=0.5, metric="plain"),
    finished(rank=20, dev=0.84),
    finished(rank=None, dev=0.95, method="dense+"),
]


def test_seeds_are_averaged_with_students_interval_and_one_seed_has_wilsons():
    table = tabulate([*RUNS, SimpleNamespace(id="x", config=RunConfig(), result=None)])
    cell = next(cell for cell in table.cells if (cell.metric, cell.rank) == ("task", 5))
    low, high = stats.t.interval(0.95, 1, loc=0.75, scale=stats.sem([0.7, 0.8]))
    assert cell.dev.mean == pytest.approx(0.75)
    assert (cell.dev.low, cell.dev.high) == pytest.approx((max(0, low), min(1, high)))
    assert cell.runs == ("task-5-0", "task-5-1")
    assert cell.lost == pytest.approx(0.85 - 0.75)
    alone = next(cell for cell in table.cells if cell.rank == 10)
    assert (alone.dev.low, alone.dev.high) == wilson_interval(17, 20)
    assert table.dense_dev.mean == pytest.approx(0.85)
    assert tabulate([]) is None


def test_the_pareto_front_is_what_nothing_beats_in_both():
    table = tabulate(RUNS)
    front = [(cell.method, cell.metric, cell.rank) for cell in pareto_front(table.cells)]
    assert front == [("dense+", None, None), ("low-rank", "task", 10), ("low-rank", "task", 5)]


def test_the_smallest_is_chosen_on_dev_and_saves_something():
    cells = tabulate(RUNS).cells
    assert smallest_within(cells, 0.1).rank == 5
    assert smallest_within(cells, 0.05).rank == 10
    assert smallest_within(cells, 0.0) is None


def test_csv_says_everything_once():
    rows = list(csv.DictReader(io.StringIO(to_csv(tabulate(RUNS)))))
    assert rows[0]["method"] == "dense"
    assert len(rows) == 1 + 5
    five = next(row for row in rows if (row["metric"], row["rank"]) == ("task", "5"))
    assert (five["seeds"], five["runs"]) == ("2", "task-5-0 task-5-1")
    assert float(five["before_retraining_dev"]) == pytest.approx(0.55)


def test_curves_are_averaged_where_the_ranks_are_the_same():
    one = RankCurves(100, 8, 0, 1, (MetricCurve("task", (1, 2), (0.2, 0.4)),))
    two = RankCurves(100, 8, 0, 1, (MetricCurve("task", (1, 2), (0.4, 0.8)),))
    other = RankCurves(100, 8, 0, 1, (MetricCurve("task", (1, 3), (1.0, 1.0)),))
    assert mean_curves([one, two, other]).curves[0].dev_accuracy == pytest.approx((0.3, 0.6))
    assert mean_curves([]) is None


def test_the_chart_draws_what_the_table_holds():
    table = tabulate(RUNS)
    curves = RankCurves(100, 50, 0, 1, (MetricCurve("task", (1, 10, 40), (0.2, 0.4, 0.9)),))
    chart = sweep_chart(table, curves, chosen=table.cells[-1], sweep="a", metrics=("task", "plain"), dark=False)
    opened = {run for trace in chart.traces for run in trace.get("ids", ())}
    assert opened == {cell.runs[0] for cell in table.cells}
    by_name = {trace["name"]: trace for trace in chart.traces}
    line = by_name["low-rank, task"]
    assert line["x"] == pytest.approx([40, 20, 10])
    assert line["y"] == pytest.approx([84, 85, 75])
    assert line["error_y"]["array"][2] == pytest.approx(100 - 75)
    assert by_name["task, not re-trained"]["x"] == pytest.approx([3, 30]), "ranks above break-even are left out"
    assert by_name["Pareto front"]["y"] == pytest.approx([95, 85, 75])
    assert (
        len(
            {
                (trace["line"]["color"], trace["line"]["dash"])
                for trace in chart.traces
                if trace["mode"] == "lines+markers"
            }
        )
        == 3
    )
    assert chart.layout["shapes"][0]["y0"] == pytest.approx(85)
    assert "Dense 85.0%" in chart.alt
    assert "nothing is done yet" in sweep_chart(None, None, chosen=None, sweep="a", metrics=(), dark=True).alt
