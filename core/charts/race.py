"""A race of optimisers and schedules: the mean of each over seeds, in the band from its lowest to its highest."""

from collections.abc import Mapping
from typing import Any

from core.charts.style import BLUE, GREEN, ORANGE, PINK, RED, SKY, Chart, axis, base_layout
from core.training.racing import Band

COLORS = (BLUE, ORANGE, GREEN, RED, PINK, SKY)
DASHES = ("solid", "dash", "dot", "dashdot")


def race_chart(bands: Mapping[str, Band], *, dark: bool) -> Chart:
    """A line and a band for each entrant, by name; accuracies in %."""
    traces: list[dict[str, Any]] = []
    for number, (name, band) in enumerate(bands.items()):
        traces += _lines(name, band, COLORS[number % len(COLORS)], DASHES[number // len(COLORS) % len(DASHES)])
    layout = base_layout(dark=dark, height=420) | {
        "uirevision": "race",
        "hovermode": "closest",
        "xaxis": axis("epochs of the phase", dark=dark, rangemode="tozero"),
        "yaxis": axis("accuracy on dev, %", dark=dark),
    }
    said = "; ".join(f"{name} at {100 * max(band.mean):.1f} %" for name, band in bands.items())
    return Chart(
        traces, layout, f"Accuracy on dev, the best mean of each so far: {said or 'nothing was measured yet'}."
    )


def _lines(name: str, band: Band, color: str, dash: str) -> list[dict[str, Any]]:
    epochs = list(band.epochs)
    edge = {"type": "scatter", "mode": "lines", "line": {"width": 0}, "legendgroup": name, "showlegend": False} | {
        "hoverinfo": "skip"
    }
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return [
        {**edge, "x": epochs, "y": [100 * value for value in band.high]},
        {**edge, "x": epochs, "y": [100 * value for value in band.low], "fill": "tonexty"}
        | {"fillcolor": f"rgba({red},{green},{blue},0.12)"},
        {
            "type": "scatter",
            "mode": "lines" if len(epochs) > 1 else "markers",
            "name": name,
            "x": epochs,
            "y": [100 * value for value in band.mean],
            "line": {"color": color, "dash": dash, "width": 2},
            "legendgroup": name,
        },
    ]
