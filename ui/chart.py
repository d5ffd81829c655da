"""Draws a `Chart` and keeps it, so that the reader's zoom survives every refresh."""

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


def draw(chart: Chart, *, key: str) -> str | None:
    """Draw `chart`; the same `key` updates it in place. Returns the id of the point just clicked, where it has one."""
    data = {"traces": chart.traces, "layout": chart.layout, "alt": chart.alt}
    return _component(data=data, key=key, on_clicked_change=_heard).clicked


def _heard() -> None:
    """A click is read from what `draw` returns; being told of it makes the component pass it on."""


def preload() -> None:
    """Have the browser load plotly's script while nothing is drawn yet."""
    _component(data=None, key="preload")
