"""What every rank costs in each form: where factorising costs more than it saves, and what folding gains."""

from typing import Any

from core.charts.style import BLUE, GREEN, ORANGE, PINK, RED, SKY, Chart, axis, base_layout, rule
from core.compression.rank import break_even_rank
from core.profiling.formulas import Form, Shape, forms, value
from core.profiling.variants import TITLES

STYLES = {
    "dense": (BLUE, "solid"),
    "naive": (RED, "dash"),
    "factorised": (RED, "dash"),
    "pool-first": (ORANGE, "dashdot"),
    "folded": (GREEN, "solid"),
    "fixed-point": (PINK, "dot"),
}
MOST_POINTS = 200
SAME_BYTES = ("naive", "pool-first")  # one line for both: they differ in what they compute, not in what they store


def break_even_chart(shape: Shape, *, rank: int, dark: bool) -> Chart:
    """MACs for one text above, kB below, of table and reader at every rank; a rule at `rank`, one at break-even."""
    most = min(shape.rows, shape.width)
    ranks = sorted({1 + step * (most - 1) // (MOST_POINTS - 1) for step in range(MOST_POINTS)})
    found = forms(shape)
    traces = [_line(form, shape, ranks, what="macs") for form in found]
    traces += [_line(form, shape, ranks, what="kB") for form in found if form.name != SAME_BYTES[0]]
    even = break_even_rank(rows=shape.rows, width=shape.width)
    layout = base_layout(dark=dark, height=620) | {
        "uirevision": "break-even",
        "xaxis": axis("rank", dark=dark, anchor="y2", range=[1, most]),
        "yaxis": axis("MACs for one text", dark=dark, domain=[0.56, 1], rangemode="tozero"),
        "yaxis2": axis("stored, kB", dark=dark, domain=[0, 0.44], rangemode="tozero"),
        "shapes": [rule(rank), rule(even, dash="dot", color=SKY)],
        "annotations": [
            _note(rank, f"rank {rank}", left=rank > most / 2),
            _note(even, f"break-even {even:.1f}", left=even > most / 2, y=0.47),
        ],
    }
    letters = shape.letters(rank)
    said = "; ".join(
        f"{TITLES[form.name]} {value(form.macs, letters):,} MACs and {value(form.bytes_stored, letters) / 1000:,.0f} kB"
        for form in found
    )
    return Chart(
        traces, layout, f"Table and reading layer at rank {rank}: {said}. Above rank {even:.1f} the factors store more."
    )


def _line(form: Form, shape: Shape, ranks: list[int], *, what: str) -> dict[str, Any]:
    color, dash = STYLES[form.name]
    terms, unit = (form.macs, 1) if what == "macs" else (form.bytes_stored, 1000)
    shown = TITLES[form.name]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": shown,
        "legendgroup": form.name,
        "showlegend": what == "macs",
        "x": ranks,
        "y": [value(terms, shape.letters(rank)) / unit for rank in ranks],
        "yaxis": "y" if what == "macs" else "y2",
        "line": {"color": color, "dash": dash, "width": 2},
    }


def _note(at: float, text: str, *, left: bool, y: float = 0.52) -> dict[str, Any]:
    place = {"xanchor": "right" if left else "left", "yanchor": "middle", "showarrow": False}
    return {"x": at, "y": y, "yref": "paper", "text": text, **place}
