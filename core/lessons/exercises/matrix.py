"""A matrix and its best approximation of a rank: what is kept, what is lost, what it takes to store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.charts.heat import heat_chart
from core.compression.factorize import Decomposition, decompose
from core.compression.metrics import Metric
from core.compression.rank import break_even_rank, compression_of
from core.lessons.exercises import EXERCISES, Exercise, Number, Shown, Slider
from core.lessons.words import listed, rows_of
from core.parameters import Parameters, parameter
from core.runs.finished import FinishedRun

NOISE = 0.15  # of a small matrix's entries, beside what its planted rank explains


@dataclass(frozen=True)
class MatrixParameters(Parameters):
    """A small matrix drawn at random around a planted rank, or the rows of real words."""

    rows: int = parameter(6, minimum=2, maximum=50, help="Rows of the random matrix.")
    columns: int = parameter(4, minimum=2, maximum=50, help="Its columns.")
    planted: int = parameter(2, minimum=1, maximum=50, help="Its rank, but for some noise.")
    words: str = parameter("", help="Words, with spaces between, whose vectors are the rows instead.")
    wanted_kept: float = parameter(0.9, minimum=0, maximum=1, help="How much the fact `enough` asks to keep.")
    start: int = parameter(1, minimum=1, maximum=50, help="The rank to start at.")


@EXERCISES.register(
    "matrix",
    title="A matrix and its rank",
    help="Drag the rank of a matrix; see it before, after, and what is lost.",
    example=MatrixParameters(rows=5),
)
class Matrix(Exercise[MatrixParameters]):
    """W, A·B at the chosen rank, and their difference."""

    def controls(self) -> tuple[Slider, ...]:
        """See `Exercise.controls`."""
        most = min(self.table().shape)
        told = "How many numbers stand for a row in the narrow table."
        return (Slider("rank", "Rank", 1, most, min(self.parameters.start, most), told),)

    def table(self) -> NDArray[np.float32]:
        """W (V, d)."""
        if self.parameters.words:
            return rows_of(listed(self.parameters.words))
        rng = np.random.default_rng(self.seed)
        rows, columns, planted = self.parameters.rows, self.parameters.columns, self.parameters.planted
        low_rank = rng.normal(size=(rows, planted)) @ rng.normal(size=(planted, columns))
        return (low_rank + NOISE * rng.normal(size=(rows, columns))).astype(np.float32)

    def show(self, values: Mapping[str, Any], runs: Sequence[FinishedRun], *, dark: bool) -> Shown:
        """See `Exercise.show`."""
        del runs
        table, rank = self.table(), int(values["rank"])
        rows, width = table.shape
        taken = decompose(torch.from_numpy(table), plain(rows, width))
        factors = taken.factors(rank)
        after = (factors.left @ factors.right).numpy()
        saved = compression_of(rank, rows=rows, width=width)
        numbers = (
            Number("Kept", f"{float(taken.kept[rank - 1]):.1%}", "Share of the squared singular values."),
            Number("Error", f"{taken.relative_error(rank):.1%}", "‖W − A·B‖ / ‖W‖, Frobenius."),
            Number("Numbers stored", f"{rank * (rows + width)}", f"r·(V + d), instead of V·d = {rows * width}."),
            Number("Smaller by", f"{saved:.0%}", "Negative: the factors are larger than the table."),
        )
        most = float(np.abs(table).max())
        names = listed(self.parameters.words) or tuple(f"row {row + 1}" for row in range(rows))
        pictures = [("before", table), (f"rank {rank}", after)]
        if not self.parameters.words:  # wide rows leave no room for a third
            pictures.append(("what is lost", table - after))
        charts = tuple(
            heat_chart(matrix.tolist(), title=title, most=most, rows=names if matrix is table else None, dark=dark)
            for title, matrix in pictures
        )
        return Shown(facts_of(taken, rank, self.parameters.wanted_kept), numbers, charts)


def facts_of(taken: Decomposition, rank: int, wanted: float) -> dict[str, Any]:
    """What may be asked about a table at a rank."""
    rows, width = taken.rows.shape
    most = min(rows, width)
    enough = taken.rank_for_energy(wanted)
    saving = [each for each in range(1, most + 1) if compression_of(each, rows=rows, width=width) > 0]
    return {
        "rank": rank,
        "rows": rows,
        "width": width,
        "kept": float(taken.kept[rank - 1]),
        "error": taken.relative_error(rank),
        "stored": rank * (rows + width),
        "dense": rows * width,
        "break_even": break_even_rank(rows=rows, width=width),
        "largest_saving_rank": saving[-1] if saving else 0,
        "at_largest_saving_rank": bool(saving) and rank == saving[-1],
        "enough_rank": enough,
        "enough": rank == enough,
    }


def plain(rows: int, width: int) -> Metric:
    """The metric in which every number counts alike."""
    return Metric(torch.ones(rows, dtype=torch.float64), torch.eye(width, dtype=torch.float64))
