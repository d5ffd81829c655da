"""A few named numbers as bars."""

from collections.abc import Mapping
from typing import Any

from core.charts.style import BLUE, GREEN, ORANGE, PINK, RED, SKY, Chart, axis, base_layout

COLORS = (BLUE, ORANGE, GREEN, PINK, SKY, RED)
ROOM = 1.2  # of the longest bar, so that what stands beside a bar is inside the chart


def bar_chart(
    values: Mapping[str, float], *, unit: str, pattern: str, dark: bool, many: bool = False, height: int = 260
) -> Chart:
    """A bar for each of `values`, written by `pattern`, such as "{:.1f} %"; `many` alike have one colour."""
    names, lengths = list(values), list(values.values())
    written = [pattern.format(value) for value in lengths]
    trace: dict[str, Any] = {
        "type": "bar",
        "orientation": "h",
        "y": names,
        "x": lengths,
        "text": written,
        "textangle": 0,
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": BLUE if many else [COLORS[i % len(COLORS)] for i in range(len(names))]},
    }
    layout = base_layout(dark=dark, height=height) | {
        "hovermode": "closest",
        "xaxis": axis(unit, dark=dark, range=[min(0.0, *lengths), ROOM * max(*lengths, 1e-9)]),
        "yaxis": axis("", dark=dark, autorange="reversed", type="category"),
    }
    said = "; ".join(f"{name} {text}" for name, text in zip(names, written, strict=True))
    return Chart([trace], layout, f"{unit[0].upper()}{unit[1:]}: {said}.")
