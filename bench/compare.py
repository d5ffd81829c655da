"""Every method at equal sizes, from the same trunk: `make compare DATA=folder VECTORS=file`.

One trunk (dense model) a data set, model and seed serves every branch; each gets the same extra training and is chosen
on dev. Each finished branch is a line in docs/comparison.jsonl, with a bit for each test text, so that any two can be
compared text by text; an interrupted run goes on where it stopped. The tables go to docs/comparison.md.
"""

import dataclasses
import itertools
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from bench.comparison_tables import DENSE, PAPER, render, short
from bench.records import Records, parser_of, wanted
from bench.report import put_into_readme, say
from core.compression.fold import fold
from core.compression.methods import METHODS, Method
from core.config import RunConfig
from core.errors import ConfigError
from core.events import Silent
from core.models import TextClassifier
from core.pipeline import compress, load, retrain, source_of, train
from core.profiling.hits import pack_hits
from core.profiling.memory import embedding_bytes, save_weights
from core.stages import Loaded, Trunk
from core.training.evaluate import evaluate

GRID = (("trec6", "dan"), ("snips", "dan"), ("trec6", "lstm"), ("snips", "lstm"), ("sst2", "dan"), ("sst2", "lstm"))
QUICK = GRID[:2]
COMPRESSIONS = (0.95, 0.9, 0.98, 0.75)  # in the order in which they are measured
ALSO = {"low-rank-int8": (0.97,), "low-rank-int4": (0.97,)}  # their default
SEEDS = (0, 1, 2)
KEY = ("dataset", "model", "seed", "method", "compression")
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "comparison.md"


@dataclass(frozen=True)
class Cell:
    """One method at one size."""

    name: str
    compression: float
    method: Method  # type: ignore[type-arg]


def main() -> None:
    """Run what is missing, one seed of everything first and quick ones before slow ones; then write the tables."""
    parser = parser_of(__doc__, parts=("dataset", "model", "seed"))
    parser.add_argument("--quick", action="store_true", help="only the DAN on the two small data sets, with one seed")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    records = Records(DOCUMENT.with_suffix(".jsonl"), key=KEY)
    grid, seeds = (QUICK, SEEDS[:1]) if arguments.quick else (GRID, SEEDS)
    started = time.perf_counter()
    for seed, (dataset, model) in () if arguments.render else itertools.product(seeds, grid):
        if wanted(arguments, dataset=dataset, model=model, seed=seed):
            run_trunk(arguments.data / dataset, arguments.vectors, model, seed, records)
            records.read()
            write(records)
    write(records)
    say(f"{time.perf_counter() - started:.0f} seconds")


def write(records: Records) -> None:
    """The tables, and README's short one."""
    DOCUMENT.write_text(render(records.all), encoding="utf-8")
    put_into_readme("comparison", short(records.all))


def cells() -> Iterator[Cell]:
    """Every method at every size; the paper's, which is `low-rank` in the metric `plain`, before all others."""
    low_rank = METHODS.get("low-rank")
    for compression in COMPRESSIONS:
        plain = low_rank.parameters(metric="plain", compression=compression)
        yield Cell(PAPER, compression, low_rank.build(plain))
    yield from (Cell(each.name, 0.0, each.build(each.parameters())) for each in METHODS if not each.build.compresses)
    sized = [(each, share) for each in METHODS for share in ALSO.get(each.name, ())]
    sized += [(each, share) for share in COMPRESSIONS for each in METHODS if each.build.compresses]
    yield from (Cell(each.name, share, each.build(each.parameters(compression=share))) for each, share in sized)


def run_trunk(data: Path, vectors: Path, model: str, seed: int, records: Records) -> None:
    """The missing branches of one trunk; each is kept as soon as it is measured."""
    config = RunConfig(dataset=str(data), vectors=str(vectors), model=model, seed=seed, distillation=0.0)
    trunk_of = {"dataset": data.name, "model": model, "seed": seed}
    missing = [cell for cell in cells() if trunk_of | _key(cell) not in records]
    if not missing:
        return
    loaded = load(config, monitor=Silent())
    trunk = train(config, loaded, monitor=Silent())
    dense = trunk_of | {"method": DENSE, "compression": 0.0, "dev": _percent(trunk.dev.accuracy)}
    dense |= measure(trunk.dense, loaded, trunk)
    begun_with = records.find(dense)
    if begun_with is None:
        records.add(dense)
    elif begun_with["hits"] != dense["hits"]:
        say(
            f"{trunk_of}: this machine trains another dense model than the one in {records.path.name}, so branches of "
            "the two can't be compared. Go on where it was begun, or take its lines out."
        )
        return
    for cell in missing:
        started = time.perf_counter()
        found = run_branch(config, loaded, trunk, cell)
        records.add(trunk_of | _key(cell) | found | {"seconds": round(time.perf_counter() - started, 1)})


def run_branch(config: RunConfig, loaded: Loaded, trunk: Trunk, cell: Cell) -> dict[str, Any]:
    """What one compressed model reaches; a sentence where the method can't save so much."""
    loaded = dataclasses.replace(loaded, method=cell.method)
    rows, width = loaded.vectors.table.shape
    try:
        cell.method.check(rows=rows, width=width)
    except ConfigError as error:
        return {"unreached": str(error)}
    branch = retrain(config, loaded, trunk, compress(source_of(config, loaded, trunk), cell.method), monitor=Silent())
    found = measure(branch.compressed, loaded, trunk)
    if found["saved"] < cell.compression - 1e-6:
        return {"unreached": f"the smallest there is saves {found['saved']:.1%}"}
    before = evaluate(branch.just_compressed, loaded.texts.test).accuracy
    return {"dev": _percent(branch.dev.accuracy), "before": _percent(before)} | found


def measure(model: TextClassifier, loaded: Loaded, trunk: Trunk) -> dict[str, Any]:
    """Test accuracy in % and which test texts were right; the share of the table saved; bytes of the deployed file."""
    test = evaluate(model, loaded.texts.test)
    with tempfile.TemporaryDirectory() as folder:
        size_bytes = save_weights(fold(model), Path(folder) / "deployed.safetensors")
    return {
        "test": _percent(test.accuracy),
        "texts": len(test.right),
        "hits": pack_hits(test.right),
        "saved": round(1 - embedding_bytes(model) / embedding_bytes(trunk.dense), 6),
        "bytes": size_bytes,
    }


def _percent(share: float) -> float:
    return round(100 * share, 3)


def _key(cell: Cell) -> dict[str, Any]:
    return {"method": cell.name, "compression": cell.compression}


if __name__ == "__main__":
    main()
