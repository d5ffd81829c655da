"""One look for all charts: Okabe and Ito's palette, which colour-blind readers can tell apart."""

import html
from dataclasses import dataclass
from typing import Any

BLUE, ORANGE, GREEN, PINK, SKY, RED = "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"
GREY = "#888888"  # of rules and what is written at them
LOG_TICKS = [step * 10.0**power for power in range(-3, 9) for step in (1, 2, 5)]  # plotly's own call twenty a lone 2
FONT = '"Source Sans", sans-serif'  # the one that the pages are set in


@dataclass(frozen=True)
class Chart:
    """A plotly figure's `traces` and `layout`, and `alt`, what it shows, in a sentence."""

    traces: list[dict[str, Any]]
    layout: dict[str, Any]
    alt: str


def base_layout(*, dark: bool, height: int) -> dict[str, Any]:
    """What every chart's layout starts from."""
    ink = "#E6E6E6" if dark else "#31333F"
    return {
        "height": height,
        "margin": {"l": 56, "r": 16, "t": 28, "b": 44},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": ink, "size": 13, "family": FONT},
        "hovermode": "x unified",
        "hoverlabel": {"bgcolor": "#262730" if dark else "#FFFFFF", "font": {"color": ink}},
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
    }


def axis(title: str, *, dark: bool, **more: Any) -> dict[str, Any]:
    """An axis with a title and a quiet grid."""
    grid = "rgba(255,255,255,0.12)" if dark else "rgba(0,0,0,0.08)"
    return {"title": {"text": title}, "gridcolor": grid, "zeroline": False, "automargin": True, **more}


def level(at: float, name: str, *, dash: str = "solid") -> dict[str, list[dict[str, Any]]]:
    """Of a layout: a horizontal rule at the height `at`, called `name` in the right margin, where no point can be."""
    ends = {"xref": "paper", "x0": 0, "x1": 1, "y0": at, "y1": at}
    rule = {"type": "line", "layer": "below", "line": {"color": GREY, "width": 1.5, "dash": dash}, **ends}
    place = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 4, "y": at, "showarrow": False}
    return {"shapes": [rule], "annotations": [{"text": name, "font": {"color": GREY}, **place}]}


def rule(at: float, *, dash: str = "dash", color: str = GREY) -> dict[str, Any]:
    """Of a layout's shapes: a vertical rule at `at`, from bottom to top."""
    ends = {"yref": "paper", "x0": at, "x1": at, "y0": 0, "y1": 1}
    return {"type": "line", "layer": "below", "line": {"color": color, "width": 1.5, "dash": dash}, **ends}


def literal(text: str, *, longest: int = 28) -> str:
    """A user's `text` as plotly shows it letter by letter: in a line, no tag obeyed, cut to `longest` characters."""
    line = " ".join(text.split())
    return html.escape(line if len(line) <= longest else line[: longest - 1] + "…", quote=False)
