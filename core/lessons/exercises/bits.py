"""Fewer bits or fewer dimensions: the error of both at the same number of bytes."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from core.charts.bars import bar_chart
from core.compression.factorize import decompose
from core.compression.size import dense_bytes, factors_bytes
from core.embeddings import FixedPointEmbedding, LowRankEmbedding
from core.lessons.exercises import EXERCISES, Choice, Exercise, Number, Shown
from core.lessons.exercises.matrix import plain
from core.lessons.exercises.table import TableParameters
from core.runs.finished import FinishedRun

BITS = (8, 4, 2, 1)


@EXERCISES.register(
    "bits",
    title="Bits against dimensions",
    help="A table with fewer bits a number, and with fewer dimensions, in as many bytes.",
    example=TableParameters(),
)
class Bits(Exercise[TableParameters]):
    """Fixed point against the best factors, both in as many bytes, by relative error."""

    def controls(self) -> tuple[Choice, ...]:
        """See `Exercise.controls`."""
        told = "Bits for each number; the factors get the largest rank that takes no more bytes."
        return (Choice("bits", "Bits for each number", tuple(map(str, BITS)), "8", told),)

    def show(self, values: Mapping[str, Any], runs: Sequence[FinishedRun], *, dark: bool) -> Shown:
        """See `Exercise.show`."""
        del runs
        table = torch.tensor(self.parameters.rows)
        bits = int(values["bits"])
        packed = FixedPointEmbedding(table, bits=bits, per="column")
        rank = self.rank_in(packed.formula_bytes(), table)
        taken = decompose(table, plain(*table.shape))
        factors = taken.factors(rank)
        factored = LowRankEmbedding(factors.left, factors.right)
        errors = {f"{bits} bits": _error(table, packed.table()), f"rank {rank}": _error(table, factored.table())}
        whole = dense_bytes(rows=len(table), width=table.shape[1])
        numbers = (
            Number("Table", f"{whole:,} bytes", f"{len(table)} words × {table.shape[1]} numbers of four bytes."),
            Number("In fewer bits", f"{packed.formula_bytes():,} bytes", "Packed numbers, and each column's range."),
            Number("In factors", f"{factored.formula_bytes():,} bytes", "Four bytes for each of r(V + d) numbers."),
        )
        chart = bar_chart(errors, unit="relative error", pattern="{:.1%}", dark=dark)
        winner = "bits" if errors[f"{bits} bits"] < errors[f"rank {rank}"] else "dimensions"
        facts = {"bits": bits, "rank": rank, "winner": winner, "bits_error": errors[f"{bits} bits"]}
        return Shown(facts | {"rank_error": errors[f"rank {rank}"], "at_one_bit": bits == 1}, numbers, (chart,))

    @staticmethod
    def rank_in(budget: int, table: Tensor) -> int:
        """The largest rank whose factors take at most `budget` bytes, but at least 1."""
        rows, width = table.shape
        return max(1, min(budget // factors_bytes(1, rows=rows, width=width), rows, width))


def _error(table: Tensor, other: Tensor) -> float:
    """‖W − Ŵ‖_F / ‖W‖_F."""
    return float((table - other.detach()).norm() / table.norm())
