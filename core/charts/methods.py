"""Accuracy on test against the deployed file's size: a line for each method and metric. A click names a run."""

from collections.abc import Sequence
from typing import Any

from core.charts.style import BLUE, GREEN, LOG_TICKS, ORANGE, PINK, RED, SKY, Chart, axis, base_layout, level
from core.comparison import Comparison, Row
from core.words import signed

COLORS = (RED, BLUE, ORANGE, GREEN, PINK, SKY)
DASHES = ("solid", "dash", "dot", "dashdot")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star")
HEIGHT, LEGEND_PIXELS = 460, 14  # of all but the legend, and of each of its lines
NARROW = 5  # sizes within such a factor are left to plotly's own ticks


def methods_chart(comparison: Comparison, *, chosen: Row | None, key: str, dark: bool, openable: bool = True) -> Chart:
    """Every way to compress, over its seeds.

    Args:
        comparison: what is done.
        chosen: the row to mark.
        key: keeps the reader's zoom while it is the same.
        dark: whether the reader's theme is dark.
        openable: whether the runs are there to be opened by a click.
    """
    groups: dict[str, list[Row]] = {}
    for row in comparison.rows:
        groups.setdefault(row.cell.label, []).append(row)
    traces = [_line(name, rows, number, openable=openable) for number, (name, rows) in enumerate(groups.items())]
    if chosen:
        traces.append(_ring(chosen))
    sizes = [row.cell.deployed_bytes for row in comparison.rows]
    ticks = {} if max(sizes) < NARROW * min(sizes) else {"tickvals": LOG_TICKS, "tickformat": ","}
    base = base_layout(dark=dark, height=HEIGHT + LEGEND_PIXELS * len(groups))
    size = {"text": "deployed file, kB, on a logarithmic axis", "standoff": 8}  # near, since the legend is below it
    layout = base | {
        **level(100 * comparison.table.dense_test.mean, "dense"),
        "margin": {**base["margin"], "r": 48},
        "uirevision": key,
        "hovermode": "closest",
        "xaxis": axis("", dark=dark, type="log", **ticks) | {"title": size},
        "yaxis": axis("accuracy on test, %", dark=dark),
        "legend": {"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"},  # long on a phone, so below the plot
    }
    return Chart(traces, layout, _alt(comparison, chosen))


def _line(name: str, rows: Sequence[Row], number: int, *, openable: bool) -> dict[str, Any]:
    color = COLORS[number % len(COLORS)]
    ordered = sorted(rows, key=lambda row: row.cell.deployed_bytes)
    tests = [row.cell.test for row in ordered]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": [row.cell.deployed_bytes / 1000 for row in ordered],
        "y": [100 * test.mean for test in tests],
        "ids": [row.cell.runs[0] for row in ordered],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [100 * (test.high - test.mean) for test in tests],
            "arrayminus": [100 * (test.mean - test.low) for test in tests],
            "color": color,
            "thickness": 1,
            "width": 3,
        },
        "line": {"color": color, "dash": DASHES[number // len(COLORS) % len(DASHES)], "width": 2},
        "marker": {"color": color, "symbol": SYMBOLS[number % len(SYMBOLS)], "size": 9},
        "customdata": [_hover(row, openable=openable) for row in ordered],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _hover(row: Row, *, openable: bool) -> str:
    cell = row.cell
    lines = [
        f"<b>{cell.label}</b>, table {cell.compression:.1%} smaller",
        f"test {cell.test.mean:.1%} ({cell.test.low:.1%} to {cell.test.high:.1%})",
        f"{signed(row.dense.points, 1)} points against dense",
        f"deployed {cell.deployed_bytes / 1000:,.0f} kB",
        *(["click to open the run"] if openable else []),
    ]
    return "<br>".join(lines)


def _ring(row: Row) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "what keeps the target",
        "x": [row.cell.deployed_bytes / 1000],
        "y": [100 * row.cell.test.mean],
        "marker": {"color": GREEN, "symbol": "circle-open", "size": 20, "line": {"width": 3}},
        "hoverinfo": "skip",
    }


def _alt(comparison: Comparison, chosen: Row | None) -> str:
    best = sorted(comparison.rows, key=lambda row: -row.cell.test.mean)
    told = "; ".join(
        f"{row.cell.label} {row.cell.test.mean:.1%} at {row.cell.deployed_bytes / 1000:,.0f} kB" for row in best[:5]
    )
    dense = f"Dense {comparison.table.dense_test.mean:.1%}."
    pick = f" What keeps the target: {chosen.cell.label}." if chosen else ""
    return f"Accuracy on test against the deployed file's size. {dense} The most accurate: {told}.{pick}"
