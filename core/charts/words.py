"""Words before and after compression: errors by how frequent they are, and a map."""

from collections.abc import Sequence
from typing import Any

from core.charts.ranks import STYLES
from core.charts.style import BLUE, ORANGE, RED, SKY, Chart, axis, base_layout, literal
from core.insights.words import Band, Place, WordMap, furthest

PART = {"low": 0, "q1": 1, "median": 2, "q3": 3, "high": 4}  # of `Band.spread`

LABEL_WIDTH, LABEL_HEIGHT = 0.12, 0.045  # of the map: the room that a label takes


def error_chart(by_metric: dict[str, Sequence[Band]], *, dark: bool, height: int = 360) -> Chart:
    """A box for each band of frequency and each metric: the middle half of its words' errors, whiskers 5 % to 95 %."""
    traces = [_boxes(metric, found) for metric, found in by_metric.items()]
    layout = base_layout(dark=dark, height=height) | {
        "hovermode": "closest",
        "boxmode": "group",
        "showlegend": True,
        "xaxis": axis("words by frequency, the most frequent first", dark=dark, type="category"),
        "yaxis": axis("relative error, %", dark=dark, rangemode="tozero"),
    }
    metric, found = next(iter(by_metric.items()))
    said = ", ".join(f"{_span(band)} {band.spread[PART['median']]:.0%}" for band in found)
    return Chart(
        traces, layout, f"Median relative error of words by place in the order of frequency, {metric}: {said}."
    )


def map_chart(found: WordMap, *, highlighted: Place | None, rank: int, dark: bool, height: int = 560) -> Chart:
    """The words in the dense table and at `rank`, on the same axes, each joined to itself; one may stand out."""
    labelled = _apart(furthest(found), found.places) - {highlighted.word if highlighted else ""}
    first, second = found.variance if len(found.variance) > 1 else (*found.variance, 0.0)
    traces = [
        _joined(found.places, "rgba(128,128,128,0.35)", 1),
        _points(found.places, labelled, SKY if dark else BLUE),
    ]
    traces.append(_points(found.places, set(), ORANGE, cut=True))
    if highlighted:
        traces += [_joined([highlighted], RED, 3), *_standing_out(highlighted)]
    layout = base_layout(dark=dark, height=height) | {
        "uirevision": "word-map",
        "hovermode": "closest",
        "xaxis": axis(f"first principal axis ({first:.0%} of the variance)", dark=dark),
        "yaxis": axis(f"second ({second:.0%})", dark=dark),
    }
    moves = [_distance(place) for place in found.places]
    word = f" {highlighted.word} stands out; it moves by {_distance(highlighted):.2f}." if highlighted else ""
    said = f"{len(moves)} frequent words on the dense table's two principal axes, and where rank {rank} puts them"
    return Chart(traces, layout, f"{said}: they move by {sum(moves) / max(1, len(moves)):.2f} in the mean.{word}")


def _span(band: Band) -> str:
    return f"{band.first:,}–{band.last:,}"


def _seen(band: Band) -> str:
    """How often the band's words occur, on a line of its own, where that is known."""
    if not band.counts:
        return ""
    most, least = band.counts
    return f"<br>seen {least:,}×" if most == least else f"<br>seen {least:,}–{most:,}×"


def _boxes(metric: str, found: Sequence[Band]) -> dict[str, Any]:
    color, dash, _ = STYLES.get(metric, (BLUE, "solid", "circle"))
    parts = {name: [100 * band.spread[place] for band in found] for name, place in PART.items()}
    return {
        "type": "box",
        "name": metric,
        "x": [_span(band) + _seen(band) for band in found],
        "lowerfence": parts["low"],
        "q1": parts["q1"],
        "median": parts["median"],
        "q3": parts["q3"],
        "upperfence": parts["high"],
        "line": {"color": color, "width": 2},
        "fillcolor": f"{color}{'66' if dash == 'solid' else '11'}",
    }


def _joined(places: Sequence[Place], color: str, width: int) -> dict[str, Any]:
    """A line from where each word was to where it is."""
    line = {"color": color, "width": width}
    x, y = ([value for place in places for value in (place.dense[at], place.cut[at], None)] for at in (0, 1))
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip", "showlegend": False}


def _apart(candidates: Sequence[Place], places: Sequence[Place]) -> set[str]:
    """Those `candidates` whose labels leave room for one another, the first ones preferred."""
    spans = [max(place.dense[at] for place in places) - min(place.dense[at] for place in places) for at in (0, 1)]
    kept: list[Place] = []
    for place in candidates:
        offsets = [[abs(place.dense[at] - other.dense[at]) / (spans[at] or 1) for at in (0, 1)] for other in kept]
        if all(x > LABEL_WIDTH or y > LABEL_HEIGHT for x, y in offsets):
            kept.append(place)
    return {place.word for place in kept}


def _points(places: Sequence[Place], labelled: set[str], color: str, *, cut: bool = False) -> dict[str, Any]:
    at = [place.cut if cut else place.dense for place in places]
    return {
        "type": "scatter",
        "mode": "markers+text" if labelled else "markers",
        "name": "compressed" if cut else "dense",
        "x": [x for x, _ in at],
        "y": [y for _, y in at],
        "text": [literal(place.word) if place.word in labelled else "" for place in places],
        "hovertext": [literal(place.word) for place in places],
        "hoverinfo": "text",
        "textposition": "top center",
        "marker": {"color": color, "symbol": "diamond" if cut else "circle-open", "size": 7},
    }


def _standing_out(place: Place) -> list[dict[str, Any]]:
    word = literal(place.word)
    return [
        {
            "type": "scatter",
            "mode": "markers+text",
            "showlegend": False,
            "x": [at[0]],
            "y": [at[1]],
            "text": [f"<b>{label}</b>"],
            "hoverinfo": "skip",
            "textposition": position,
            "marker": {"color": RED, "symbol": symbol, "size": 13},
        }
        for at, label, position, symbol in (
            (place.dense, word, "top center", "circle"),
            (place.cut, f"{word} now", "bottom center", "diamond"),
        )
    ]


def _distance(place: Place) -> float:
    return float(sum((a - b) ** 2 for a, b in zip(place.dense, place.cut, strict=True)) ** 0.5)
