"""The Gram matrix Wᵀ D² W of a table that is read in chunks of rows, accumulated in float64, as fast as one product.

A float64 product costs twice a float32 one, and it isn't needed. Multiply chunks of rows in float32 and add the d×d
products up in float64: rounding then happens inside chunks only and averages out over them, which leaves every
eigenvalue right to 3e-8 of itself where all are alike, and to 1e-8 of the largest where they fall (measured). It moves
the error of the factors by far less than 1e-5 of itself, since that error is at its minimum; a singular value of a
thousandth of the largest is right to 1 %, one of a tenth to 1e-6. And so in any metric: E ≤ ε·G implies
Rᵀ E R ≤ ε·Rᵀ G R. Where smaller values would drown beside few large ones, the large ones are shrunk first and what that
did is undone in the end (`Flattening`). Where they would drown even so, or where numbers are too large or too small to
be squared in float32, products are in float64. Half of a symmetric product is enough: only blocks on and above the
diagonal are multiplied.

Chunks are spread over threads, each of which multiplies by itself: torch's own threads would share each product and
wait for one another in it, milliseconds long on a busy machine. So the result doesn't depend on how many there are.
Nor does it depend on where: a shard of the table, some chunks, is added up on its own, here or on a cluster.

Shapes: `V` rows, `C` rows of a chunk, `d` width.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from itertools import chain, starmap
from threading import Lock
from typing import Any, Protocol

import torch
from torch import Tensor

from core.errors import VectorsError

CHUNK_ROWS = 2**11  # more would round more, on some processors up to ten times the 3e-8 above
CHUNK_NUMBERS = 2**20  # 4 MB in float32: stays in the cache, and malloc reuses it
BLOCKS = 3  # of columns: two thirds of the whole product; more, and they get too narrow to be fast
MANY_ROWS = 2**18  # below, float64 takes milliseconds, and too few chunks average out
RESOLVED = 1e-6  # of the largest: a smaller eigenvalue drowns in a float32 product's rounding
SAMPLE = 8  # times d rows show whether a table's eigenvalues are resolved
MARGIN = 4  # times as far from drowning as is needed, since a sample says it
FEW_LARGE = 4  # a fourth of all directions, at most, is flattened: with a third, float64 costs no more
SHARD_NUMBERS = 2**22  # added up apart, here or elsewhere, so that the order of all sums is fixed; 16 MB in float32

_unsplit = Lock(), list[int]()  # for each block of `unsplit` that is open, the count that the first of them found
_threads: ContextVar[ThreadPoolExecutor | None] = ContextVar("threads", default=None)
Shard = tuple[Tensor, Tensor | None, int]  # rows (C, d), their weights (C,) where any isn't 1, the first one's number
Spread = Callable[[Callable[..., Tensor], Iterator[tuple[Any, ...]]], Iterator[Tensor]]
"""Calls a function with each tuple of arguments; gives what it returns, in order. `itertools.starmap` does it here."""


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
    return min(CHUNK_ROWS, _power_of_two(CHUNK_NUMBERS // width))


def shard_rows(width: int) -> int:
    """How many rows of a table of this `width` are added up apart: a power of two too."""
    return _power_of_two(SHARD_NUMBERS // width)


def _power_of_two(most: int) -> int:
    """The largest up to `most`, and at least 1."""
    return 1 << max(0, most.bit_length() - 1)


def weighted_gram(rows: Rows, row_weights: Tensor, spread: Spread = starmap) -> Tensor:
    """Wᵀ D² W (d, d) in float64, D's diagonal being `row_weights` (V,); the same bits wherever it is `spread`.

    Raises:
        VectorsError: naming the row that holds NaN or an infinite number.
    """
    with threads():
        if rows.dtype == torch.float32 and rows.shape[0] >= MANY_ROWS:
            gram = _accumulate(rows, row_weights, torch.float32, "First pass: the Gram matrix", spread)
            if gram is not None:
                return gram
        gram = _accumulate(rows, row_weights, torch.float64, "First pass, in float64: the Gram matrix", spread)
    if gram is None:
        raise VectorsError("The table's numbers are too large to be squared: scale it down first.")
    return gram


def _accumulate(
    rows: Rows, row_weights: Tensor, dtype: torch.dtype, purpose: str, spread: Spread = starmap
) -> Tensor | None:
    """Wᵀ D² W with chunks multiplied in `dtype`; None where that overflows or, in float32, resolves too little."""
    width = rows.shape[1]
    shards = _shards(rows, row_weights, purpose)
    first = next(shards)
    try:
        flattening = _flattening(first) if dtype == torch.float32 else None
    except UnresolvedError:
        return None
    gram = torch.zeros(width, width, dtype=torch.float64)
    for part in spread(partial(shard_gram, dtype=dtype, flattening=flattening), chain([first], shards)):
        gram += part
        if not bool(gram.diagonal().isfinite().all()):
            return None
    gram = gram.triu() + gram.triu(1).T
    if dtype == torch.float32 and not _is_resolved(gram):
        return None
    return flattening.undo(gram) if flattening else gram


def _shards(rows: Rows, row_weights: Tensor, purpose: str) -> Iterator[Shard]:
    """The table's rows, cut at the same places wherever they come from."""
    size, start = shard_rows(rows.shape[1]), 0
    weighted = bool((row_weights != 1).any())
    for chunk in rows.chunks(purpose):
        for shard in chunk.split(size):
            yield shard, row_weights[start : start + len(shard)] if weighted else None, start
            start += len(shard)


