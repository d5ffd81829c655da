"""The charts of words, by their data."""

from core.charts.words import error_chart, map_chart
from core.insights.words import Band, Place, WordMap

BANDS = (
    Band(1, 100, (90, 7), (0.1, 0.2, 0.3, 0.4, 0.5), ()),
    Band(101, 250, (1, 1), (0.2, 0.3, 0.4, 0.5, 0.6), ()),
)
NOTHING_KNOWN = (Band(1, 100, (), (0.5,) * 5, ()),)
FAR, NEAR = Place("<a>", (3.0, 4.0), (0.0, 0.0)), Place("b", (-1.0, 0.0), (-1.0, 1.0))
MAP = WordMap((0.5, 0.25), (FAR, NEAR, Place("c", (3.0, 3.99), (3.0, 3.99))))


def test_boxes_are_the_quantiles_in_percent_and_each_band_says_how_often_its_words_occur():
    chart = error_chart({"task": BANDS, "plain": NOTHING_KNOWN}, dark=False)
    task, plain = chart.traces
    assert task["x"] == ["1–100<br>seen 7–90×", "101–250<br>seen 1×"]
    assert (task["lowerfence"][0], task["median"][0], task["upperfence"][0]) == (10, 30, 50)
    assert plain["x"] == ["1–100"]
    assert task["fillcolor"] != plain["fillcolor"]
    assert "task: 1–100 30%, 101–250 40%" in chart.alt


def test_the_map_joins_each_word_to_itself_and_obeys_no_tag():
    chart = map_chart(MAP, highlighted=None, rank=2, dark=False)
    lines, before, after = chart.traces
    assert lines["x"][:3] == [3.0, 0.0, None]
    assert before["hovertext"] == ["&lt;a&gt;", "b", "c"]
    assert (before["y"], after["y"]) == ([4.0, 0.0, 3.99], [0.0, 1.0, 3.99])
    assert before["marker"]["symbol"] != after["marker"]["symbol"]
    assert "they move by 2.00 in the mean" in chart.alt


def test_labels_that_would_cover_one_another_are_left_out():
    before = map_chart(MAP, highlighted=None, rank=2, dark=False).traces[1]
    assert before["text"] == ["&lt;a&gt;", "b", ""]


def test_a_word_that_was_searched_stands_out():
    chart = map_chart(MAP, highlighted=Place("far", (9.0, 9.0), (9.0, 6.0)), rank=2, dark=True)
    assert [trace["text"] for trace in chart.traces[-2:]] == [["<b>far</b>"], ["<b>far now</b>"]]
    assert "far stands out; it moves by 3.00" in chart.alt


def test_a_word_that_stands_out_has_one_label():
    before = map_chart(MAP, highlighted=NEAR, rank=2, dark=False).traces[1]
    assert before["text"] == ["&lt;a&gt;", "", ""]
