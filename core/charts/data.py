"""What a corpus is made of: texts of each class, and how long they are, split by split."""

from typing import Any

from core.charts.style import BLUE, GREEN, ORANGE, Chart, axis, base_layout, literal
from core.data.profile import LENGTH_EDGES, CorpusProfile

STYLES = {"train": (BLUE, ""), "dev": (ORANGE, "/"), "test": (GREEN, "x")}
MOST_CLASSES, LONGEST_NAME = 20, 40
ROW_PIXELS, LENGTHS_PIXELS = 24, 260


def class_chart(profile: CorpusProfile, *, dark: bool) -> Chart:
    """Texts of each class, the largest first; of many classes, the last bar holds all that are left."""
    splits = profile.splits
    order = sorted(range(len(profile.classes)), key=lambda place: -splits["train"].class_counts[place])
    shown, rest = (order, []) if len(order) <= MOST_CLASSES else (order[: MOST_CLASSES - 1], order[MOST_CLASSES - 1 :])
    names = [literal(profile.classes[place], longest=LONGEST_NAME) for place in shown]
    names += [f"{len(rest):,} more classes"] if rest else []
    lines = list(range(len(names)))  # the names, cut to their length, may be equal
    traces: list[dict[str, Any]] = []
    for name, split in splits.items():
        counts = [split.class_counts[place] for place in shown]
        counts += [sum(split.class_counts[place] for place in rest)] if rest else []
        traces.append({"x": counts, "y": lines, "orientation": "h", **_bar(name)})
    base = base_layout(dark=dark, height=max(LENGTHS_PIXELS, 96 + ROW_PIXELS * len(names)))
    layout = base | {
        "barmode": "stack",
        "hovermode": "y unified",
        "legend": {**base["legend"], "traceorder": "normal"},
        "xaxis": axis("texts", dark=dark, tickformat=",d"),
        "yaxis": axis("", dark=dark, autorange="reversed", tickvals=lines, ticktext=names),
    }
    trained = splits["train"].class_counts
    most, least = order[0], order[-1]
    alt = (
        f"Texts of each of {len(profile.classes):,} classes: in train, {profile.classes[most][:40]} has "
        f"{trained[most]:,}, the most, and {profile.classes[least][:40]} {trained[least]:,}, the fewest."
    )
    return Chart(traces, layout, alt)


def length_chart(profile: CorpusProfile, *, dark: bool) -> Chart:
    """The share of each split's texts that have so many words, in bins that double."""
    splits = profile.splits
    filled = [place for split in splits.values() for place, count in enumerate(split.length_counts) if count]
    places = range(min(filled), max(filled) + 1)
    names = [_bin(place) for place in places]
    traces = [
        {"x": names, "y": [100 * split.length_counts[place] / split.texts for place in places], **_bar(name)}
        for name, split in splits.items()
    ]
    layout = base_layout(dark=dark, height=LENGTHS_PIXELS) | {
        "barmode": "group",
        "xaxis": axis("words in a text", dark=dark, type="category"),
        "yaxis": axis("of the split's texts, %", dark=dark, rangemode="tozero"),
    }
    train = splits["train"].length_counts
    usual = max(range(len(train)), key=train.__getitem__)
    share = train[usual] / splits["train"].texts
    return Chart(
        traces, layout, f"Lengths of texts: {share:.0%} of train have {_bin(usual)} words, more than any other."
    )


def _bar(split: str) -> dict[str, Any]:
    color, pattern = STYLES[split]
    marker = {"color": color, "pattern": {"shape": pattern, "fillmode": "overlay"}}
    return {"type": "bar", "name": split, "marker": marker}


def _bin(place: int) -> str:
    """The lengths in a bin, in words."""
    low = LENGTH_EDGES[place]
    if place == len(LENGTH_EDGES) - 1:
        return f"{low}+"
    high = LENGTH_EDGES[place + 1] - 1
    return str(low) if low == high else f"{low}–{high}"
