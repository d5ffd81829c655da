"""Charts of costs, by their data."""

import pytest

from core.charts.break_even import break_even_chart
from core.charts.latencies import latency_chart
from core.profiling.formulas import Shape
from core.results import Costs, Latency, ModelCost

DAN = Shape(rows=2_000, width=50, reader=300, tokens=10, pooled=True, other_macs=900)
LSTM = Shape(rows=2_000, width=50, reader=600, tokens=10, pooled=False, other_macs=900_000)


def cost(name, *latencies):
    return ModelCost(name, 1, 1, 1, 1, 1, tuple(Latency(*latency) for latency in latencies))


COSTS = Costs(10, (cost("dense", (1, 0.5, 0.9), (256, 20.0, 21.0)), cost("folded", (1, 0.25, 9.0), (256, 8.0, 8.5))))


def lines(chart, axis):
    return {
        trace["name"]: dict(zip(trace["x"], trace["y"], strict=True))
        for trace in chart.traces
        if trace["yaxis"] == axis
    }


def test_naive_factorising_of_a_pooling_model_always_computes_more_than_dense_and_folding_less():
    macs = lines(break_even_chart(DAN, rank=5, dark=False), "y")
    assert set(macs["dense"].values()) == {50 * 300}
    assert macs["factorised, naive"][5] == 10 * 5 * 50 + 50 * 300
    assert macs["factorised, pool first"][5] == 5 * 50 + 50 * 300
    assert macs["folded"][5] == 5 * 300
    assert all(macs["factorised, naive"][rank] > macs["dense"][rank] for rank in macs["dense"])
    assert all(macs["folded"][rank] < macs["dense"][rank] for rank in macs["dense"] if rank < 50)


def test_bytes_cross_at_the_break_even_rank():
    chart = break_even_chart(DAN, rank=5, dark=False)
    stored = lines(chart, "y2")
    even = 2_000 * 50 / 2_050
    more = [rank for rank, size in stored["factorised, pool first"].items() if size > stored["dense"][rank]]
    assert more == [rank for rank in range(1, 51) if rank > even]
    assert [shape["x0"] for shape in chart.layout["shapes"]] == [5, pytest.approx(even)]
    assert "rank 5: dense 15,000 MACs and 460 kB; factorised, naive 17,500 MACs and 101 kB" in chart.alt
    assert "Above rank 48.8" in chart.alt


def test_a_model_that_reads_every_row_has_no_pooling_first():
    macs = lines(break_even_chart(LSTM, rank=5, dark=True), "y")
    assert list(macs) == ["dense", "factorised", "folded", "fixed-point, 8 bits"]
    assert macs["folded"][5] == 10 * 5 * 600


def test_a_wide_table_is_thinned_and_keeps_both_ends():
    wide = Shape(rows=90_000, width=2_000, reader=300, tokens=10, pooled=True, other_macs=0)
    ranks = lines(break_even_chart(wide, rank=5, dark=True), "y")["dense"]
    assert len(ranks) <= 200
    assert (min(ranks), max(ranks)) == (1, 2_000)


def test_a_table_of_one_row_can_be_drawn():
    tiny = Shape(rows=1, width=1, reader=1, tokens=1, pooled=True, other_macs=0)
    assert "rank 1" in break_even_chart(tiny, rank=1, dark=False).alt


def test_bars_are_medians_and_whiskers_end_at_the_95th_percentile():
    chart = latency_chart(COSTS, dark=False)
    one, many = chart.traces
    assert one["x"] == [0.5, 0.25]
    assert [x + more for x, more in zip(one["x"], one["error_x"]["array"], strict=True)] == pytest.approx([0.9, 9.0])
    assert many["x"] == [20.0, 8.0]
    assert chart.layout["xaxis"]["range"][1] < 9.0  # an outlier of a busy machine doesn't squeeze the bars
    assert "ms for one text: dense 0.5 (p95 0.9), folded 0.25 (p95 9)" in chart.alt
    assert "ms for 256 texts at once: dense 20 (p95 21)" in chart.alt


def test_panels_have_room_of_their_own():
    layout = latency_chart(COSTS, dark=True).layout
    (below, _), (_, top) = layout["yaxis"]["domain"], layout["yaxis2"]["domain"]
    assert below > top
    assert layout["yaxis"]["domain"][1] == 1
    assert layout["yaxis2"]["domain"][0] == pytest.approx(0)
