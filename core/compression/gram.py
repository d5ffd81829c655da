"""The Gram matrix Wᵀ D² W of a table that is read in chunks of rows, accumulated in float64, as fast as one product.

A float64 product costs twice a float32 one, and it isn't needed. Multiply chunks of rows in float32 and add the d×d
products up in float64: rounding then happens inside chunks only and averages out over them, which leaves every
eigenvalue right to 1e-7 of itself where all are alike, and to 1e-8 of the largest where they fall (measured). It moves
the error of the factors by far less than 1e-5 of itself, since that error is at its minimum; a singular value of a
thousandth of the largest is right to 1 %, one of a tenth to 1e-6. And so in any metric: E ≤ ε·G implies
Rᵀ E R ≤ ε·Rᵀ G R. Where smaller values would drown, or where numbers are too large or too small to be squared in
float32, products are in float64. Half of a symmetric product is enough: only blocks on and above the diagonal are
multiplied. Chunks are large because each product is split over threads, and threads that wait for one another on a busy
machine wait for milliseconds.

Shapes: `V` rows, `C` rows of a chunk, `d` width.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from core.errors import VectorsError

CHUNK_ROWS = 2**16  # more would round more
CHUNK_NUMBERS = 2**24  # 64 MB in float32
BLOCK_COLUMNS = 100
MANY_ROWS = 2**18  # below, float64 takes milliseconds, and too few chunks average out
RESOLVED = 1e-6  # of the largest: a smaller eigenvalue drowns in a float32 product's rounding
SAMPLE = 8  # times d rows show whether a table's eigenvalues are resolved


class Rows(Protocol):
    """A table W (V, d) whose rows can be read in order, as often as needed."""

    @property
    def shape(self) -> tuple[int, int]:
        """V and d."""

    @property
    def dtype(self) -> torch.dtype:
        """What the chunks are: float32 or float64."""

    def chunks(self, purpose: str) -> Iterator[Tensor]:
        """All rows as chunks (C, d), each valid until the next; `purpose` says in words what they are read for."""


@dataclass(frozen=True)
class InMemory:
    """Rows of a table in memory: one chunk, without a copy where the table is float32 or float64."""

    table: Tensor

    @property
    def shape(self) -> tuple[int, int]:
        """See `Rows.shape`."""
        rows, width = self.table.shape
        return rows, width

    @property
    def dtype(self) -> torch.dtype:
        """See `Rows.dtype`."""
        return torch.float64 if self.table.dtype == torch.float64 else torch.float32

    def chunks(self, purpose: str) -> Iterator[Tensor]:
        """See `Rows.chunks`."""
        del purpose
        yield self.table.to(self.dtype)


def chunk_rows(width: int) -> int:
    """How many rows of a table of this `width` are multiplied at once: a power of two."""
    return min(CHUNK_ROWS, 1 << max(0, (CHUNK_NUMBERS // width).bit_length() - 1))


def weighted_gram(rows: Rows, row_weights: Tensor) -> Tensor:
    """Wᵀ D² W (d, d) in float64, D's diagonal being `row_weights` (V,).

    Raises:
        VectorsError: naming the row that holds NaN or an infinite number.
    """
    if rows.dtype == torch.float32 and rows.shape[0] >= MANY_ROWS:
        gram = _accumulate(rows, row_weights, torch.float32, "First pass: the Gram matrix")
        if gram is not None and _is_resolved(gram):
            return gram
    gram = _accumulate(rows, row_weights, torch.float64, "First pass, in float64: the Gram matrix")
    if gram is None:
        raise VectorsError("The table's numbers are too large to be squared: scale it down first.")
    return gram


def _accumulate(rows: Rows, row_weights: Tensor, dtype: torch.dtype, purpose: str) -> Tensor | None:
    """Wᵀ D² W with chunks multiplied in `dtype`; None where that overflows or, in float32, resolves too little."""
    width = rows.shape[1]
    sampled = dtype == torch.float64
    gram = torch.zeros(width, width, dtype=torch.float64)
    weighted = bool((row_weights != 1).any())
    # One buffer for all chunks: a new one each time would cost as much as the product, in page faults.
    scratch = torch.empty(min(chunk_rows(width), rows.shape[0]), width, dtype=dtype)  # touched only where it is used
    start = 0
    for read in rows.chunks(purpose):
        for piece in read.split(chunk_rows(width)):  # (C, d)
            chunk = piece
            if weighted or piece.dtype != dtype:
                chunk = scratch[: len(piece)].copy_(piece)
            if weighted:
                chunk.mul_(row_weights[start : start + len(piece), None].to(dtype))
            for first in range(0, width, BLOCK_COLUMNS):
                last = min(first + BLOCK_COLUMNS, width)
                gram[first:last, first:] += chunk[:, first:last].T @ chunk[:, first:]
            if not bool(gram.diagonal().isfinite().all()):
                _refuse_non_finite(piece, start)
                return None
            start += len(chunk)
            if not sampled and start >= SAMPLE * width:
                sampled = True
                if not _is_resolved(gram):
                    return None
    return gram.triu() + gram.triu(1).T


def _refuse_non_finite(piece: Tensor, start: int) -> None:
    bad = (~piece.isfinite()).any(1).nonzero()
    if len(bad):
        row = start + int(bad[0])
        raise VectorsError(
            f"Row {row:,} of the table, counted from 0, holds NaN or an infinite number: mend or drop it."
        )


def _is_resolved(gram: Tensor) -> bool:
    values = torch.linalg.eigvalsh(gram, UPLO="U")
    return float(values[0]) > RESOLVED * float(values[-1])
