"""Hashing: two small tables whose rows are added, fitted to the trained one.

Shi et al., KDD 2020 (see `core.embeddings.hashed`), who train both tables from scratch. Here they start from the
weighted least squares min Σₓ wₓ ‖W[x] − remainder[x mod m] − quotient[x div m]‖², wₓ = (count + 0.1)^½, solved exactly.
So the error is zero where the table is additive, and no pair of tables has a smaller weighted one anywhere. A metric of
directions would change nothing: every column is fitted by itself.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from core.compression.methods import METHODS, Method
from core.compression.metrics import FREQUENCY_EXPONENT, TableSource, frequency_weights
from core.compression.size import (
    DEFAULT_COMPRESSION,
    HOW_FAR,
    CompressionParameters,
    dense_bytes,
    growth_warning,
    largest,
)
from core.counted import counted
from core.embeddings import HashedEmbedding
from core.embeddings.hashed import hashed_rows
from core.errors import ConfigError
from core.parameters import parameter


@dataclass(frozen=True)
class HashedParameters(CompressionParameters):
    """How far to go: a number of `buckets`, or a `compression`."""

    buckets: int | None = parameter(
        None,
        minimum=1,
        maximum=10_000_000,
        one_of=HOW_FAR,
        start=1_000,
        help="Rows of the larger table: each is shared by every buckets-th word.",
    )


@METHODS.register(
    "hashed",
    title="Hashed (quotient–remainder)",
    help="Each word's row is the sum of two rows that it shares with other words, no two words sharing both.",
    example=HashedParameters(buckets=10),
)
class Hashed(Method[HashedParameters]):
    """Compose each row of two shared ones."""

    retrains = "Both tables train."

    def compress(self, source: TableSource) -> HashedEmbedding:
        """See `Method.compress`."""
        rows, width = source.table.shape
        self.check(rows=rows, width=width)
        weights = frequency_weights(source.counts, FREQUENCY_EXPONENT).square()
        remainder, quotient = fit_additive(source.table, weights, buckets=self.buckets(rows=rows, width=width))
        return HashedEmbedding(remainder, quotient, rows=rows)

    def check(self, *, rows: int, width: int) -> list[str]:
        """See `Method.check`: there are at most as many buckets as words."""
        buckets = self.buckets(rows=rows, width=width)
        if buckets > rows:
            raise ConfigError(
                "buckets", buckets, f"the table has {counted(rows, 'word')}, so it must be at most {rows}"
            )
        stored = dense_bytes(rows=hashed_rows(buckets, rows=rows), width=width)
        return growth_warning(stored, rows=rows, width=width)

    def buckets(self, *, rows: int, width: int) -> int:
        """The number m of buckets for a table of `rows` × `width`: beyond √V, the more buckets, the more bytes.

        Raises:
            ConfigError: when 2√V rows are more than may be stored.
        """
        if self.parameters.buckets is not None:
            return self.parameters.buckets
        compression = self.parameters.compression or DEFAULT_COMPRESSION
        return largest(
            range(math.isqrt(rows - 1) + 1, rows + 1),
            lambda buckets: dense_bytes(rows=hashed_rows(buckets, rows=rows), width=width),
            compression=compression,
            rows=rows,
            width=width,
        )


def fit_additive(table: Tensor, weights: Tensor, *, buckets: int) -> tuple[Tensor, Tensor]:
    """The least-squares tables `remainder` (m, d) and `quotient` (q, d) for `table` (V, d), rows weighted.

    The normal equations of one table, once the other is eliminated, are of its own size: that of the smaller.
    """
    values = table.double()
    rows = torch.arange(len(table))
    first, second = rows % buckets, rows // buckets  # (V,), (V,)
    counts = torch.zeros(buckets, int(second[-1]) + 1, dtype=torch.float64)  # (m, q)
    counts[first, second] = weights
    sums = [
        values.new_zeros(size, values.shape[1]).index_add(0, index, weights[:, None] * values)
        for size, index in zip(counts.shape, (first, second), strict=True)
    ]  # (m, d), (q, d)
    flip = counts.shape[1] > counts.shape[0]
    if flip:
        counts, sums = counts.T, sums[::-1]
    shares = counts / counts.sum(1, keepdim=True)  # of a large row's weight that falls on each small row
    system = counts.sum(0).diag() - counts.T @ shares  # (q, q), singular: a constant may move from table to table,
    small = torch.zeros_like(sums[1])  # so the first row is set to zero, and the constant moved afterwards
    small[1:] = torch.linalg.solve(system[1:, 1:], (sums[1] - shares.T @ sums[0])[1:])
    small -= small.mean(0)
    large = sums[0] / counts.sum(1, keepdim=True) - shares @ small
    return (small.float(), large.float()) if flip else (large.float(), small.float())
