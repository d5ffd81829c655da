"""Accuracy on dev against compression: a line for each method and metric, and what they are measured against."""

from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any

from core.charts.ranks import STYLES
from core.charts.style import BLUE, GREEN, GREY, ORANGE, PINK, RED, SKY, Chart, axis, base_layout
from core.compression.rank import compression_of
from core.results import RankCurves
from core.sweep_table import Cell, Estimate, SweepTable, pareto_front

COLORS = (RED, SKY, ORANGE, PINK, BLUE, GREEN)
DASHES = ("dash", "dashdot", "longdash")  # and open symbols: solid lines and full ones are plain factorisation's
SYMBOLS = ("square-open", "diamond-open", "triangle-up-open", "cross-open", "x-open", "star-open")
KEPT_TICKS = (100, 50, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1)  # % of the table's bytes, on a logarithmic axis
LEAST_KEPT = 0.05  # %


def sweep_chart(
    table: SweepTable | None,
    curves: RankCurves | None,
    *,
    chosen: Cell | None,
    sweep: str,
    metrics: Sequence[str],
    dark: bool,
    height: int = 480,
) -> Chart:
    """The sweep so far.

    Args:
        table: what is done; None before anything is.
        curves: accuracy without re-training at every rank, drawn dotted.
        chosen: the cell to mark.
        sweep: keeps the reader's zoom while it is the same.
        metrics: whose curves to draw.
        dark: whether the reader's theme is dark.
        height: in pixels.
    """
    traces: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    if curves:
        traces += [_untrained(curves, metric) for metric in metrics if _curve(curves, metric)]
    if table:
        shapes = _dense(table.dense_dev)
        groups: dict[tuple[str, str | None], list[Cell]] = {}
        for cell in table.cells:
            groups.setdefault((cell.method, cell.metric), []).append(cell)
        others = count()
        traces += [_line(cells, _style(name, others)) for name, cells in groups.items()]
        traces += _front(pareto_front(table.cells))
    if chosen:
        traces.append(_ring(chosen))
    ticks = {"tickvals": list(KEPT_TICKS), "ticktext": [f"{100 - kept:g} %" for kept in KEPT_TICKS]}
    title = "table smaller by, on a logarithmic axis"
    layout = base_layout(dark=dark, height=height) | {
        "uirevision": sweep,
        "hovermode": "closest",
        "xaxis": axis(title, dark=dark, type="log", autorange="reversed", **ticks),
        "yaxis": axis("accuracy on dev, %", dark=dark),
        "shapes": shapes,
        "margin": {"l": 56, "r": 16, "t": 72, "b": 44},
    }
    return Chart(traces, layout, _alt(table, chosen))


def _kept(compression: float) -> float:
    """% of the table's bytes that are left."""
    return max(LEAST_KEPT, 100 * (1 - compression))


def _curve(curves: RankCurves, metric: str) -> list[tuple[float, float]]:
    """What is kept at each rank, and the accuracy without re-training there, both in %; up to what saves nothing."""
    found = [curve for curve in curves.curves if curve.metric == metric]
    points = [
        (100 * (1 - compression_of(rank, rows=curves.rows, width=curves.width)), 100 * accuracy)
        for curve in found
        for rank, accuracy in zip(curve.ranks, curve.dev_accuracy, strict=True)
    ]
    return [point for point in points if point[0] <= KEPT_TICKS[0]]


def _untrained(curves: RankCurves, metric: str) -> dict[str, Any]:
    points = _curve(curves, metric)
    color = STYLES.get(metric, (BLUE, "solid", "circle"))[0]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"{metric}, not re-trained",
        "x": [kept for kept, _ in points],
        "y": [accuracy for _, accuracy in points],
        "line": {"color": color, "dash": "dot", "width": 1.5},
        "hovertemplate": f"{metric}, not re-trained: %{{y:.1f}} %<extra></extra>",
    }


