"""How the defaults were chosen, on dev alone: `make defaults DATA=folder VECTORS=file`.

From a starting point, some settings are changed. Each variant trains a trunk, compresses it to 90 % in the paper's
metric and in the task's, and re-trains both: a default must suit both phases and every method alike, so what counts is
the mean of the dense and both re-trained models.
"""

import argparse
import itertools
import statistics
from collections import defaultdict
from pathlib import Path
from typing import Any

import torch

from bench.records import Records
from core.compression.methods import METHODS
from core.config import RunConfig
from core.events import Silent
from core.pipeline import compress, load, retrain, source_of, train
from core.stages import Loaded, Trunk

RATES = {"learning_rate": "0.002", "retrain_learning_rate": "0.002", "distillation": "0", "temperature": "1"}
CHOSEN = {  # but for distillation
    "dan": {"schedule": "one-cycle", "retrain_learning_rate": "0.004"},
    "lstm": {"schedule": "one-cycle", "pooling": "max", "input_dropout": "0.3", "retrain_learning_rate": "0.004"},
}
RETRAINING = {"retrain_learning_rate", "distillation", "temperature"}
START = {
    "dan": {"schedule": "linear", **RATES, "hidden": "300", "word_dropout": "0.1"},
    "lstm": {"schedule": "linear", **RATES, "pooling": "mean", "word_dropout": "0.0", "input_dropout": "0.0"},
}


def distilled(model: str) -> tuple[dict[str, str], ...]:
    """What is chosen for `model`, with more or less distillation."""
    settings = (("0.5", "1"), ("0.9", "2"), ("1", "1"), ("1", "2"), ("1", "4"))
    return tuple(CHOSEN[model] | {"distillation": share, "temperature": by} for share, by in settings)


GRID: dict[str, tuple[dict[str, str], ...]] = {
    "dan": (
        {},
        {"learning_rate": "0.004", "retrain_learning_rate": "0.004"},
        {"schedule": "one-cycle"},
        {"schedule": "one-cycle", "learning_rate": "0.004", "retrain_learning_rate": "0.004"},
        {"word_dropout": "0.3"},
        {"hidden": "100"},
        {"schedule": "one-cycle", "hidden": "100"},
        {"schedule": "one-cycle", "retrain_learning_rate": "0.004"},
        {"schedule": "one-cycle", "retrain_learning_rate": "0.008"},
        {"schedule": "one-cycle", "retrain_learning_rate": "0.016"},
        *distilled("dan"),
    ),
    "lstm": (
        {"schedule": "one-cycle"},
        {"schedule": "one-cycle", "pooling": "max"},
        {"schedule": "one-cycle", "state_dropout": "0.3"},
        {"schedule": "one-cycle", "pooling": "max", "state_dropout": "0.3"},
        {"schedule": "one-cycle", "pooling": "max", "retrain_learning_rate": "0.004"},
        {"schedule": "one-cycle", "pooling": "max", "retrain_learning_rate": "0.008"},
        {"schedule": "one-cycle", "pooling": "max", "retrain_learning_rate": "0.016"},
        {"schedule": "one-cycle", "pooling": "max", "input_dropout": "0.3"},
        {"schedule": "one-cycle", "pooling": "max", "input_dropout": "0.3", "retrain_learning_rate": "0.004"},
        {"schedule": "one-cycle", "pooling": "max", "input_dropout": "0.5"},
        {"schedule": "one-cycle", "pooling": "max", "input_dropout": "0.5", "retrain_learning_rate": "0.004"},
        {},
        *distilled("lstm"),
    ),
}
SEEDS = {"dan": (0, 1), "lstm": (0, 1)}
DATASETS = ("trec6", "snips", "sst2")
MEASURED = ("dense", "plain", "task")
RULE = """

Re-training's rate is a multiple of training's, and the same for every model and method: twice is what both models gain
from; a DAN alone would take four times, where the LSTM loses. So is distillation: re-training learns from the dense
model's answers alone, as they are.
"""
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "defaults.md"


