"""The live chart: accuracy, loss and learning rate over the epochs, the two phases shaded."""

import math
from collections.abc import Sequence
from typing import Any

from core.charts.style import BLUE, GREEN, ORANGE, PINK, RED, SKY, Chart, axis, base_layout
from core.events import Point

MOST_POINTS = 400
MARKS = {
    "dense": ("dense, trained", BLUE, "circle"),
    "just_compressed": ("just compressed", RED, "x"),
    "compressed": ("compressed, re-trained", GREEN, "star"),
}


def training_chart(
    points: Sequence[Point], marks: dict[str, dict[str, float]], *, run: str, dark: bool, height: int = 560
) -> Chart:
    """The chart of one run so far; `run` keeps the reader's zoom while it is the same."""
    series = [
        accuracy_line(points, "dev accuracy", color=BLUE, dash="solid"),
        _series(points, "train_loss", "training loss", color=ORANGE, dash="solid", axis_name="y2"),
        _series(points, "dev_loss", "dev loss", color=SKY, dash="dot", axis_name="y2"),
        _series(points, "learning_rate", "learning rate", color=PINK, dash="dash", axis_name="y3"),
    ]
    layout = base_layout(dark=dark, height=height) | {
        "uirevision": run,
        "xaxis": axis("epochs", dark=dark, rangemode="tozero", anchor="y3"),
        "yaxis": axis("accuracy on dev, %", dark=dark, domain=[0.58, 1]),
        "yaxis2": axis("loss, nats", dark=dark, domain=[0.24, 0.52], rangemode="tozero"),
        "yaxis3": axis("rate", dark=dark, domain=[0, 0.18], rangemode="tozero", nticks=3, exponentformat="power"),
        "shapes": _phases(points, marks),
        "annotations": _phase_names(points, marks),
    }
    return Chart([*series, *milestones(marks)], layout, _alt(points, marks))


def accuracy_line(points: Sequence[Point], label: str, *, color: str, dash: str) -> dict[str, Any]:
    """Accuracy on dev, in %, over the epochs."""
    return _series(points, "dev_accuracy", label, color=color, dash=dash, axis_name="y", scale=100)


def _series(
    points: Sequence[Point], name: str, label: str, *, color: str, dash: str, axis_name: str, scale: float = 1
) -> dict[str, Any]:
    """One line, thinned to `MOST_POINTS`; the last is always there. What isn't finite can't be drawn."""
    known = [(point.epoch, scale * point.values[name]) for point in points if name in point.values]
    measured = [(epoch, value) for epoch, value in known if math.isfinite(value)]
    stride = -(-len(measured) // MOST_POINTS) or 1
    kept = measured[::-stride][::-1]
    line = {"color": color, "dash": dash, "width": 2}
    x, y = [epoch for epoch, _ in kept], [value for _, value in kept]
    mode = "lines" if len(x) > 1 else "markers"  # one point alone makes no line
    return {"type": "scatter", "mode": mode, "name": label, "x": x, "y": y, "yaxis": axis_name, "line": line}


def milestones(marks: dict[str, dict[str, float]], one_color: str | None = None) -> list[dict[str, Any]]:
    """The models' accuracies on dev, each a mark of its own shape; in their own colours, or all in `one_color`."""
    return [
        {
            "type": "scatter",
            "mode": "markers+text",
            "name": label,
            "x": [marks[name]["epoch"]],
            "y": [100 * marks[name]["dev_accuracy"]],
            "text": [f"{100 * marks[name]['dev_accuracy']:.1f}"],
            "textposition": "bottom center" if name == "just_compressed" else "top center",
            "marker": {"color": one_color or color, "symbol": symbol, "size": 12},
            "cliponaxis": False,
        }
        for name, (label, color, symbol) in MARKS.items()
        if name in marks
    ]


def _spans(points: Sequence[Point], marks: dict[str, dict[str, float]]) -> list[tuple[str, str, float, float]]:
    """The phases so far: name, colour, first and last epoch."""
    if not points:
        return []
    border = marks["dense"]["epoch"] if "dense" in marks else points[-1].epoch
    spans = [("train", BLUE, 0.0, border)]
    return [*spans, ("re-train", GREEN, border, points[-1].epoch)] if "just_compressed" in marks else spans


def _phases(points: Sequence[Point], marks: dict[str, dict[str, float]]) -> list[dict[str, Any]]:
    quiet = {"type": "rect", "yref": "paper", "y0": 0, "y1": 1, "opacity": 0.08, "line": {"width": 0}, "layer": "below"}
    return [{**quiet, "x0": start, "x1": end, "fillcolor": color} for _, color, start, end in _spans(points, marks)]


def _phase_names(points: Sequence[Point], marks: dict[str, dict[str, float]]) -> list[dict[str, Any]]:
    quiet = {"yref": "paper", "y": 0.54, "showarrow": False, "yanchor": "middle"}
    return [
        {**quiet, "x": (start + end) / 2, "text": name} for name, _, start, end in _spans(points, marks) if end > start
    ]


def _alt(points: Sequence[Point], marks: dict[str, dict[str, float]]) -> str:
    if not points:
        return "Nothing was measured yet."
    said = [
        f"{label} {100 * marks[name]['dev_accuracy']:.1f} %" for name, (label, _, _) in MARKS.items() if name in marks
    ]
    return f"Accuracy on dev over {points[-1].epoch:.1f} epochs" + (f": {', '.join(said)}." if said else ".")
