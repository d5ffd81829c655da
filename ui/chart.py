"""Draws a `Chart` and keeps it, so that the reader's zoom survives every refresh."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from core.charts.style import Chart

SCRIPT = Path(__file__).resolve().parent.parent / "assets" / "live_chart.js"

_component = st.components.v2.component(
    "ranklens_chart",
    html="<div class='live-chart' style='width:100%'></div>",
    js=SCRIPT.read_text(encoding="utf-8"),
    isolate_styles=False,
)


def dark() -> bool:
    """Whether the reader's theme is dark."""
    return st.context.theme.type == "dark"


def draw(chart: Chart, *, key: str, on_click: Callable[[float, float], None] | None = None) -> str | None:
    """Draw `chart`; the same `key` updates the chart in place.

    Args:
        chart: what to draw.
        key: tells charts apart.
        on_click: is told where in the axes the reader clicks; a category counts as its place, from 0. Such a chart
            can't be zoomed.

    Returns:
        The id of the point just clicked, where it has one.
    """

    def placed() -> None:
        place = st.session_state[key]["placed"]
        if on_click and place:
            on_click(place["x"], place["y"])

    data = {"traces": chart.traces, "layout": chart.layout, "alt": chart.alt, "clickable": on_click is not None}
    heard = {"on_placed_change": placed} if on_click else {"on_clicked_change": _heard}
    return _component(data=data, key=key, **heard).get("clicked")


def _heard() -> None:
    """A click is read from what `draw` returns; being told of it makes the component pass it on."""


def preload() -> None:
    """Have the browser load plotly's script while nothing is drawn yet."""
    _component(data=None, key="preload")
