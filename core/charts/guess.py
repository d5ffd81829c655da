"""A curve that was guessed, and beside it the one that was measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.charts.style import BLUE, GREEN, PINK, RED, Chart, axis, base_layout

WHOLE = 100.0  # %


@dataclass(frozen=True)
class Truth:
    """Accuracies on dev in %: at each rank just compressed and re-trained, and the dense model's."""

    before: Mapping[int, float]
    after: Mapping[int, float]
    dense: float


def guess_chart(
    ranks: Sequence[int], guess: Mapping[int, float], truth: Truth | None, *, dark: bool, height: int = 330
) -> Chart:
    """The guess at each of `ranks`, which stand side by side, and the truth once it is known."""
    traces = [_line("your guess", guess, ranks, (PINK, "dash", "diamond"))]
    if truth:
        traces.append(_line("just compressed", truth.before, ranks, (RED, "dot", "x")))
        traces.append(_line("re-trained", truth.after, ranks, (GREEN, "solid", "star")))
        dense = {rank: truth.dense for rank in ranks}
        traces.append({**_line("dense", dense, ranks, (BLUE, "dashdot", "circle")), "mode": "lines"})
    layout = base_layout(dark=dark, height=height) | {
        "xaxis": axis(
            "rank",
            dark=dark,
            type="category",
            categoryarray=[str(rank) for rank in ranks],
            range=[-0.4, len(ranks) - 0.6],
        ),
        "yaxis": axis("accuracy on dev, %", dark=dark, range=[0, WHOLE]),
    }
    drawn = ", ".join(f"{guess[rank]:.0f} % at rank {rank}" for rank in ranks if rank in guess)
    said = f"Guessed: {drawn or 'nothing yet'}."
    if truth:
        told = ", ".join(f"{truth.after[rank]:.1f} % at rank {rank}" for rank in ranks if rank in truth.after)
        said += f" Measured, re-trained: {told}; the dense model has {truth.dense:.1f} %."
    return Chart(traces, layout, said)


def _line(name: str, values: Mapping[int, float], ranks: Sequence[int], look: tuple[str, str, str]) -> dict[str, Any]:
    color, dash, symbol = look
    drawn = [rank for rank in ranks if rank in values]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": [str(rank) for rank in drawn],
        "y": [values[rank] for rank in drawn],
        "line": {"color": color, "dash": dash, "width": 2},
        "marker": {"color": color, "symbol": symbol, "size": 10},
    }
