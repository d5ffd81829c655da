"""The chart of a spectrum, by its data."""

from math import log10

import pytest

from core.charts.spectrum import spectrum_chart
from core.compression.size import factors_bytes, folded_bytes
from core.insights.spectrum import MetricSpectrum, Spectrum
from core.results import MetricCurve, RankCurves

FOUND = Spectrum(
    100, 3, 50, (MetricSpectrum("plain", (3.0, 2.0, 1.0), ()), MetricSpectrum("task", (2.0, 0.0, 0.0), ()))
)
CURVES = RankCurves(100, 3, 10, 2, (MetricCurve("task", (1, 3), (0.5, 0.75)),))


def test_bytes_are_those_of_the_factors_and_of_the_narrow_table():
    assert factors_bytes(2, rows=100, width=3) == 4 * 2 * 103
    assert folded_bytes(2, rows=100) == 4 * 2 * 100


def test_panels_hold_accuracy_energy_and_singular_values():
    chart = spectrum_chart(FOUND, CURVES, metric="task", rank=2, dark=False)
    lines = {(trace["name"], trace["yaxis"]): trace for trace in chart.traces}
    assert lines["plain", "y2"]["y"] == pytest.approx([100 * 9 / 14, 100 * 13 / 14, 100])
    assert lines["plain", "y3"]["y"] == pytest.approx([1, 2 / 3, 1 / 3])
    assert lines["task", "y"]["y"] == [50, 75]
    assert ("plain", "y") not in lines
    assert lines["task", "y2"]["line"]["width"] > lines["plain", "y2"]["line"]["width"]
    assert "accuracy 50.0%" in lines["task", "y2"]["text"][1]
    assert [shape["x0"] for shape in chart.layout["shapes"]] == [2, pytest.approx(300 / 103)]
    assert chart.layout["annotations"][0]["x"] == pytest.approx(log10(300 / 103))
    assert "Rank 2 keeps 100.0% of the energy in the metric task, and accuracy on dev is 50.0%" in chart.alt


def test_without_curves_there_are_two_panels():
    chart = spectrum_chart(FOUND, None, metric="plain", rank=1, dark=True)
    assert {trace["yaxis"] for trace in chart.traces} == {"y2", "y3"}
    assert "yaxis" not in chart.layout
    assert "accuracy" not in chart.alt