def main() -> None:
    """Run what is missing, then write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--render", action="store_true", help="only write the table from what was run")
    parser.add_argument("--data", type=Path, help="folder with the folders trec6, snips and sst2")
    parser.add_argument("--vectors", type=Path, help="word vectors in GloVe's text format")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    records = Records(DOCUMENT.with_suffix(".jsonl"), key=("dataset", "model", "change", "seed"))
    if not arguments.render:
        measure_missing(arguments.data, arguments.vectors, records)
    DOCUMENT.write_text(render(records.all), encoding="utf-8")


def measure_missing(data: Path, vectors: Path, records: Records) -> None:
    """Run every variant that isn't there yet; those that only re-train otherwise share a dense model."""
    for model, changes in GRID.items():
        for dataset, seed in itertools.product(DATASETS, SEEDS[model]):
            texts = {"dataset": str(data / dataset), "vectors": str(vectors), "model": model, "seed": str(seed)}
            key = {"dataset": dataset, "model": model, "seed": seed}
            missing = [change for change in changes if {**key, "change": _name(change)} not in records]
            for _, alike in itertools.groupby(missing, key=_dense_part):
                configs = {_name(c): RunConfig.from_text({**texts, **START[model], **c}) for c in alike}
                first = next(iter(configs.values()))
                loaded = load(first, monitor=Silent())
                trunk = train(first, loaded, monitor=Silent())
                for name, config in configs.items():
                    records.add({**key, "change": name, **measure(config, loaded, trunk)})


def measure(config: RunConfig, loaded: Loaded, trunk: Trunk) -> dict[str, float]:
    """Dev accuracies, in %: the dense model, and both metrics at 90 % after re-training."""
    found = {"dense": 100 * trunk.dev.accuracy}
    low_rank = METHODS.get("low-rank")
    for metric in ("plain", "task"):
        method = low_rank.build(low_rank.parameters(metric=metric, compression=0.9))
        branch = retrain(config, loaded, trunk, compress(source_of(config, loaded, trunk), method), monitor=Silent())
        found[metric] = 100 * branch.dev.accuracy
    return found


def _dense_part(change: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in change.items() if name not in RETRAINING}


def render(records: list[dict[str, Any]]) -> str:
    """The document: one table a model, a line a variant; the mean over seeds, for each data set and over all."""
    lines = ["# How the defaults were chosen", "", "Dev accuracy in %: dense / plain 90 % / task 90 %, re-trained; "]
    lines[-1] += "mean over seeds. Test data were not looked at. Printed by `make defaults DATA=folder VECTORS=file`."
    for model in GRID:
        groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for record in records:
            if record["model"] == model:
                groups[record["change"]].append(record)
        start = ", ".join(f"{name} {value}" for name, value in START[model].items())
        lines += [
            "",
            f"## {model.upper()}",
            "",
            f"Changed against {start}.",
            "",
            f"| change | {' | '.join(DATASETS)} | mean of the three |",
        ]
        lines += ["|---|" + "---|" * (len(DATASETS) + 1)]
        for change, group in groups.items():
            means = [_means(group, dataset, seeds=len(SEEDS[model])) for dataset in DATASETS]
            cells = [" / ".join(f"{mean:.1f}" for mean in each) or "–" for each in means]
            mean = f"{statistics.mean(map(statistics.mean, means)):.2f}" if all(means) else "–"
            lines.append(f"| {change} | {' | '.join(cells)} | {mean} |")
    return "\n".join(lines) + RULE


def _means(records: list[dict[str, Any]], dataset: str, *, seeds: int) -> list[float]:
    """On `dataset`, over the seeds; none before all of them are there."""
    found = [record for record in records if record["dataset"] == dataset]
    return [statistics.mean(record[name] for record in found) for name in MEASURED] if len(found) == seeds else []


def _name(change: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in change.items()) or "none"


if __name__ == "__main__":
    main()
