"""A matrix as a picture: one colour a number."""

from collections.abc import Sequence

from core.charts.style import Chart, axis, base_layout

SCALE = [[0.0, "#D55E00"], [0.5, "#F7F7F7"], [1.0, "#0072B2"]]  # colour-blind readers can tell its ends apart
FEW = 60  # numbers: they are written into their cells


def heat_chart(
    matrix: Sequence[Sequence[float]], *, title: str, most: float, rows: Sequence[str], dark: bool, height: int = 300
) -> Chart:
    """`matrix` with a name for each of its `rows`; colours reach from −`most` to `most`."""
    height_cells, width_cells = len(matrix), len(matrix[0])
    written = height_cells * width_cells <= FEW
    trace = {
        "type": "heatmap",
        "z": [list(row) for row in matrix],
        "y": list(rows),
        "zmin": -most,
        "zmax": most,
        "colorscale": SCALE,
        "showscale": False,
        "xgap": 1,
        "ygap": 1 if height_cells <= FEW else 0,
        "hovertemplate": "%{y}, column %{x}: %{z:.2f}<extra></extra>",
        **({"texttemplate": "%{z:.1f}", "textfont": {"color": "#31333F"}} if written else {}),
    }
    layout = base_layout(dark=dark, height=height) | {
        "title": {"text": title, "font": {"size": 14}, "x": 0.5, "xanchor": "center"},
        "margin": {"l": 40, "r": 8, "t": 34, "b": 12},
        "hovermode": "closest",
        "xaxis": axis("", dark=dark, showticklabels=False, showgrid=False),
        "yaxis": axis("", dark=dark, autorange="reversed", showgrid=False, type="category", dtick=1),
    }
    if height_cells > height // 10:
        layout["yaxis"]["tickfont"] = {"size": 8}
    return Chart([trace], layout, f"{title}: {height_cells} × {width_cells} numbers as colours.")
