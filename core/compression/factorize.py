"""The best factors of a table in a metric, through one d×d eigenproblem, for tables in memory and in files alike.

Minimising ‖D (W − A B) M^½‖_F over A (V, r) and B (r, d) is a truncated SVD of D W R ≈ U Σ Vᵀ, where R Rᵀ = M. Its V
and Σ² are the eigenvectors and eigenvalues of the Gram matrix (D W R)ᵀ(D W R), which is only d×d, and the large factor
needs neither U nor D⁻¹: A = D⁻¹ U Σ = W R V, B = Vᵀ R⁻¹. So the table is read twice, in chunks, however many rows it
has; `core.compression.gram` is the first reading.

Shapes: `V` rows, `d` width, `r` rank. Source: Eckart, Young, *Psychometrika* 1(3), 1936, in a weighted norm.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import starmap
from math import inf, isfinite

import torch
from torch import Tensor

from core.compression.gram import InMemory, Rows, Spread, chunk_rows, narrow_product, threads, unsplit, weighted_gram
from core.compression.metrics import METRICS, Metric, TableSource
from core.errors import VectorsError

EIGENVALUE_FLOOR = 1e-6  # of the largest, so that R can be inverted
SMALL_SQUARE = 1e-24  # of a sum or mean of squares: below, float32 may have lost some of them


@dataclass(frozen=True)
class Factors:
    """A (V, r) and B (r, d), float32, with equal mean square."""

    left: Tensor
    right: Tensor


@dataclass(frozen=True)
class Decomposition:
    """A table taken apart in a metric; serves every rank.

    Attributes:
        rows: W (V, d).
        energies: (d,) float64, the squared singular values of D W R, largest first.
        directions: R V (d, d) float64: A's columns are W times these.
        inverse: Vᵀ R⁻¹ (d, d) float64: B's rows.
    """

    rows: Rows
    energies: Tensor
    directions: Tensor
    inverse: Tensor

    @cached_property
    def kept(self) -> Tensor:
        """(d,) the share of energy, Σ_{i≤r} σᵢ² / Σ σᵢ², that each rank r = 1 … d keeps."""
        cumulative = self.energies.cumsum(0)
        return cumulative / cumulative[-1].clamp_min(torch.finfo(torch.float64).tiny)

    def rank_for_energy(self, share: float) -> int:
        """The smallest rank that keeps at least `share` of the energy."""
        return min(int((self.kept < share).sum()) + 1, len(self.energies))

    def relative_error(self, rank: int) -> float:
        """‖D (W − A B) M^½‖_F / ‖D W M^½‖_F = ‖σ_{>r}‖₂ / ‖σ‖₂ at the given rank."""
        tail, total = float(self.energies[rank:].sum()), float(self.energies.sum())
        return (tail / total) ** 0.5 if total > 0 else 0.0

    def factors(self, rank: int) -> Factors:
        """The best A and B of the given rank, in memory, rescaled so that both have the same mean square."""
        parts: list[Tensor] = []
        right, scale = self.write_left(rank, parts.append)
        left = parts[0] if len(parts) == 1 else torch.cat(parts)  # (V, r)
        return Factors(left.mul_(scale), right)

    def write_left(
        self, rank: int, write: Callable[[Tensor], object], spread: Spread = starmap
    ) -> tuple[Tensor, float]:
        """Give A = W R V_r to `write`, chunk by chunk (C, r), float32 and not yet scaled.

        It is computed where `spread` says, with the same bits everywhere.

        Returns:
            B (r, d), scaled, and the number that all of A is still to be multiplied by, so that both have the same
            mean square. Re-training needs that balance: with one factor much larger, a step that suits one is wrong
            for the other. It depends on all of A, so it is known at the end only.

        Raises:
            VectorsError: when A or B holds numbers that float32 can't.
        """
        basis = self.directions[:, :rank].to(self.rows.dtype)  # (d, r)
        square = 0.0
        chunks = ((chunk,) for chunk in self.rows.chunks("Second pass: the factors"))  # (C, d)
        with threads():
            for left in spread(partial(project, basis=basis), chunks):  # (C, r)
                square += _square(left)
                write(left)
        right = self.inverse[:rank].float()  # (r, d)
        mean = float(right.square().mean(dtype=torch.float64))
        if not SMALL_SQUARE < mean < inf:
            mean = _square(right) / right.numel()
        squares = square / (self.rows.shape[0] * rank), mean
        if not all(map(isfinite, squares)):
            raise VectorsError("The table's numbers are too large to be factorised: scale it down first.")
        scale = (squares[1] / squares[0]) ** 0.25 if min(squares) > 0 else 1.0
        return right / scale, scale


def _square(values: Tensor) -> float:
    """‖`values`‖_F² in float32, a twentieth of the time, unless squares may be too large or too small for it."""
    square = float(torch.linalg.vector_norm(values)) ** 2
    return square if SMALL_SQUARE < square < inf else float(torch.linalg.vector_norm(values, dtype=torch.float64)) ** 2


def project(chunk: Tensor, *, basis: Tensor) -> Tensor:
    """Rows of A (C, r) in float32: rows of W, the `chunk` (C, d), times the `basis` (d, r).

    Each thread multiplies few rows by itself, so the bits don't depend on how many threads there are.
    """
    left = torch.empty(len(chunk), basis.shape[1], dtype=basis.dtype)
    pieces = chunk.split(chunk_rows(chunk.shape[1]))
    with threads() as pool:
        written = pool.map(lambda rows, out: out.copy_(narrow_product(rows, basis)), pieces, left.split(len(pieces[0])))
        deque(written, maxlen=0)  # waits for all of them
    return left.float()


def decompose(table: Tensor, metric: Metric) -> Decomposition:
    """Take `table` W (V, d) apart in `metric`."""
    rows = InMemory(table)
    return solve(rows, weighted_gram(rows, metric.row_weights), metric.directions)


def decompose_source(source: TableSource, metric: str, exponent: float | None = None) -> Decomposition:
    """Take the table of `source` apart in the metric of that name, or remember how; see `MetricBuilder`."""
    name = f"decomposition-{metric}" + ("" if exponent is None else f"-{exponent}")
    kept = source.memory.get(name)
    if kept is not None:
        return Decomposition(InMemory(source.table), **kept)
    found = decompose(source.table, METRICS.get(metric).build(source, exponent))
    source.memory[name] = {"energies": found.energies, "directions": found.directions, "inverse": found.inverse}
    return found


def solve(rows: Rows, gram: Tensor, directions: Tensor) -> Decomposition:
    """Take `rows` W (V, d) apart, given their `gram` Wᵀ D² W and `directions` M, both (d, d) float64."""
    with unsplit():
        root, inverse_root = _roots(directions)
        energies, vectors = torch.linalg.eigh(root.T @ gram @ root)
    energies, vectors = energies.flip(0).clamp_min(0), vectors.flip(1)
    # eigh leaves each vector's sign open; fix it, so that equal tables give equal factors.
    largest = vectors.abs().argmax(0)
    vectors = vectors * vectors[largest, torch.arange(len(largest))].sign()
    return Decomposition(rows, energies, root @ vectors, vectors.T @ inverse_root)


def _roots(directions: Tensor) -> tuple[Tensor, Tensor]:
    """R and R⁻¹ with R Rᵀ = M, M's eigenvalues floored so that it can be inverted."""
    values, vectors = torch.linalg.eigh(directions)
    largest = float(values[-1])
    values = values.clamp_min(EIGENVALUE_FLOOR * largest) if largest > 0 else torch.ones_like(values)
    return vectors * values.sqrt(), (vectors / values.sqrt()).T
