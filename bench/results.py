"""Accuracy before and after re-training, for every metric and compression: `make results DATA=folder VECTORS=file`.

One trunk (dense model) a data set, model and seed serves every branch. Each finished branch is a line in a JSONL file,
so an interrupted run goes on where it stopped. The table goes to docs/results.md.
"""

import argparse
import json
import statistics
from collections import defaultdict
from pathlib import Path
from typing import Any

import torch

from core.compression.methods import METHODS
from core.compression.metrics import METRICS
from core.config import RunConfig
from core.events import Silent
from core.pipeline import Loaded, Trunk, compress, load, retrain, train
from core.training.evaluate import evaluate

GRID = (("trec6", "dan"), ("snips", "dan"), ("sst2", "dan"), ("sst2", "lstm"))
COMPRESSIONS = (0.8, 0.9, 0.95, 0.98)
SEEDS = (0, 1, 2)
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "results.md"
RECORDS = DOCUMENT.with_suffix(".jsonl")


def main() -> None:
    """Run what is missing, then write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with the folders trec6, snips and sst2")
    parser.add_argument("--vectors", type=Path, help="word vectors in GloVe's text format")
    parser.add_argument("--render", action="store_true", help="only write the table from what was run")
    arguments = parser.parse_args()
    RECORDS.parent.mkdir(exist_ok=True)
    records = [json.loads(line) for line in RECORDS.read_text().splitlines()] if RECORDS.is_file() else []
    if not arguments.render:
        torch.set_num_threads(1)
        done = {_key(record) for record in records}
        for dataset, model in GRID:
            for seed in SEEDS:
                records += run_trunk(arguments.data / dataset, arguments.vectors, model, seed, done=done)
    DOCUMENT.write_text(render(records), encoding="utf-8")


def run_trunk(data: Path, vectors: Path, model: str, seed: int, *, done: set[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """The missing branches of one trunk; each is kept as soon as it is measured."""
    config = RunConfig(dataset=str(data), vectors=str(vectors), model=model, seed=seed)
    cells = [(metric, compression) for metric in METRICS.names() for compression in COMPRESSIONS]
    missing = [cell for cell in cells if (data.name, model, seed, *cell) not in done]
    if not missing:
        return []
    loaded = load(config, monitor=Silent())
    trunk = train(config, loaded, monitor=Silent())
    records = []
    for metric, compression in missing:
        record = {"dataset": data.name, "model": model, "seed": seed, "metric": metric, "compression": compression}
        record |= run_branch(config, loaded, trunk, metric, compression)
        with RECORDS.open("a") as file:
            file.write(json.dumps(record) + "\n")
        records.append(record)
    return records


def run_branch(config: RunConfig, loaded: Loaded, trunk: Trunk, metric: str, compression: float) -> dict[str, float]:
    """Test accuracies, in %, of one compressed model and of its trunk."""
    component = METHODS.get("low-rank")
    method = component.build(component.parameters(metric=metric, compression=compression))
    branch = retrain(config, loaded, trunk, compress(config, loaded, trunk, method), monitor=Silent())
    models = {"dense": trunk.dense, "before": branch.just_compressed, "after": branch.compressed}
    return {name: 100 * evaluate(model, loaded.texts.test).accuracy for name, model in models.items()}


def render(records: list[dict[str, Any]]) -> str:
    """The document: one table a data set and model; each cell is before → after, the mean over the seeds."""
    lines = [
        "# Results",
        "",
        "Test accuracy in %, before → after re-training, mean over seeds (SST-2: phrases in training; GloVe 6B 100d).",
        "Everything is the default configuration; dev data choose the epoch, test is read once.",
        "Printed by `make results DATA=folder VECTORS=file`; single runs are in `results.jsonl` beside this file.",
    ]
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for record in records:
        groups[record["dataset"], record["model"]].append(record)
    for (dataset, model), group in groups.items():
        seeds = {record["seed"]: record["dense"] for record in group}
        dense = ", ".join(f"{value:.1f}" for value in seeds.values())
        lines += ["", f"## {dataset}, {model.upper()}", "", f"Dense: {dense} (seeds {', '.join(map(str, seeds))}).", ""]
        lines += ["| smaller by | " + " | ".join(METRICS.names()) + " |", "|---|" + "---|" * len(METRICS.names())]
        for compression in COMPRESSIONS:
            cells = [_cell(group, metric, compression) for metric in METRICS.names()]
            lines.append(f"| {compression:.0%} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(group: list[dict[str, Any]], metric: str, compression: float) -> str:
    chosen = [record for record in group if record["metric"] == metric and record["compression"] == compression]
    if not chosen:
        return "–"
    before, after = (statistics.mean(record[when] for record in chosen) for when in ("before", "after"))
    return f"{before:.1f} → {after:.1f}"


def _key(record: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(record[name] for name in ("dataset", "model", "seed", "metric", "compression"))


if __name__ == "__main__":
    main()
