"""What a sweep found: its runs over the seeds, the Pareto front, and the smallest model that is good enough.

Every choice is made on dev; test is only reported. Accuracies are fractions from 0 to 1.
"""

import csv
import dataclasses
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Protocol

from core.compression.methods import METHODS
from core.config import RunConfig
from core.profiling.significance import t_interval, wilson_interval
from core.results import MetricCurve, RankCurves, RunResult

USUAL_POINTS_LOST = 0.5  # of accuracy on dev, which most readers hold to be next to nothing
NAMED = ("method", "metric", "rank", "compression", "embedding_bytes", "deployed_bytes", "macs")


class Finished(Protocol):
    """What the table needs of a run."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def config(self) -> RunConfig:
        """What was run."""

    @property
    def result(self) -> RunResult | None:
        """What was found, once it is done."""


@dataclass(frozen=True)
class Estimate:
    """A mean over seeds with its 95 % interval: Student's over two or more, Wilson's of the texts for one."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Cell:
    """One way to compress, over its seeds.

    Attributes:
        metric: in which the method factorises; None where it does something else.
        rank: None where there is none, or where seeds differ in it.
        compression: share of the table's bytes saved.
        embedding_bytes: of the compressed table.
        deployed_bytes: of the whole deployed model.
        macs: of the deployed model, for one text.
        dense_dev: of the dense models of the same seeds, which may be fewer than the sweep's.
        dense_test: of those too.
        before_dev: just compressed, not re-trained.
        runs: one a seed.
    """

    method: str
    metric: str | None
    rank: int | None
    compression: float
    embedding_bytes: float
    deployed_bytes: float
    macs: float
    dev: Estimate
    test: Estimate
    before_dev: Estimate
    dense_dev: Estimate
    dense_test: Estimate
    runs: tuple[str, ...]

    @property
    def label(self) -> str:
        """What the reader calls the method and metric."""
        return self.method if self.metric is None else f"{self.method}, {self.metric}"

    @property
    def lost(self) -> float:
        """Accuracy on dev that the compressed models lack against the dense ones of the same seeds."""
        return self.dense_dev.mean - self.dev.mean


@dataclass(frozen=True)
class SweepTable:
    """The dense models, and every way to compress of which a run is done, the smallest last."""

    dense_dev: Estimate
    dense_test: Estimate
    dense_bytes: int
    cells: tuple[Cell, ...]


def tabulate(runs: Sequence[Finished]) -> SweepTable | None:
    """The table of the runs that are done; None before one is."""
    done = [(run, run.result) for run in runs if run.result]
    if not done:
        return None
    groups: dict[str, list[tuple[Finished, RunResult]]] = {}
    for run, result in done:
        settings = {name: value for name, value in run.config.to_dict().items() if name != "seed"}
        groups.setdefault(json.dumps(settings), []).append((run, result))
    cells = sorted(map(_cell, groups.values()), key=lambda cell: cell.compression)
    by_seed = list({result.seed: result for _, result in done}.values())
    dense_dev, dense_test = _estimates(by_seed, "dense")
    return SweepTable(dense_dev, dense_test, by_seed[0].dense.embedding_bytes, tuple(cells))


def pareto_front(cells: Sequence[Cell]) -> list[Cell]:
    """Those that no other beats in both size and accuracy on dev, by size."""
    front: list[Cell] = []
    for cell in sorted(cells, key=lambda cell: (-cell.compression, -cell.dev.mean)):
        if not front or cell.dev.mean > front[-1].dev.mean:
            front.append(cell)
    return front[::-1]


def smallest_within(cells: Sequence[Cell], lost: float) -> Cell | None:
    """The one that saves most among those that lose at most `lost` of the accuracy on dev, and save something."""
    enough = [cell for cell in cells if cell.lost <= lost + 1e-9 and cell.compression > 0]
    return max(enough, key=lambda cell: (cell.compression, cell.dev.mean), default=None)


def mean_curves(found: Sequence[RankCurves]) -> RankCurves | None:
    """The curves without re-training, averaged over seeds whose dense models were tried at the same ranks."""
    if not found:
        return None
    curves = []
    for curve in found[0].curves:
        alike = [
            each for one in found for each in one.curves if (each.metric, each.ranks) == (curve.metric, curve.ranks)
        ]
        accuracy = tuple(fmean(values) for values in zip(*(each.dev_accuracy for each in alike), strict=True))
        curves.append(MetricCurve(curve.metric, curve.ranks, accuracy))
    return dataclasses.replace(found[0], curves=tuple(curves))


def to_rows(table: SweepTable) -> list[dict[str, Any]]:
    """One flat row for each way to compress, behind one for the dense models; for CSV, and for tables on a page."""
    dense = {"method": "dense", "compression": 0.0, "embedding_bytes": table.dense_bytes, "seeds": None, "runs": ""}
    rows = [dense | _flat("dev", table.dense_dev) | _flat("test", table.dense_test)]
    for cell in table.cells:
        own = {name: getattr(cell, name) for name in NAMED} | {"seeds": len(cell.runs)}
        measured = _flat("dev", cell.dev) | _flat("test", cell.test) | {"before_retraining_dev": cell.before_dev.mean}
        rows.append(own | measured | {"runs": " ".join(cell.runs)})
    return rows


def to_csv(table: SweepTable) -> str:
    """`to_rows` as a CSV file."""
    rows = to_rows(table)
    file = io.StringIO()
    writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows[::-1] for name in row)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def estimate(accuracies: Sequence[float], texts: int) -> Estimate:
    """The mean and interval of `accuracies`, one a seed, each measured on so many `texts`."""
    mean = fmean(accuracies)
    if len(accuracies) == 1:
        return Estimate(mean, *wilson_interval(round(mean * texts), texts))
    low, high = t_interval(accuracies)
    return Estimate(mean, max(0.0, low), min(1.0, high))


def _cell(group: list[tuple[Finished, RunResult]]) -> Cell:
    results = [result for _, result in group]
    config = group[0][0].config
    ranks = {result.compressed.rank for result in results}
    dev, test = _estimates(results, "compressed")
    dense_dev, dense_test = _estimates(results, "dense")
    before = [result.compressed.before_retraining.dev_accuracy for result in results]
    return Cell(
        method=config.method,
        metric=METHODS.get(config.method).build(config.parameters("method")).metric_name,
        rank=ranks.pop() if len(ranks) == 1 else None,
        compression=fmean(result.compressed.compression for result in results),
        embedding_bytes=fmean(result.compressed.embedding_bytes for result in results),
        deployed_bytes=fmean(result.deployed.bytes_on_disk for result in results),
        macs=fmean(result.deployed.macs for result in results),
        dev=dev,
        test=test,
        before_dev=estimate(before, results[0].dataset.dev),
        dense_dev=dense_dev,
        dense_test=dense_test,
        runs=tuple(run.id for run, _ in group),
    )


def _estimates(results: Sequence[RunResult], model: str) -> tuple[Estimate, Estimate]:
    """Of one of the models, on dev and on test."""
    measured = [getattr(result, model) for result in results]
    sizes = results[0].dataset
    dev = estimate([one.dev_accuracy for one in measured], sizes.dev)
    return dev, estimate([one.test_accuracy for one in measured], sizes.test)


def _flat(name: str, value: Estimate) -> dict[str, float]:
    return {f"{name}_accuracy": value.mean, f"{name}_low": value.low, f"{name}_high": value.high}
