"""Accuracy before and after re-training, for every metric and compression: `make results DATA=folder VECTORS=file`.

One trunk (dense model) a data set, model and seed serves every branch. Each finished branch is a line in a JSONL file,
so an interrupted run goes on where it stopped. The tables go to docs/results.md, behind them those of `bench.race`.
"""

import itertools
import statistics
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from bench import race
from bench.records import Records, parser_of, wanted
from bench.report import put_into_readme
from core.compression.methods import METHODS
from core.compression.metrics import METRICS
from core.config import RunConfig
from core.events import Silent
from core.pipeline import compress, load, retrain, source_of, train
from core.stages import Loaded, Trunk
from core.training.evaluate import evaluate

GRID = (("trec6", "dan"), ("snips", "dan"), ("sst2", "dan"), ("sst2", "lstm"))
# The metric, and how much re-training learns from the dense model's answers; the paper's way comes first.
WAYS = {"plain, from labels": ("plain", 0.0), **{name: (name, RunConfig().distillation) for name in METRICS.names()}}
COMPRESSIONS = (0.8, 0.9, 0.95, 0.98)
SEEDS = (0, 1, 2)
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "results.md"


def main() -> None:
    """Run what is missing, then write the tables."""
    arguments = parser_of(__doc__, parts=("dataset", "model", "seed")).parse_args()
    records = Records(DOCUMENT.with_suffix(".jsonl"), key=("dataset", "model", "seed", "way", "compression"))
    if not arguments.render:
        torch.set_num_threads(1)
        for (dataset, model), seed in itertools.product(GRID, SEEDS):
            if wanted(arguments, dataset=dataset, model=model, seed=seed):
                run_trunk(arguments.data / dataset, arguments.vectors, model, seed, records)
        records.read()
    DOCUMENT.write_text("\n".join([*render(records.all), *race.render()]) + "\n", encoding="utf-8")
    put_into_readme("results", short(records.all))


def run_trunk(data: Path, vectors: Path, model: str, seed: int, records: Records) -> None:
    """The missing branches of one trunk; each is kept as soon as it is measured."""
    config = RunConfig(dataset=str(data), vectors=str(vectors), model=model, seed=seed)
    trunk_of = {"dataset": data.name, "model": model, "seed": seed}
    cells = [{"way": way, "compression": share} for way in WAYS for share in COMPRESSIONS]
    missing = [cell for cell in cells if trunk_of | cell not in records]
    if not missing:
        return
    loaded = load(config, monitor=Silent())
    trunk = train(config, loaded, monitor=Silent())
    for cell in missing:
        records.add(trunk_of | cell | run_branch(config, loaded, trunk, **cell))


def run_branch(config: RunConfig, loaded: Loaded, trunk: Trunk, *, way: str, compression: float) -> dict[str, float]:
    """Test accuracies, in %, of one compressed model and of its trunk."""
    metric, distillation = WAYS[way]
    config = replace(config, distillation=distillation)
    component = METHODS.get("low-rank")
    method = component.build(component.parameters(metric=metric, compression=compression))
    branch = retrain(config, loaded, trunk, compress(source_of(config, loaded, trunk), method), monitor=Silent())
    models = {"dense": trunk.dense, "before": branch.just_compressed, "after": branch.compressed}
    return {name: 100 * evaluate(model, loaded.texts.test).accuracy for name, model in models.items()}


def render(records: list[dict[str, Any]]) -> list[str]:
    """The document's lines: one table a data set and model; each cell is before → after, the mean over the seeds."""
    lines = [
        "# Results",
        "",
        "Test accuracy in %, before → after re-training, mean over seeds (SST-2: phrases in training; GloVe 6B 100d).",
        "Everything is the default configuration; dev data choose the epoch, test is read once. A column is a metric;",
        "re-training learns from the dense model's answers, but in the first column from the labels, as in the paper.",
        "Printed by `make results DATA=folder VECTORS=file`; single runs are in `results.jsonl` beside this file.",
    ]
    for (dataset, model), group in grouped(records).items():
        dense = dense_of(group)
        told = f"Dense: {', '.join(f'{value:.1f}' for value in dense.values())} (seeds {', '.join(map(str, dense))})."
        lines += ["", f"## {dataset}, {model.upper()}", "", told, ""]
        lines += ["| smaller by | " + " | ".join(WAYS) + " |", "|---|" + "---|" * len(WAYS)]
        for compression in COMPRESSIONS:
            cells = [_cell(group, way, compression) for way in WAYS]
            lines.append(f"| {compression:.0%} | " + " | ".join(cells) + " |")
    return lines


def short(records: list[dict[str, Any]]) -> str:
    """The table for the README: the paper's metric, in its way and ours, and the default one; at 90 and 95 %."""
    columns = [("plain, from labels", 0.9), ("plain", 0.9), ("task", 0.9), ("task", 0.95)]
    lines = [
        "Test accuracy in %, mean over seeds; before → after re-training (GloVe 6B 100d; SST-2 trained on phrases).",
        "",
    ]
    named = {"plain, from labels": "the paper", "plain": "the paper's metric, distilled", "task": "the task's metric"}
    heads = [f"{named[way]}, {compression:.0%} smaller" for way, compression in columns]
    lines += ["| | dense | " + " | ".join(heads) + " |", "|---|---|" + "---|" * len(columns)]
    for (dataset, model), group in grouped(records).items():
        dense = dense_of(group).values()
        cells = [f"{statistics.mean(dense):.1f}", *(_cell(group, *column) for column in columns)]
        lines.append(f"| {dataset}, {model.upper()}, {len(dense)} seed{'s' * (len(dense) > 1)} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def grouped(records: list[dict[str, Any]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """The records of each data set and model, as `GRID` and the seeds have them."""
    by_seed = sorted(records, key=lambda record: record["seed"])
    groups = {part: [one for one in by_seed if (one["dataset"], one["model"]) == part] for part in GRID}
    return {part: group for part, group in groups.items() if group}


def dense_of(group: list[dict[str, Any]]) -> dict[int, float]:
    """The dense model's test accuracy, by seed."""
    return {record["seed"]: record["dense"] for record in group}


def _cell(group: list[dict[str, Any]], way: str, compression: float) -> str:
    chosen = [record for record in group if record["way"] == way and record["compression"] == compression]
    if not chosen:
        return "–"
    before, after = (statistics.mean(record[when] for record in chosen) for when in ("before", "after"))
    return f"{before:.1f} → {after:.1f}"


if __name__ == "__main__":
    main()