def shard_gram(
    shard: Tensor, weights: Tensor | None, start: int, *, dtype: torch.dtype, flattening: "Flattening | None"
) -> Tensor:
    """On and above the diagonal, Wᵀ D² W (d, d) in float64 of a `shard` (C, d); nothing of worth below.

    Args:
        shard: rows from row `start` of the table on.
        weights: D's diagonal (C,), where it isn't all 1.
        start: see `shard`.
        dtype: of the products, each of few rows.
        flattening: what to do to the rows before, in float32.

    Raises:
        VectorsError: naming the row that holds NaN or an infinite number.
    """
    width = shard.shape[1]
    pieces = shard.split(chunk_rows(width))
    of_each = weights.split(chunk_rows(width)) if weights is not None else [None] * len(pieces)
    gram = torch.zeros(width, width, dtype=torch.float64)
    with threads() as pool:
        for product in pool.map(partial(_product, dtype=dtype, flattening=flattening), pieces, of_each):
            gram += product
    if not bool(gram.diagonal().isfinite().all()):
        refuse_non_finite(shard, start)
    return gram


def narrow_product(rows: Tensor, columns: Tensor) -> Tensor:
    """`rows` (C, d) @ `columns` (d, k) for k ≪ d; transposed, it takes MKL half as long or a third (measured)."""
    return (columns.T @ rows.T).T


class UnresolvedError(Exception):
    """Float32 products can't tell the table's smallest eigenvalues from rounding."""


@dataclass(frozen=True)
class Flattening:
    """S = I − P Qᵀ, which shrinks the directions of the largest eigenvalues until the smallest don't drown beside them.

    Rounding in a product of columns i and j is a share of √(λᵢ λⱼ) of the table that is multiplied. So G = S⁻ᵀ G′ S⁻¹,
    with G′ the Gram matrix of W S, is right where G alone would drown its smallest eigenvalues, for two thin products.

    Attributes:
        shrinking: P (d, k) float32.
        directions: Q (d, k) float32.
    """

    shrinking: Tensor
    directions: Tensor

    def apply(self, rows: Tensor) -> Tensor:
        """W S of some `rows` (C, d)."""
        return torch.addmm(rows, narrow_product(rows, self.shrinking), self.directions.T, alpha=-1)

    def undo(self, gram: Tensor) -> Tensor:
        """S⁻ᵀ G′ S⁻¹ (d, d), for S just as it was applied."""
        shrunk = torch.eye(len(gram), dtype=torch.float64) - self.shrinking.double() @ self.directions.double().T
        inverse: Tensor = torch.linalg.inv(shrunk)
        return inverse.T @ gram @ inverse


