"""How long each form of a model takes: p50 as bars, p95 as what sticks out of them."""

from typing import Any

from core.charts.break_even import STYLES
from core.charts.style import GREY, ORANGE, SKY, Chart, axis, base_layout
from core.profiling.variants import TITLES
from core.results import Costs, Latency, ModelCost
from core.words import significant

COLORS = {name: color for name, (color, _) in STYLES.items()} | {"compressed": ORANGE, "torch-ao": SKY}
ROOM = 2.0  # of the longest bar: a 95th percentile beyond it, of a busy machine, is told beside its bar
AXIS_SHARE = 0.13  # of the height, between two panels


def latency_chart(costs: Costs, *, dark: bool) -> Chart:
    """A panel for each size of batch, one below the other; a bar for each model."""
    sizes = [latency.texts for latency in costs.models[0].latencies]
    layout = base_layout(dark=dark, height=760) | {"hovermode": "closest", "bargap": 0.35}
    share = (1 - AXIS_SHARE * (len(sizes) - 1)) / len(sizes)  # of the height, for each panel
    traces, said = [], []
    for number, texts in enumerate(sizes):
        suffix = "" if number == 0 else str(number + 1)
        measured = [(cost, cost.latencies[number]) for cost in costs.models]
        traces.append(_bars(measured, suffix))
        longest = max(latency.p50_ms for _, latency in measured)
        top = 1 - number * (share + AXIS_SHARE)
        title = f"ms for {'one text' if texts == 1 else f'{texts} texts at once'}"
        layout[f"xaxis{suffix}"] = axis(title, dark=dark, range=[0, ROOM * longest], anchor=f"y{suffix}")
        domain = [top - share, top]
        layout[f"yaxis{suffix}"] = axis("", dark=dark, autorange="reversed", domain=domain, anchor=f"x{suffix}")
        each = ", ".join(f"{TITLES[cost.name]} {_told(latency)}" for cost, latency in measured)
        said.append(f"{title}: {each}")
    return Chart(traces, layout, f"Latency, median and 95th percentile, in {'; in '.join(said)}.")


def _bars(measured: list[tuple[ModelCost, Latency]], suffix: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "showlegend": False,
        "x": [latency.p50_ms for _, latency in measured],
        "y": [f"{TITLES[cost.name]}<br>{_told(latency)}" for cost, latency in measured],
        "marker": {"color": [COLORS[cost.name] for cost, _ in measured]},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [latency.p95_ms - latency.p50_ms for _, latency in measured],
            "arrayminus": [0.0] * len(measured),
            "color": GREY,
        },
        "hovertemplate": "%{y}<extra></extra>",
        "xaxis": f"x{suffix}",
        "yaxis": f"y{suffix}",
    }


def _told(latency: Latency) -> str:
    return f"{significant(latency.p50_ms, 3)} (p95 {significant(latency.p95_ms, 3)})"
