"""A matrix as a picture: one colour a number."""

from collections.abc import Sequence

from core.charts.style import Chart, axis, base_layout

SCALE = [[0.0, "#D55E00"], [0.5, "#F7F7F7"], [1.0, "#0072B2"]]  # colour-blind readers can tell its ends apart
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
        **({"texttemplate": "%{z:.1f}", "textfont": {"color": "#31333F"}} if written else {}),
    }
    layout = base_layout(dark=dark, height=HEIGHT) | {
        "title": {"text": title, "font": {"size": 14}, "x": 0.5, "xanchor": "center"},
        "margin": {"l": 8, "r": 8, "t": 34, "b": 12},
        "hovermode": "closest",
        "xaxis": axis("", dark=dark, showticklabels=False, showgrid=False),
        "yaxis": axis("", dark=dark, autorange="reversed", showgrid=False, dtick=1, showticklabels=rows is not None),
    }
    return Chart([trace], layout, f"{title}: {height_cells} × {width_cells} numbers as colours.")
