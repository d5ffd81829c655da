"""The Gram matrix Wᵀ D² W of a table that is read in chunks of rows, accumulated in float64, as fast as one product.

A float64 product costs twice a float32 one, and it isn't needed. Multiply chunks of rows in float32 and add the d×d
products up in float64: rounding then happens inside chunks only and averages out over them, which leaves every
eigenvalue right to 3e-8 of itself where all are alike, and to 1e-8 of the largest where they fall (measured). It moves
the error of the factors by far less than 1e-5 of itself, since that error is at its minimum; a singular value of a
thousandth of the largest is right to 1 %, one of a tenth to 1e-6. And so in any metric: E ≤ ε·G implies
Rᵀ E R ≤ ε·Rᵀ G R. Where smaller values would drown, or where numbers are too large or too small to be squared in
float32, products are in float64. Half of a symmetric product is enough: only blocks on and above the diagonal are
multiplied. Chunks are spread over threads, each of which multiplies by itself: torch's own threads would share each
product and wait for one another in it, milliseconds long on a busy machine. So the result doesn't depend on how many
there are.

Shapes: `V` rows, `C` rows of a chunk, `d` width.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import torch
from torch import Tensor

from core.errors import VectorsError

CHUNK_ROWS = 2**11  # more would round more, on some processors up to ten times the 3e-8 above
CHUNK_NUMBERS = 2**20  # 4 MB in float32: stays in the cache, and malloc reuses it
BLOCKS = 3  # of columns: two thirds of the whole product; more, and they get too narrow to be fast
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
        if gram is not None:
            return gram
    gram = _accumulate(rows, row_weights, torch.float64, "First pass, in float64: the Gram matrix")
    if gram is None:
        raise VectorsError("The table's numbers are too large to be squared: scale it down first.")
    return gram


def _accumulate(rows: Rows, row_weights: Tensor, dtype: torch.dtype, purpose: str) -> Tensor | None:
    """Wᵀ D² W with chunks multiplied in `dtype`; None where that overflows or, in float32, resolves too little."""
    width = rows.shape[1]
    size = chunk_rows(width)
    sampled = dtype == torch.float64
    gram = torch.zeros(width, width, dtype=torch.float64)
    weighted = bool((row_weights != 1).any())
    start = 0
    with _threads() as pool:
        for read in rows.chunks(purpose):
            pieces = read.split(size)
            weights = row_weights[start : start + len(read)].split(size) if weighted else [None] * len(pieces)
            products = pool.map(partial(_product, dtype=dtype), pieces, weights)
            for piece, product in zip(pieces, products, strict=True):
                gram += product
                if not bool(gram.diagonal().isfinite().all()):
                    _refuse_non_finite(piece, start)
                    return None
                start += len(piece)
                if not sampled and start >= SAMPLE * width:
                    sampled = True
                    if not _is_resolved(gram):
                        return None
        if dtype == torch.float32 and not _is_resolved(gram):
            return None
    return gram.triu() + gram.triu(1).T


def _product(piece: Tensor, weights: Tensor | None, *, dtype: torch.dtype) -> Tensor:
    """On and above the diagonal, Wᵀ D² W (d, d) of a `piece` (C, d), computed in `dtype`; nothing of worth below."""
    chunk = piece.to(dtype)
    if weights is not None:
        chunk = chunk * weights[:, None].to(dtype)
    width = chunk.shape[1]
    product = torch.zeros(width, width, dtype=dtype)
    columns = -(-width // BLOCKS)
    for first in range(0, width, columns):
        last = min(first + columns, width)
        torch.mm(chunk[:, first:last].T, chunk[:, first:], out=product[first:last, first:])
    return product


@contextmanager
def _threads() -> Iterator[ThreadPoolExecutor]:
    """As many threads as torch uses; meanwhile torch splits no operation of theirs or of this thread."""
    count = torch.get_num_threads()
    with unsplit(), ThreadPoolExecutor(count, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)  # whoever leaves early, by Ctrl-C too, waits for no more than one chunk


@contextmanager
def unsplit() -> Iterator[None]:
    """Let torch split no operation over threads: a d×d eigenproblem has thousands of steps to wait for one another."""
    count = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        yield
    finally:
        torch.set_num_threads(count)


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
