"""Two runs on one chart: accuracy on dev over the epochs, and where each was compressed."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.charts.style import BLUE, RED, Chart, axis, base_layout
from core.charts.training import accuracy_line, milestones
from core.events import Point

STYLES = ((BLUE, "solid"), (RED, "dash"))


@dataclass(frozen=True)
class Curve:
    """A run to draw: what to call it, its points and its marks."""

    name: str
    points: Sequence[Point]
    marks: dict[str, dict[str, float]]


def comparison_chart(curves: Sequence[Curve], *, dark: bool) -> Chart:
    """The accuracy curves of two runs, each with a colour and a dash of its own; marks as in the training chart."""
    traces = []
    for curve, (color, dash) in zip(curves, STYLES, strict=False):
        traces.append(accuracy_line(curve.points, curve.name, color=color, dash=dash))
        traces += [{**mark, "showlegend": False, "legendgroup": curve.name} for mark in milestones(curve.marks, color)]
    layout = base_layout(dark=dark, height=380) | {
        "hovermode": "closest",
        "xaxis": axis("epochs", dark=dark, rangemode="tozero"),
        "yaxis": axis("accuracy on dev, %", dark=dark),
    }
    done = [(curve.name, curve.marks["compressed"]["dev_accuracy"]) for curve in curves if "compressed" in curve.marks]
    ends = "; ".join(f"{name} ends at {100 * accuracy:.1f} %" for name, accuracy in done)
    return Chart(traces, layout, f"Accuracy on dev of two runs over the epochs: {ends or 'none has ended yet'}.")
