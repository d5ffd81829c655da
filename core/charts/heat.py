"""A matrix as a picture: one colour a number."""

import math
from collections.abc import Sequence

from core.charts.style import BLUE, RED, Chart, axis, base_layout
from core.words import signed

MIDDLE = "#F7F7F7"
SCALE = [[0.0, RED], [0.5, MIDDLE], [1.0, BLUE]]  # colour-blind readers can tell its ends apart
GAMMA = 2.2  # of sRGB, nearly
EVEN = 0.179  # luminance L on which white and black are equally legible: (1 + 0.05) / (L + 0.05) = (L + 0.05) / 0.05
HEIGHT = 300
GAPS = 30  # columns: with more of them, gaps would be all that one sees
FEW = 60  # numbers: they are written into their cells


def heat_chart(
    matrix: Sequence[Sequence[float]], *, title: str, most: float, rows: Sequence[str] | None, dark: bool
) -> Chart:
    """`matrix`, with names of its `rows` where they are given; colours reach from −`most` to `most`."""
    height_cells, width_cells = len(matrix), len(matrix[0])
    written = height_cells * width_cells <= FEW
    trace = {
        "type": "heatmap",
        "z": [list(row) for row in matrix],
        "y": list(rows or map(str, range(1, height_cells + 1))),
        "zmin": -most,
        "zmax": most,
        "colorscale": SCALE,
        "showscale": False,
        "xgap": 1 if width_cells <= GAPS else 0,
        "ygap": 1,
        "hovertemplate": "%{y}, column %{x}: %{z:.2f}<extra></extra>",
        **(
            {"text": [[_written(z, most) for z in row] for row in matrix], "texttemplate": "%{text}"} if written else {}
        ),
    }
    layout = base_layout(dark=dark, height=HEIGHT) | {
        "title": {"text": title, "font": {"size": 14}, "x": 0.5, "xanchor": "center"},
        "margin": {"l": 8, "r": 8, "t": 34, "b": 12},
        "hovermode": "closest",
        "xaxis": axis("", dark=dark, showticklabels=False, showgrid=False),
        "yaxis": axis("", dark=dark, autorange="reversed", showgrid=False, dtick=1, showticklabels=rows is not None),
    }
    return Chart([trace], layout, f"{title}: {height_cells} × {width_cells} numbers as colours.")


def _written(value: float, most: float) -> str:
    """The number in black or in white, whichever is easier to read on its colour."""
    color = "#000000" if _luminance(value / (most or 1.0)) > EVEN else "#FFFFFF"
    return f'<span style="color:{color}">{signed(value, 1, plus=False)}</span>'


def _luminance(place: float) -> float:
    """The relative luminance, 0 to 1, of the colour at `place`, −1 to 1, of the scale."""
    end, far = (RED if place < 0 else BLUE), min(abs(place), 1.0)
    channels = [
        (1 - far) * int(MIDDLE[start : start + 2], 16) / 255 + far * int(end[start : start + 2], 16) / 255
        for start in (1, 3, 5)
    ]
    return sum(weight * math.pow(part, GAMMA) for weight, part in zip((0.2126, 0.7152, 0.0722), channels, strict=True))
