"""Methods side by side: each against the dense model and against the paper's method, on the same test texts.

The paper's method is `low-rank` in the metric `plain`, of the same seed, at the same rank or share, and re-trained as
the others are. Choices are made on dev; test is only
reported. Differences are in points, hundredths of accuracy.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from core.config import RunConfig
from core.profiling.hits import unpack_hits
from core.profiling.significance import disagreement, stars
from core.results import RunResult
from core.search.target import Target
from core.sweep_table import Cell, Finished, SweepTable, tabulate

SIZES = ("rank", "compression")


@dataclass(frozen=True)
class Difference:
    """From one reference, over the seeds that both have.

    Attributes:
        points: mean difference in test accuracy.
        p_values: of McNemar's exact test, one a seed; fewer where a run is older than the record of its hits.
        starred: for how many seeds it is hardly chance, after Holm's correction for all that stand in the column.
    """

    points: float
    p_values: tuple[float, ...]
    starred: int


@dataclass(frozen=True)
class Row:
    """One way to compress; `paper` is None for the paper's method itself, and where it has no run of that size."""

    cell: Cell
    dense: Difference
    paper: Difference | None


@dataclass(frozen=True)
class Comparison:
    """All of them, largest first.

    Attributes:
        chance: what always giving the commonest class reaches on test.
    """

    table: SweepTable
    rows: tuple[Row, ...]
    chance: float


@dataclass(frozen=True)
class _Pair:
    """One run beside its reference."""

    points: float
    p_value: float | None


def compare(runs: Sequence[Finished]) -> Comparison | None:
    """The comparison of the runs that are done; None before one is."""
    table = tabulate(runs)
    if table is None:
        return None
    done = {run.id: (run.config, run.result) for run in runs if run.result}
    paper = {_place(config): result for config, result in done.values() if _is_paper(config)}

    def against_dense(config: RunConfig, result: RunResult) -> _Pair | None:
        del config
        return _pair(result, result.test_hits.dense, result.dense.test_accuracy)

    def against_paper(config: RunConfig, result: RunResult) -> _Pair | None:
        other = paper.get(_place(config))
        if other is None or _is_paper(config):
            return None
        return _pair(result, other.test_hits.compressed, other.compressed.test_accuracy)

    columns = [_column(table.cells, done, pair) for pair in (against_dense, against_paper)]
    rows = [Row(cell, dense, paper) for cell, dense, paper in zip(table.cells, *columns, strict=True) if dense]
    (_, first), *_ = done.values()
    return Comparison(table, tuple(rows), first.dataset.majority_share)


def choose(comparison: Comparison, target: Target) -> Row | None:
    """On dev, the smallest that keeps `target`; with a size alone, the most accurate that is small enough."""
    rows = [row for row in comparison.rows if target.fits(round(row.cell.deployed_bytes))]
    if target.most_points is None:
        return max(rows, key=lambda row: (row.cell.dev.mean, -row.cell.deployed_bytes), default=None)
    enough = [row for row in rows if row.cell.dev.mean >= (target.floor(row.cell.dense_dev.mean) or 0.0)]
    return min(enough, key=lambda row: (row.cell.deployed_bytes, -row.cell.dev.mean), default=None)


def _column(
    cells: Sequence[Cell],
    done: dict[str, tuple[RunConfig, RunResult]],
    pair: Callable[[RunConfig, RunResult], _Pair | None],
) -> list[Difference | None]:
    """The differences of all cells; which deserve a star depends on how many there are."""
    pairs = [[found for run in cell.runs if (found := pair(*done[run])) is not None] for cell in cells]
    p_values = [[each.p_value for each in of_cell if each.p_value is not None] for of_cell in pairs]
    deserved = iter(stars([p_value for of_cell in p_values for p_value in of_cell]))
    starred = [sum(next(deserved) for _ in of_cell) for of_cell in p_values]
    return [
        Difference(fmean(each.points for each in of_cell), tuple(p), count) if of_cell else None
        for of_cell, p, count in zip(pairs, p_values, starred, strict=True)
    ]


def _pair(result: RunResult, reference_hits: str, reference_accuracy: float) -> _Pair:
    points = 100 * (result.compressed.test_accuracy - reference_accuracy)
    own = result.test_hits.compressed
    if not own or not reference_hits:
        return _Pair(points, None)
    first, second = (unpack_hits(hits, texts=result.dataset.test) for hits in (reference_hits, own))
    return _Pair(points, disagreement(first, second).p_value)


def _is_paper(config: RunConfig) -> bool:
    chosen = config.options
    return config.method == "low-rank" and chosen.get("metric") == "plain" and not chosen.get("frequency_exponent")


def _place(config: RunConfig) -> tuple[object, ...]:
    """What two runs must share to be compared: seed and size."""
    return (config.seed, *(config.options.get(name) for name in SIZES))
