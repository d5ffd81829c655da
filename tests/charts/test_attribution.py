"""The charts of one text's answers, by their data."""

import pytest

from core.charts.attribution import MOST_TOKENS, probability_chart, share_chart
from core.charts.style import literal
from core.insights.answers import Answer, Explained


def told(tokens=("a", "<b>", "a"), classes=("no", "<i>yes</i>")):
    shares = [(-1.0) ** place * (place + 1) for place in range(len(tokens))]
    answers = [
        Answer("dense", (0.25, 0.75), tuple(shares), 0.5, sum(shares) + 0.5, exact=True, latency_ms=1),
        Answer("compressed", (0.6, 0.4), tuple(2 * share for share in shares), 0, 0, exact=True, latency_ms=1),
    ]
    return Explained("a <b> a", tuple(tokens), (True, False, True), classes, 1, 0, tuple(answers))


def test_bars_are_the_probabilities_the_likeliest_class_first():
    chart = probability_chart(told(), dark=False)
    dense, compressed = chart.traces
    assert chart.layout["yaxis"]["ticktext"] == dense["hovertext"] == ["&lt;i&gt;yes&lt;/i&gt;", "no"]
    assert dense["x"] == [75, 25]
    assert compressed["x"] == [40, 60]
    assert dense["marker"]["pattern"] != compressed["marker"]["pattern"]
    assert "dense <i>yes</i> (75.0%), compressed no (60.0%)" in chart.alt


def test_classes_whose_cut_names_are_equal_have_a_row_each():
    chart = probability_chart(told(classes=("x" * 40 + "a", "x" * 40 + "b")), dark=False)
    assert chart.layout["yaxis"]["tickvals"] == chart.traces[0]["y"] == [0, 1]


def test_a_token_that_occurs_twice_has_two_lines_and_unknown_ones_are_named_so():
    chart = share_chart(told(), dark=True)
    assert chart.traces[0]["x"] == [1, -2, 3]
    assert chart.traces[0]["y"] == [0, 1, 2]
    assert chart.layout["yaxis"]["ticktext"] == ["a", "&lt;b&gt; (unknown)", "a"]
    assert "a moves the dense model most, by +3.00 logits" in chart.alt


def test_a_long_text_keeps_its_largest_shares_in_the_order_of_reading():
    long = told(tokens=[f"w{place}" for place in range(60)])
    object.__setattr__(long, "known", (True,) * 60)
    chart = share_chart(long, dark=False)
    names = chart.layout["yaxis"]["ticktext"]
    assert names == [f"w{place}" for place in range(60 - MOST_TOKENS, 60)]
    assert f"{60 - MOST_TOKENS} tokens of smaller shares are left out" in chart.alt


@pytest.mark.parametrize(("text", "shown"), [("a & <b>", "a &amp; &lt;b&gt;"), ("x" * 40, "x" * 27 + "…")])
def test_no_tag_of_a_users_text_is_obeyed(text, shown):
    assert literal(text) == shown
