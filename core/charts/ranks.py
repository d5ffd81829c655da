"""Accuracy without re-training at every rank, a line for each metric."""

from collections.abc import Sequence
from typing import Any

from core.charts.style import BLUE, GREEN, LOG_TICKS, ORANGE, PINK, Chart, axis, base_layout, level, rule
from core.results import MetricCurve, RankCurves

STYLES = {
    "task": (GREEN, "solid", "circle"),
    "layer": (PINK, "dash", "square"),
    "frequency": (ORANGE, "dashdot", "diamond"),
    "plain": (BLUE, "dot", "x"),
}


def rank_chart(curves: RankCurves, *, rank: int, dense: float | None, dark: bool, height: int = 340) -> Chart:
    """The curves, a line where `rank` is, and one at the accuracy on dev of the `dense` model, 0 to 1."""
    traces = [_line(curve) for curve in curves.curves]
    base = base_layout(dark=dark, height=height)
    found = level(100 * dense, "dense", dash="dash") if dense is not None else {"shapes": []}
    layout = base | {
        **found,
        "margin": {**base["margin"], "r": 48},
        "showlegend": True,
        "uirevision": "ranks",
        "xaxis": axis("rank, on a logarithmic axis", dark=dark, type="log", tickvals=LOG_TICKS),
        "yaxis": axis("accuracy on dev, %", dark=dark),
        "shapes": [*found["shapes"], rule(rank)],
    }
    said = "; ".join(f"{curve.metric} {100 * at_rank(curve, rank):.1f} %" for curve in curves.curves)
    told = "" if dense is None else f" The dense model has {100 * dense:.1f} %."
    return Chart(traces, layout, f"Accuracy on dev without re-training at rank {rank}: {said}.{told}")


def at_rank(curve: MetricCurve, rank: int) -> float:
    """The accuracy at `rank`, 0 to 1; on a grid, that of the nearest rank below that was tried."""
    below = [accuracy for tried, accuracy in zip(curve.ranks, curve.dev_accuracy, strict=True) if tried <= rank]
    return below[-1] if below else curve.dev_accuracy[0]


def best_first(curves: Sequence[MetricCurve], rank: int) -> list[MetricCurve]:
    """The curves by their accuracy at `rank`, the best first."""
    return sorted(curves, key=lambda curve: -at_rank(curve, rank))


def _line(curve: MetricCurve) -> dict[str, Any]:
    color, dash, symbol = STYLES.get(curve.metric, (BLUE, "solid", "circle"))
    grid = len(curve.ranks) < curve.ranks[-1]
    return {
        "type": "scatter",
        "mode": "lines+markers" if grid else "lines",
        "name": curve.metric,
        "x": list(curve.ranks),
        "y": [100 * accuracy for accuracy in curve.dev_accuracy],
        "line": {"color": color, "dash": dash, "width": 2},
        "marker": {"color": color, "symbol": symbol, "size": 7},
    }
