"""Charts, by their data."""

import json
import math

import pytest

from core.charts.comparison import Curve, comparison_chart
from core.charts.costs import cost_chart
from core.charts.ranks import best_first, rank_chart
from core.charts.training import MOST_POINTS, training_chart
from core.events import Point
from core.pipeline import run
from core.results import MetricCurve, RankCurves
from tests.test_pipeline import config

POINTS = [
    Point("train", 0, 0.0, {"dev_accuracy": 0.5, "dev_loss": 0.7}),
    Point("train", 10, 1.0, {"dev_accuracy": 0.8, "train_loss": 0.6, "learning_rate": 0.01}),
    Point("retrain", 20, 2.0, {"dev_accuracy": 0.9, "train_loss": 0.5, "learning_rate": 0.005}),
]
MARKS = {"dense": {"epoch": 1.0, "dev_accuracy": 0.8}, "just_compressed": {"epoch": 1.0, "dev_accuracy": 0.4}}


def test_series_hold_what_was_measured_and_phases_meet_where_training_ended():
    chart = training_chart(POINTS, MARKS, run="a", dark=False)
    by_name = {trace["name"]: trace for trace in chart.traces}
    assert chart.layout["yaxis"]["title"]["text"] == "accuracy on dev, %"
    assert by_name["dev accuracy"]["x"] == [0.0, 1.0, 2.0]
    assert by_name["dev accuracy"]["y"] == pytest.approx([50, 80, 90])
    assert by_name["learning rate"]["y"] == [0.01, 0.005]
    assert by_name["just compressed"]["y"] == [40.0]
    assert [(shape["x0"], shape["x1"]) for shape in chart.layout["shapes"]] == [(0.0, 1.0), (1.0, 2.0)]
    assert "just compressed 40.0 %" in chart.alt


def test_what_training_lost_to_infinity_is_left_out():
    points = [*POINTS, Point("retrain", 30, 3.0, {"train_loss": math.nan, "dev_loss": math.inf, "dev_accuracy": 0.5})]
    chart = training_chart(points, MARKS, run="a", dark=False)
    assert json.dumps([chart.traces, chart.layout], allow_nan=False)
    by_name = {trace["name"]: trace for trace in chart.traces}
    assert by_name["dev accuracy"]["x"][-1] == 3.0
    assert by_name["training loss"]["x"][-1] == 2.0


def test_long_runs_are_thinned_and_keep_their_last_point():
    points = [Point("train", i, i / 100, {"train_loss": float(i)}) for i in range(5_000)]
    loss = next(
        trace for trace in training_chart(points, {}, run="a", dark=True).traces if trace["name"] == "training loss"
    )
    assert len(loss["x"]) <= MOST_POINTS
    assert loss["y"][-1] == 4_999


def test_nothing_measured_is_said():
    assert training_chart([], {}, run="a", dark=False).alt == "Nothing was measured yet."


def test_cost_bars_are_the_measurements(corpus_folder):
    result = run(config(corpus_folder))
    size, macs = cost_chart(result, dark=False).traces
    assert macs["x"] == [result.dense.macs, result.compressed.macs, result.deployed.macs]
    assert size["x"][0] == result.dense.bytes_on_disk / 1000
    for trace in (size, macs):
        long = [value > 0.6 * max(trace["x"]) for value in trace["x"]]
        assert [place == "inside" for place in trace["textposition"]] == long
        assert trace["constraintext"] == "none"


def test_rank_chart_says_what_a_rank_gives():
    task, plain = MetricCurve("task", (1, 3), (0.5, 0.75)), MetricCurve("plain", (1, 3), (0.25, 0.75))
    curves = RankCurves(100, 3, 10, 2, (task, plain))
    chart = rank_chart(curves, rank=2, dense=0.8, dark=False)
    assert [trace["y"] for trace in chart.traces] == [[50, 75], [25, 75]]
    assert "rank 2: task 50.0 %; plain 25.0 %" in chart.alt
    assert "dense model has 80.0 %" in chart.alt
    assert best_first(curves.curves, 2)[0].metric == "task"


def test_comparison_draws_both_runs_in_their_own_style():
    chart = comparison_chart([Curve("a", POINTS, MARKS), Curve("b", POINTS[:2], {})], dark=True)
    lines = [trace for trace in chart.traces if trace["mode"].startswith("lines")]
    assert [line["name"] for line in lines] == ["a", "b"]
    assert lines[0]["line"]["dash"] != lines[1]["line"]["dash"]
