"""One look for all charts: Okabe and Ito's palette, which colour-blind readers can tell apart."""

import html
from dataclasses import dataclass
from typing import Any

BLUE, ORANGE, GREEN, PINK, SKY, RED = "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"
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


def literal(text: str, *, longest: int = 28) -> str:
    """A user's `text` as plotly shows it letter by letter: in a line, no tag obeyed, cut to `longest` characters."""
    line = " ".join(text.split())
    return html.escape(line if len(line) <= longest else line[: longest - 1] + "…", quote=False)
