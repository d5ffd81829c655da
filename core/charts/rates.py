"""Learning rates: a schedule over a run's iterations, and the loss at rising rates."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.charts.style import BLUE, GREEN, ORANGE, PINK, RED, Chart, axis, base_layout
from core.training.range_test import RangeTest

MOST_POINTS = 4_000  # beyond, the browser is slow and the eye sees no more
PHASES = {"train": ("train", BLUE), "retrain": ("re-train", GREEN)}


def rates_chart(phases: Mapping[str, Sequence[float]], *, logarithmic: bool, dark: bool, height: int = 380) -> Chart:
    """The rate at every iteration, one line through both phases, which are shaded."""
    rates = [rate for phase in phases.values() for rate in phase]
    stride = -(-len(rates) // MOST_POINTS) or 1
    kept = range(0, len(rates), stride)
    trace = {
        "type": "scatter",
        "mode": "lines",
        "name": "learning rate",
        "x": list(kept),
        # A logarithm has no room for zero, which is where a straight line ends.
        "y": [rates[i] if rates[i] > 0 or not logarithmic else None for i in kept],
        "line": {"color": PINK, "width": 2},
        "showlegend": False,
    }
    shapes, names, start = [], [], 0
    for stage, phase in phases.items():
        label, color = PHASES[stage]
        if phase:
            shapes.append(_shade(start, start + len(phase), color))
            names.append(_name(start + len(phase) / 2, label))
        start += len(phase)
    kind: dict[str, Any] = {"type": "log"} if logarithmic else {"rangemode": "tozero"}
    layout = base_layout(dark=dark, height=height) | {
        "xaxis": axis("iteration", dark=dark, range=[0, max(1, len(rates))]),
        "yaxis": axis("learning rate", dark=dark, exponentformat="power", **kind),
        "shapes": shapes,
        "annotations": names,
    }
    said = f"from {min(rates):.2g} to {max(rates):.2g}" if rates else "not set"
    return Chart([trace], layout, f"The learning rate over {len(rates):,} iterations: {said}.")


def range_chart(test: RangeTest, *, dark: bool) -> Chart:
    """The training loss at rising rates; marks where it falls fastest and where it is lowest."""
    loss = {
        "type": "scatter",
        "mode": "markers",
        "name": "loss",
        "x": list(test.rates),
        "y": list(test.losses),
        "marker": {"color": ORANGE, "size": 5, "opacity": 0.6},
    }
    smoothed = {
        "type": "scatter",
        "mode": "lines",
        "name": "smoothed",
        "x": list(test.rates),
        "y": list(test.smoothed),
        "line": {"color": BLUE, "width": 2},
    }
    marks = ((test.steepest, "falls fastest", GREEN, "star"), (test.lowest, "lowest", RED, "x"))
    traces = [loss, smoothed, *(_mark(test, rate, *look) for rate, *look in marks if rate is not None)]
    layout = base_layout(dark=dark, height=380) | {
        "hovermode": "closest",
        "xaxis": axis("learning rate", dark=dark, type="log", exponentformat="power", dtick=1),
        "yaxis": axis("training loss, nats", dark=dark, rangemode="tozero"),
    }
    if test.steepest is None:
        return Chart(traces, layout, "Training loss at rising rates: too little was measured yet.")
    said = f"it falls fastest at {test.steepest:.2g} and is lowest at {test.lowest:.2g}"
    return Chart(traces, layout, f"Training loss at rates from {test.rates[0]:.2g} to {test.rates[-1]:.2g}: {said}.")


def _mark(test: RangeTest, rate: float, label: str, color: str, symbol: str) -> dict[str, Any]:
    level = test.smoothed[test.rates.index(rate)]
    marker = {"color": color, "symbol": symbol, "size": 13}
    return {"type": "scatter", "mode": "markers", "name": f"{label}: {rate:.2g}", "x": [rate], "y": [level]} | {
        "marker": marker
    }


def _shade(start: float, end: float, color: str) -> dict[str, Any]:
    quiet = {"type": "rect", "yref": "paper", "y0": 0, "y1": 1, "opacity": 0.08, "line": {"width": 0}, "layer": "below"}
    return {**quiet, "x0": start, "x1": end, "fillcolor": color}


def _name(middle: float, label: str) -> dict[str, Any]:
    return {"yref": "paper", "y": 1, "yanchor": "bottom", "showarrow": False, "x": middle, "text": label}
