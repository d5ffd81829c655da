"""Charts of a corpus, by their data."""

import numpy as np

from core.charts.data import MOST_CLASSES, class_chart, length_chart
from core.charts.style import literal
from core.data import profile_corpus
from core.data.corpus import Corpus, Split


def corpus(classes, labels, texts):
    split = Split(tuple(texts), np.array(labels))
    return Corpus("tiny", tuple(classes), split, split, split)


def test_classes_are_drawn_by_size_split_by_split():
    found = profile_corpus(corpus(("a", "b<br>", "c"), [0, 1, 1, 2, 2, 2], ["x"] * 6))
    chart = class_chart(found, dark=False)
    assert [trace["name"] for trace in chart.traces] == ["train", "dev", "test"]
    assert chart.layout["yaxis"]["ticktext"] == ["c", "b&lt;br&gt;", "a"]
    assert chart.layout["yaxis"]["tickvals"] == chart.traces[0]["y"] == [0, 1, 2]
    assert chart.traces[0]["x"] == [3, 2, 1]
    assert "c has 3, the most, and a 1, the fewest" in chart.alt


def test_classes_whose_cut_names_are_equal_have_a_bar_each():
    found = profile_corpus(corpus(("x" * 50 + "a", "x" * 50 + "b"), [0, 1, 1], ["x"] * 3))
    assert class_chart(found, dark=False).traces[0]["y"] == [0, 1]


def test_many_classes_share_the_last_bar():
    classes = [f"c{number:02}" for number in range(50)]
    found = profile_corpus(corpus(classes, list(range(50)), ["x"] * 50))
    chart = class_chart(found, dark=True)
    bars = chart.traces[0]
    assert len(bars["y"]) == MOST_CLASSES
    assert chart.layout["yaxis"]["ticktext"][-1] == "31 more classes"
    assert sum(bars["x"]) == 50


def test_lengths_are_shares_of_each_split():
    found = profile_corpus(corpus(("a", "b"), [0, 1, 0, 1], ["one", "one two", "one two three", "w " * 2_000]))
    chart = length_chart(found, dark=False)
    assert chart.traces[0]["x"][:2] == ["1", "2–3"]
    assert chart.traces[0]["x"][-1] == "1024+"
    assert chart.traces[0]["y"][:2] == [25, 50]
    assert sum(chart.traces[0]["y"]) == 100
    assert "50% of train have 2–3 words" in chart.alt


def test_names_are_shown_and_not_obeyed():
    assert literal('<a href="x">\n&') == '&lt;a href="x"&gt; &amp;'
    assert literal("a" * 50, longest=40) == "a" * 39 + "…"
