"""Charts of lessons and of learning rates: what is drawn is what was given."""

import pytest

from core.charts.bars import bar_chart
from core.charts.guess import Truth, guess_chart
from core.charts.heat import heat_chart
from core.charts.race import race_chart
from core.charts.rates import MOST_POINTS, range_chart, rates_chart
from core.training.racing import Band
from core.training.range_test import RangeTest


@pytest.mark.parametrize("dark", [True, False])
def test_rates_are_one_line_with_a_shade_for_each_phase(dark):
    chart = rates_chart({"train": [0.1, 0.2, 0.0], "retrain": [0.3]}, logarithmic=True, dark=dark)
    assert chart.traces[0]["y"] == [0.1, 0.2, None, 0.3]
    assert [(shape["x0"], shape["x1"]) for shape in chart.layout["shapes"]] == [(0, 3), (3, 4)]
    assert chart.alt == "The learning rate over 4 iterations: from 0 to 0.3."


def test_many_rates_are_thinned_and_a_phase_of_none_has_no_shade():
    chart = rates_chart({"train": [0.1] * 3 * MOST_POINTS, "retrain": []}, logarithmic=False, dark=False)
    assert len(chart.traces[0]["x"]) == MOST_POINTS
    assert len(chart.layout["shapes"]) == 1


def test_a_range_test_marks_its_rates_once_they_are_known():
    test = RangeTest((0.1, 0.2, 0.4), (3.0, 2.0, 2.5), (3.0, 2.4, 2.5), 0.2, 0.4)
    marks = {trace["name"]: (trace["x"], trace["y"]) for trace in range_chart(test, dark=False).traces[2:]}
    assert marks == {"falls fastest: 0.2": ([0.2], [2.4]), "lowest: 0.4": ([0.4], [2.5])}
    early = range_chart(RangeTest((0.1,), (3.0,), (3.0,), None, None), dark=False)
    assert len(early.traces) == 2
    assert "too little" in early.alt


def test_a_race_has_a_band_around_each_mean():
    chart = race_chart({"adam": Band((0, 1), (0.5, 0.6), (0.4, 0.5), (0.6, 0.7))}, dark=False)
    high, low, mean = chart.traces
    assert (high["y"], low["y"], mean["y"]) == ([60, 70], [40, 50], [50, 60])
    assert "adam at 60.0 %" in chart.alt
    assert race_chart({}, dark=False).traces == []


def test_a_matrix_is_a_picture_with_its_numbers_where_there_are_few():
    small = heat_chart([[1.0, -2.0]], title="before", most=2.0, rows=["one"], dark=False)
    assert (small.traces[0]["z"], small.traces[0]["zmax"], small.traces[0]["y"]) == ([[1.0, -2.0]], 2.0, ["one"])
    black = '<span style="color:#000000">'
    assert small.traces[0]["text"] == [[f"{black}1.0</span>", f"{black}−2.0</span>"]]
    (white,) = heat_chart([[2.0]], title="before", most=2.0, rows=None, dark=False).traces[0]["text"][0]
    assert white == '<span style="color:#FFFFFF">2.0</span>'
    large = heat_chart([[0.0] * 50] * 18, title="after", most=2.0, rows=None, dark=True)
    assert "texttemplate" not in large.traces[0]
    assert large.alt == "after: 18 × 50 numbers as colours."


def test_bars_are_written_out():
    chart = bar_chart({"a": 1.0, "b": 2.5}, unit="test accuracy, %", pattern="{:.1f}", dark=False)
    assert chart.traces[0]["text"] == ["1.0", "2.5"]
    assert chart.alt == "Test accuracy, %: a 1.0; b 2.5."
    assert bar_chart({"a": -1.0}, unit="x", pattern="{}", dark=False).layout["xaxis"]["range"][0] == -1.0


def test_a_guess_is_drawn_alone_until_the_truth_is_known():
    guess = {1: 20.0, 4: 60.0}
    alone = guess_chart((1, 2, 4), guess, None, dark=False)
    assert (alone.traces[0]["x"], alone.traces[0]["y"]) == (["1", "4"], [20.0, 60.0])
    assert alone.alt == "Guessed: 20 % at rank 1, 60 % at rank 4."
    truth = Truth({1: 30.0, 2: 40.0, 4: 50.0}, {1: 35.0, 2: 55.0, 4: 70.0}, 72.0)
    whole = guess_chart((1, 2, 4), guess, truth, dark=False)
    assert [trace["name"] for trace in whole.traces] == ["your guess", "just compressed", "re-trained", "dense"]
    assert whole.traces[3]["y"] == [72.0] * 3
    assert "55.0 % at rank 2; " not in alone.alt
    assert "the dense model has 72.0 %" in whole.alt
