"""The tables of docs/comparison.md, from the records of `bench.compare`."""

import statistics
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from core.profiling.hits import unpack_hits
from core.profiling.significance import Disagreement, disagreement, stars, t_interval, wilson_interval
from core.words import signed

Found = dict[str, Any]
HEAD = """\
# Every method, compared

Test accuracy in %, before → after re-training, mean over seeds (SST-2: phrases in training; GloVe 6B 100d). Every
method gets the same trunk, the same extra training (on the labels, `--distillation 0`), and the size named, in bytes of
the embedding table; dev data choose the epoch, the just-compressed state included. A method that isn't in a table can't
save so much. `low-rank` is in the task's metric, as are its 8 and 4 bits; `dense+` is the dense model with the same
extra training. kB: the deployed model's file, folded where it can be.

- **Interval**: 95 %, Student's over the seeds; Wilson's where there is one seed.
- **− dense**, **− paper**: the difference from the dense model and from the paper's method (`low-rank, plain`) of the
  same size. One ★ for each seed in which the two models differ by McNemar's exact test on the same test texts, after
  Holm's correction for all that stand in the column.

Printed by `make compare DATA=folder VECTORS=file`; single runs, with a bit for each test text, are in
`comparison.jsonl` beside this file.
"""
PAPER, DENSE = "low-rank, plain", "dense"
SHORT_COMPRESSION = 0.95


def render(records: list[Found]) -> str:
    """The document: the short table, then for each data set and model a table a size."""
    groups = _by(records, lambda record: (record["dataset"], record["model"]))
    lines = [HEAD, f"## In short: {SHORT_COMPRESSION:.0%} smaller", "", short(records)]
    for (dataset, model), group in groups.items():
        lines += [f"## {dataset}, {model.upper()}", ""]
        reached = [record for record in group if "test" in record]
        whole = _by([record for record in reached if not record["compression"]], lambda record: record["method"])
        dense = whole[DENSE]
        for name, found in whole.items():
            low, high = _interval(found)
            told = f"{_mean(found, 'test'):.1f} ({low:.1f}–{high:.1f})"
            lines += [f"- `{name}`: {told}, {_seeds(found)}, {_mean(found, 'bytes') / 1000:,.0f} kB"]
        for compression, sized in sorted(_by(reached, lambda record: record["compression"]).items()):
            if compression:
                lines += ["", f"### {compression:.0%} smaller", "", *_table(sized, dense)]
        lines.append("")
    return "\n".join(lines)


def short(records: list[Found]) -> str:
    """One table: a line a method, a column a data set and model, at one size; what README shows."""
    groups = _by(
        [record for record in records if "test" in record and record["compression"] in {0, SHORT_COMPRESSION}],
        lambda record: (record["dataset"], record["model"]),
    )
    names = list(dict.fromkeys(record["method"] for group in groups.values() for record in group))
    heads = [f"{dataset}, {model.upper()}, {_seeds(group)}" for (dataset, model), group in groups.items()]
    lines = [f"| | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for name in names:
        found = [[record for record in group if record["method"] == name] for group in groups.values()]
        lines.append(
            f"| `{name}` | " + " | ".join(f"{_mean(each, 'test'):.1f}" if each else "–" for each in found) + " |"
        )
    return "\n".join(lines) + "\n"


def _table(records: list[Found], dense: list[Found]) -> list[str]:
    methods = _by(records, lambda record: record["method"])
    references = {"dense": dense, **({"paper": methods[PAPER]} if PAPER in methods else {})}
    marks = {title: _stars(methods, reference) for title, reference in references.items()}
    heads = ["method", "seeds", "accuracy", "interval", "kB", *(f"− {title}" for title in references)]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for name, found in methods.items():
        low, high = _interval(found)
        cells = [
            f"`{name}`",
            str(len(found)),
            f"{_mean(found, 'before'):.1f} → {_mean(found, 'test'):.1f}",
            f"{low:.1f}–{high:.1f}",
        ]
        cells += [f"{_mean(found, 'bytes') / 1000:,.0f}"]
        cells += [_difference(found, each, marks[title][name]) for title, each in references.items()]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _difference(found: list[Found], reference: list[Found], marks: int) -> str:
    if found == reference:
        return "–"
    by_seed = {record["seed"]: record["test"] for record in reference}
    mean = statistics.mean(record["test"] - by_seed[record["seed"]] for record in found)
    return f"{signed(mean, 1)} {'★' * marks}".strip()


def _stars(methods: dict[str, list[Found]], reference: list[Found]) -> dict[str, int]:
    """In how many seeds each method differs from the reference on the same texts."""
    by_seed = {record["seed"]: record for record in reference}
    pairs = [
        (name, paired(by_seed[record["seed"]], record).p_value)
        for name, found in methods.items()
        for record in found
        if record["seed"] in by_seed and by_seed[record["seed"]] is not record
    ]
    deserved = stars([p_value for _, p_value in pairs])
    return {
        name: sum(star for (owner, _), star in zip(pairs, deserved, strict=True) if owner == name) for name in methods
    }


def paired(first: Found, second: Found) -> Disagreement:
    """McNemar's test of two records of the same data set and seed."""
    return disagreement(*(unpack_hits(record["hits"], texts=record["texts"]) for record in (first, second)))


def _interval(found: list[Found]) -> tuple[float, float]:
    if len(found) > 1:
        low, high = t_interval([record["test"] for record in found])
        return max(0.0, low), min(100.0, high)
    (record,) = found
    right = int(unpack_hits(record["hits"], texts=record["texts"]).sum())
    low, high = wilson_interval(right, record["texts"])
    return 100 * low, 100 * high


def _mean(found: list[Found], what: str) -> float:
    return statistics.mean(record[what] for record in found)


def _seeds(found: list[Found]) -> str:
    count = len({record["seed"] for record in found})
    return f"{count} seed{'s' * (count > 1)}"


def _by(records: list[Found], key: Callable[[Found], Any]) -> dict[Any, list[Found]]:
    groups: dict[Any, list[Found]] = defaultdict(list)
    for record in records:
        groups[key(record)].append(record)
    return groups