def _style(name: tuple[str, str | None], others: "count[int]") -> tuple[str, str, str]:
    """Colour, dash and symbol: the metric's own for plain factorisation, else the next that is free."""
    method, metric = name
    if method == "low-rank" and metric in STYLES:
        return STYLES[metric][0], "solid", STYLES[metric][2]
    number = next(others)
    return COLORS[number % len(COLORS)], DASHES[number % len(DASHES)], SYMBOLS[number % len(SYMBOLS)]


def _line(cells: Sequence[Cell], style: tuple[str, str, str]) -> dict[str, Any]:
    color, dash, symbol = style
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": cells[0].label,
        "x": [_kept(cell.compression) for cell in cells],
        "y": [100 * cell.dev.mean for cell in cells],
        "ids": [cell.runs[0] for cell in cells],  # what a click opens
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [100 * (cell.dev.high - cell.dev.mean) for cell in cells],
            "arrayminus": [100 * (cell.dev.mean - cell.dev.low) for cell in cells],
            "color": color,
            "thickness": 1,
            "width": 4,
        },
        "line": {"color": color, "dash": dash, "width": 2},
        "marker": {"color": color, "symbol": symbol, "size": 9},
        "customdata": [_hover(cell) for cell in cells],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _hover(cell: Cell) -> str:
    seeds = len(cell.runs)
    lines = [
        f"<b>{cell.label}</b>" + ("" if cell.rank is None else f", rank {cell.rank}"),
        f"table {cell.compression:.1%} smaller: {cell.embedding_bytes / 1000:,.0f} kB",
        f"dev {_said(cell.dev)}",
        f"test {_said(cell.test)}",
        f"not re-trained {cell.before_dev.mean:.1%} on dev",
        f"deployed {cell.deployed_bytes / 1000:,.0f} kB, {cell.macs:,.0f} MACs",
        f"{seeds} seed{'s' * (seeds > 1)}",
    ]
    return "<br>".join(lines)


def _said(value: Estimate) -> str:
    return f"{value.mean:.1%} ({value.low:.1%} to {value.high:.1%})"


def _front(front: Iterable[Cell]) -> list[dict[str, Any]]:
    cells = list(front)
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "Pareto front",
            "x": [_kept(cell.compression) for cell in cells],
            "y": [100 * cell.dev.mean for cell in cells],
            "line": {"color": GREY, "dash": "dash", "width": 1, "shape": "vh"},
            "hoverinfo": "skip",
        }
    ]


def _ring(cell: Cell) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "good enough",
        "x": [_kept(cell.compression)],
        "y": [100 * cell.dev.mean],
        "marker": {"color": GREEN, "symbol": "circle-open", "size": 20, "line": {"width": 3}},
        "hoverinfo": "skip",
    }


def _dense(dense: Estimate) -> list[dict[str, Any]]:
    """A line at the dense models' accuracy, and a band as wide as its interval."""
    span = {"xref": "paper", "x0": 0, "x1": 1, "layer": "below"}
    line = {"color": GREY, "width": 1.5}
    label = {"text": "dense", "textposition": "start", "font": {"color": GREY}}
    return [
        {**span, "type": "line", "y0": 100 * dense.mean, "y1": 100 * dense.mean, "line": line, "label": label},
        {
            **span,
            "type": "rect",
            "y0": 100 * dense.low,
            "y1": 100 * dense.high,
            "fillcolor": GREY,
            "opacity": 0.12,
            "line": {"width": 0},
        },
    ]


def _alt(table: SweepTable | None, chosen: Cell | None) -> str:
    if table is None:
        return "Accuracy on dev against compression: nothing is done yet."
    said = "; ".join(
        f"{cell.label} {cell.dev.mean:.1%} at {cell.compression:.1%} smaller" for cell in pareto_front(table.cells)
    )
    best = f" The smallest that is good enough is {chosen.label}, {chosen.compression:.1%} smaller." if chosen else ""
    return f"Accuracy on dev against compression. Dense {table.dense_dev.mean:.1%}. Pareto front: {said}.{best}"
