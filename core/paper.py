"""The paper's claims, its set-up, the defects of its released code, and what was measured of them here.

Acharya, Goel, Metallinou, Dhillon, *Online Embedding Compression for Text Classification using Low Rank Matrix
Factorization*, AAAI 2019 (arXiv 1811.00641). Numbers are read from the measurements in `docs/`, never written here.
"""

import json
import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.config import RunConfig

DOCS = Path(__file__).resolve().parent.parent / "docs"
_COMMON: dict[str, Any] = {
    "pretrain_epochs": 3,
    "retrain_epochs": 5,
    "optimizer": "adam",
    "epsilon": 0.01,
    "schedule": "calr",
    "step_size": 1000,
    "learning_rate": 1e-3,
    "retrain_learning_rate": 1e-3,
    "distillation": 0.0,
    "batch_size": 50,
    "max_tokens": 40,
    "metric": "plain",
    "compression": 0.9,
}
# The authors' set-up, as far as their code and paper say it; data and vectors are the ones that come with Ranklens.
PRESETS = {
    "dan": RunConfig.from_dict({**_COMMON, "model": "dan", "hidden": "30,25", "dropout": 0.5, "word_dropout": 0.0}),
    "lstm": RunConfig.from_dict(
        {
            **_COMMON,
            "model": "lstm",
            "units": 150,
            "pooling": "mean",
            "state_dropout": 0.5,
            "input_dropout": 0.0,
            "word_dropout": 0.0,
        }
    ),
}


@dataclass(frozen=True)
class Defect:
    """Something that the released code does and doesn't mean to; `name` is what measurements call it."""

    name: str
    title: str
    told: str


DEFECTS = (
    Defect(
        "transposed",
        "The wrong rows of V",
        "It takes the first k rows of V, `V[:k]`, where the first k columns, transposed, are meant: `V[:, :k].T`. What "
        "it builds isn't a truncated SVD of the table, but nearly unrelated to it: where the right factors have a "
        "relative error e, these have about √(2 − e²) on a table with random singular vectors, whatever its spectrum.",
    ),
    Defect(
        "picked-on-test",
        "Epochs picked on test",
        "It keeps the epoch with the best accuracy on test and reports just that: the number is too good.",
    ),
    Defect(
        "relu",
        "A ReLU behind the second factor",
        "The product of the factors passes a ReLU, so every negative number of the table becomes zero at compression.",
    ),
    Defect(
        "lstm-anew",
        "The LSTM begins anew",
        "At compression the LSTM's weights are drawn afresh: what training had taught it is lost.",
    ),
    Defect(
        "offline",
        "A baseline without its singular values",
        "The offline baseline starts from U·Vᵀ without Σ, so all directions weigh the same: not the vectors it is "
        "meant to compress.",
    ),
)


@dataclass(frozen=True)
class Contrast:
    """One defect and measure: the mean over `seeds`, done right and with the defect."""

    defect: str
    measure: str
    right: float
    wrong: float
    seeds: int

    @property
    def digits(self) -> int:
        """Digits worth showing: one for per cent, two for a ratio."""
        return 1 if self.measure.endswith("%") else 2


@dataclass(frozen=True)
class Reproduction:
    """One data set, model and way at one compression: test accuracies in %, the mean over `seeds`."""

    dataset: str
    model: str
    way: str
    compression: float
    dense: float
    before: float
    after: float
    seeds: int


def measurements(name: str) -> list[dict[str, Any]]:
    """The measurements in `docs/<name>.jsonl`; none where they aren't there."""
    path = DOCS / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []


def contrasts(records: Sequence[dict[str, Any]]) -> list[Contrast]:
    """The means of each defect and measure, in the order of `DEFECTS`."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for record in records:
        groups[record["defect"], record["measure"]].append(record)
    order = [defect.name for defect in DEFECTS]
    found = [
        Contrast(defect, measure, _mean(group, "right"), _mean(group, "wrong"), len(group))
        for (defect, measure), group in groups.items()
    ]
    return sorted(found, key=lambda each: order.index(each.defect))


def reproductions(records: Sequence[dict[str, Any]], *, way: str, compression: float) -> list[Reproduction]:
    """The means over seeds of each data set and model, by their names, compressed by `way` to `compression`."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for record in records:
        if (record["way"], record["compression"]) == (way, compression):
            groups[record["dataset"], record["model"]].append(record)
    return [
        Reproduction(
            dataset=dataset,
            model=model,
            way=way,
            compression=compression,
            dense=_mean(group, "dense"),
            before=_mean(group, "before"),
            after=_mean(group, "after"),
            seeds=len(group),
        )
        for (dataset, model), group in sorted(groups.items())
    ]


def standings(records: Sequence[dict[str, Any]], phase: str) -> dict[str, float]:
    """Schedules of the race, the best first: the mean accuracy on dev, in %, at the rate that is best for each."""
    groups: dict[tuple[str, float], list[float]] = defaultdict(list)
    for record in records:
        groups[record["contender"], record["rate"]].append(record[phase]["dev"])
    best: dict[str, float] = {}
    for (name, _), found in groups.items():
        best[name] = max(best.get(name, 0.0), statistics.fmean(found))
    return dict(sorted(best.items(), key=lambda item: -item[1]))


def _mean(records: Sequence[dict[str, Any]], name: str) -> float:
    return statistics.fmean(record[name] for record in records)
