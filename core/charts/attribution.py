"""A text's answers: each model's probabilities, and how much each word adds to the difference of two classes."""

from typing import Any

from core.charts.style import BLUE, GREEN, GREY, ORANGE, Chart, axis, base_layout, literal
from core.insights.answers import Answer, Explained
from core.words import signed

MOST_CLASSES, MOST_TOKENS = 6, 24
STYLES = {  # colour, pattern of a bar, shape and size of a mark: nothing is told by colour alone
    "dense": (BLUE, "", "circle", 12),
    "compressed": (ORANGE, "/", "diamond", 12),
    "deployed": (GREEN, "x", "x-thin-open", 8),
}


def probability_chart(explained: Explained, *, dark: bool) -> Chart:
    """A group of bars for each class, a bar for each model; the likeliest classes only, where there are many."""
    best = [max(answer.probabilities[place] for answer in explained.answers) for place in range(len(explained.classes))]
    shown = sorted(range(len(best)), key=lambda place: -best[place])[:MOST_CLASSES]
    names = [literal(explained.classes[place]) for place in shown]
    lines = list(range(len(shown)))  # the names, cut to their length, may be equal
    traces = [_bars(answer, shown, lines, names) for answer in explained.answers]
    layout = base_layout(dark=dark, height=110 + 22 * len(shown) * len(traces)) | {
        "hovermode": "closest",
        "bargap": 0.25,
        "xaxis": axis("probability, %", dark=dark, range=[0, 112], tickvals=[0, 25, 50, 75, 100]),
        "yaxis": axis("", dark=dark, autorange="reversed", tickvals=lines, ticktext=names, ticklabelstandoff=6),
    }
    said = [
        f"{answer.model} {explained.classes[answer.label]} ({answer.probabilities[answer.label]:.1%})"
        for answer in explained.answers
    ]
    return Chart(traces, layout, f"The likeliest class and its probability: {', '.join(said)}.")


def share_chart(explained: Explained, *, dark: bool) -> Chart:
    """A line for each token in the order of reading, a mark for each model; of many, those with the largest shares."""
    largest = [max(abs(answer.shares[place]) for answer in explained.answers) for place in range(len(explained.tokens))]
    shown = sorted(sorted(range(len(largest)), key=lambda place: -largest[place])[:MOST_TOKENS])
    lines = list(range(len(shown)))
    traces = [_marks(answer, shown, lines, explained) for answer in explained.answers]
    for_class, other = (explained.classes[place] for place in (explained.towards, explained.against))
    layout = base_layout(dark=dark, height=120 + 24 * len(shown)) | {
        "hovermode": "closest",
        "xaxis": axis(f"logits towards {literal(for_class)}", dark=dark, zeroline=True) | {"zerolinecolor": GREY},
        "yaxis": axis("", dark=dark, range=[len(shown) - 0.5, -0.5], tickvals=lines)
        | {"ticktext": [_name(explained, place) for place in shown]},
    }
    dense = explained.answer("dense")
    strongest = max(range(len(explained.tokens)), key=lambda place: abs(dense.shares[place]))
    said = f"{explained.tokens[strongest]} moves the dense model most, by {signed(dense.shares[strongest], 2)} logits"
    left_out = len(largest) - len(shown)
    rest = f" {left_out} tokens of smaller shares are left out." if left_out else ""
    return Chart(traces, layout, f"Each token's share of {for_class} rather than {other}: {said}.{rest}")


def _bars(answer: Answer, shown: list[int], lines: list[int], names: list[str]) -> dict[str, Any]:
    color, pattern, _, _ = STYLES[answer.model]
    percent = [100 * answer.probabilities[place] for place in shown]
    return {
        "type": "bar",
        "orientation": "h",
        "name": answer.model,
        "x": percent,
        "y": lines,
        "hovertext": names,
        "text": [f"{value:.1f}" for value in percent],
        "textposition": "outside",
        "textangle": 0,
        "cliponaxis": False,
        "marker": {"color": color, "pattern": {"shape": pattern, "fillmode": "overlay", "size": 6}},
        "hovertemplate": "%{hovertext}: %{x:.2f} %",
    }


def _marks(answer: Answer, shown: list[int], lines: list[int], explained: Explained) -> dict[str, Any]:
    color, _, symbol, size = STYLES[answer.model]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": answer.model,
        "x": [answer.shares[place] for place in shown],
        "y": lines,
        "text": [_name(explained, place) for place in shown],
        "marker": {"color": color, "symbol": symbol, "size": size, "line": {"color": color, "width": 2}},
        "hovertemplate": "%{text}: %{x:+.3f}",
    }


def _name(explained: Explained, place: int) -> str:
    return literal(explained.tokens[place]) + ("" if explained.known[place] else " (unknown)")
