"""Accuracy, energy and singular values at every rank, a line for each metric, on one axis of ranks."""

from math import log10
from typing import Any

from core.charts.ranks import STYLES, at_rank
from core.charts.style import BLUE, LOG_TICKS, Chart, axis, base_layout, rule
from core.compression.rank import break_even_rank
from core.compression.size import dense_bytes, factors_bytes, folded_bytes
from core.insights.spectrum import MetricSpectrum, Spectrum
from core.results import MetricCurve, RankCurves

GAP = 0.03  # half of the space between two panels


def spectrum_chart(found: Spectrum, curves: RankCurves | None, *, metric: str, rank: int, dark: bool) -> Chart:
    """Three panels over the ranks; `metric` is drawn strong, and a line stands at `rank`, another at break-even."""
    by_name = {curve.metric: curve for curve in curves.curves} if curves else {}
    drawn = sorted(found.spectra, key=lambda each: each.metric == metric)  # the strong one on top
    traces = []
    for each in drawn:
        strong = each.metric == metric
        if each.metric in by_name:
            traces.append(_line(found, each, by_name[each.metric], "accuracy", strong=strong))
        traces += [_line(found, each, by_name.get(each.metric), what, strong=strong) for what in ("energy", "value")]
    even = break_even_rank(rows=found.rows, width=found.width)
    high = 0.70 if by_name else 1.0
    domains = {"energy": [high / 2 + GAP, high - GAP], "value": [0, high / 2 - GAP]}
    layout = base_layout(dark=dark, height=620 if by_name else 460) | {
        "uirevision": "spectrum",
        "hovermode": "closest",
        "xaxis": axis("rank, on a logarithmic axis", dark=dark, type="log", tickvals=LOG_TICKS, anchor="y3"),
        "yaxis2": axis("energy kept, %", dark=dark, domain=domains["energy"]),
        "yaxis3": axis("σ / σ₁", dark=dark, domain=domains["value"], type="log", dtick=1, exponentformat="power"),
        "shapes": [rule(rank), rule(even, dash="dot")],
        "annotations": [_note(even, high / 2)],
    }
    if by_name:
        layout["yaxis"] = axis("accuracy on dev, %", dark=dark, domain=[high + GAP, 1])
    chosen = next(each for each in found.spectra if each.metric == metric)
    return Chart(traces, layout, _alt(found, chosen, by_name.get(metric), rank))


def _line(
    found: Spectrum, each: MetricSpectrum, curve: MetricCurve | None, what: str, *, strong: bool
) -> dict[str, Any]:
    color, dash, _ = STYLES.get(each.metric, (BLUE, "solid", "circle"))
    ranks = list(range(1, len(each.singular_values) + 1))
    first = each.singular_values[0] or 1.0
    y = {
        "energy": lambda: [100 * each.energy(rank) for rank in ranks],
        "value": lambda: [value / first for value in each.singular_values],
        "accuracy": lambda: [100 * accuracy for accuracy in curve.dev_accuracy] if curve else [],
    }[what]()
    x = list(curve.ranks) if what == "accuracy" and curve else ranks
    return {
        "type": "scatter",
        "mode": "lines",
        "name": each.metric,
        "legendgroup": each.metric,
        "showlegend": what == "energy",
        "x": x,
        "y": y,
        "yaxis": {"accuracy": "y", "energy": "y2", "value": "y3"}[what],
        "line": {"color": color, "dash": dash, "width": 3.5 if strong else 1.5},
        "text": [_told(found, each, curve, rank) for rank in x],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _told(found: Spectrum, each: MetricSpectrum, curve: MetricCurve | None, rank: int) -> str:
    """Everything at one rank, for the reader who points at it."""
    naive, folded = factors_bytes(rank, rows=found.rows, width=found.width), folded_bytes(rank, rows=found.rows)
    accuracy = f"<br>accuracy {at_rank(curve, rank):.1%} before re-training" if curve else ""
    return (
        f"<b>rank {rank}, {each.metric}</b>{accuracy}<br>energy {each.energy(rank):.1%}, relative error "
        f"{each.relative_error(rank):.1%}<br>{naive / 1000:,.1f} kB in two factors, {folded / 1000:,.1f} kB folded"
    )


def _note(even: float, height: float) -> dict[str, Any]:
    text = f"break-even {even:.1f}"
    place = {"x": log10(max(even, 1)), "y": height, "yref": "paper", "xanchor": "right", "yanchor": "middle"}
    return {**place, "text": text, "showarrow": False, "xshift": -4}


def _alt(found: Spectrum, chosen: MetricSpectrum, curve: MetricCurve | None, rank: int) -> str:
    accuracy = f", and accuracy on dev is {at_rank(curve, rank):.1%} before re-training" if curve else ""
    whole = dense_bytes(rows=found.rows, width=found.width)
    naive = factors_bytes(rank, rows=found.rows, width=found.width)
    return (
        f"Rank {rank} keeps {chosen.energy(rank):.1%} of the energy in the metric {chosen.metric}{accuracy}; "
        f"two factors take {naive / 1000:,.0f} kB where the table takes {whole / 1000:,.0f} kB."
    )
