"""Memory and multiply–accumulates of the dense, the compressed and the deployed model, as bars."""

from collections.abc import Sequence
from typing import Any

from core.charts.style import BLUE, GREEN, ORANGE, Chart, axis, base_layout
from core.results import RunResult

MODELS = ("dense", "compressed", "deployed")
COLORS = (BLUE, ORANGE, GREEN)
LONG = 0.6  # of the longest bar: a number fits into such a one, also on a phone
ROOM = 1.2  # of the longest bar, so that what stands beside a bar is inside the chart


def cost_chart(result: RunResult, *, dark: bool, height: int = 260) -> Chart:
    """Two groups of bars: the weights file in kB, and MACs for one text."""
    measured = [getattr(result, name) for name in MODELS]
    kilobytes, macs = [m.bytes_on_disk / 1000 for m in measured], [m.macs for m in measured]
    common = {
        "type": "bar",
        "y": list(MODELS),
        "orientation": "h",
        "marker": {"color": list(COLORS)},
        "showlegend": False,
        "textangle": 0,
        "constraintext": "none",  # else what is wider than its bar is scaled down until nobody can read it
        "cliponaxis": False,
    }
    traces = [
        common | _lengths(kilobytes, "{:,.0f} kB") | {"xaxis": "x", "yaxis": "y"},
        common | _lengths(macs, "{:,}") | {"xaxis": "x2", "yaxis": "y2"},
    ]
    layout = base_layout(dark=dark, height=height) | {
        "hovermode": "closest",
        "margin": {"l": 90, "r": 16, "t": 12, "b": 44},
        "xaxis": axis("weights file, kB", dark=dark, domain=[0, 0.47], range=[0, ROOM * max(kilobytes)]),
        "xaxis2": axis("MACs for one text", dark=dark, domain=[0.53, 1], range=[0, ROOM * max(macs)], anchor="y2"),
        "yaxis": axis("", dark=dark, autorange="reversed"),
        "yaxis2": axis("", dark=dark, autorange="reversed", anchor="x2", showticklabels=False),
    }
    said = [
        f"{name} {size:,.0f} kB and {count:,} MACs" for name, size, count in zip(MODELS, kilobytes, macs, strict=True)
    ]
    return Chart(traces, layout, f"Cost of one model each: {'; '.join(said)}.")


def _lengths(values: Sequence[float], pattern: str) -> dict[str, Any]:
    """The bars' lengths, each written into its bar, or beside it where that is too short."""
    places = ["inside" if value > LONG * max(values) else "outside" for value in values]
    return {"x": list(values), "text": [pattern.format(value) for value in values], "textposition": places}