def _flattening(shard: Shard) -> Flattening | None:
    """What float32 products need, to judge by the first rows; None where they need nothing, or there are few rows.

    Raises:
        UnresolvedError: where so many directions are large that float64 products cost less.
    """
    rows, weights, start = shard
    few, width = SAMPLE * rows.shape[1], rows.shape[1]
    if len(rows) < few:
        return None
    sample = shard_gram(
        rows[:few], None if weights is None else weights[:few], start, dtype=torch.float64, flattening=None
    )
    with unsplit():
        values, vectors = torch.linalg.eigh(sample, UPLO="U")
    values, vectors = values.flip(0), vectors.flip(1)
    large = int((values * RESOLVED * MARGIN > values[-1]).sum())
    if large == 0:
        return None
    if large > width / FEW_LARGE:
        raise UnresolvedError
    kept = (values[large] / values[:large]).sqrt()
    return Flattening((vectors[:, :large] * (1 - kept)).float(), vectors[:, :large].float())


def _product(piece: Tensor, weights: Tensor | None, *, dtype: torch.dtype, flattening: Flattening | None) -> Tensor:
    """On and above the diagonal, Wᵀ D² W (d, d) of a `piece` (C, d), computed in `dtype`; nothing of worth below."""
    chunk = piece.to(dtype)
    if weights is not None:
        chunk = chunk * weights[:, None].to(dtype)
    if flattening:
        chunk = flattening.apply(chunk)
    width = chunk.shape[1]
    product = torch.zeros(width, width, dtype=dtype)
    columns = -(-width // BLOCKS)
    for first in range(0, width, columns):
        last = min(first + columns, width)
        torch.mm(chunk[:, first:last].T, chunk[:, first:], out=product[first:last, first:])
    return product


@contextmanager
def threads() -> Iterator[ThreadPoolExecutor]:
    """As many threads as torch uses; meanwhile torch splits no operation of theirs or of this thread.

    Inside another such block they are that one's: MKL sets memory up for each new thread, which takes as long as a
    shard's products.
    """
    if outer := _threads.get():
        yield outer
        return
    count = torch.get_num_threads()
    with unsplit(), ThreadPoolExecutor(count, initializer=torch.set_num_threads, initargs=(1,)) as pool:
        token = _threads.set(pool)
        try:
            yield pool
        finally:
            _threads.reset(token)
            pool.shutdown(cancel_futures=True)  # whoever leaves early, by Ctrl-C too, waits for no more than one chunk


@contextmanager
def unsplit() -> Iterator[None]:
    """Let torch split no operation over threads: a d×d eigenproblem has thousands of steps to wait for one another.

    Each thread has a count of its own, and a new one takes up what was set last, by any thread: one that starts
    meanwhile finds 1. So whoever leaves last restores what the first one found.
    """
    count, (lock, found) = torch.get_num_threads(), _unsplit
    with lock:
        found.append(found[0] if found else count)
    try:
        torch.set_num_threads(1)
        yield
    finally:
        with lock:
            first = found.pop()
            torch.set_num_threads(count if found else first)


def refuse_non_finite(piece: Tensor, start: int = 0) -> None:
    """Refuse rows (C, d) from row `start` of the table on that aren't all numbers.

    Raises:
        VectorsError: naming the first row that holds NaN or an infinite number.
    """
    bad = (~piece.isfinite()).any(1).nonzero()
    if len(bad):
        row = start + int(bad[0])
        raise VectorsError(
            f"Row {row:,} of the table, counted from 0, holds NaN or an infinite number: mend or drop it."
        )


def _is_resolved(gram: Tensor) -> bool:
    values = torch.linalg.eigvalsh(gram, UPLO="U")
    return float(values[0]) > RESOLVED * float(values[-1])
