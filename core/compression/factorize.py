"""The best factors of a table in a metric, exactly, through one d×d eigenproblem.

Minimising ‖D (W − A B) M^½‖_F over A (V, r) and B (r, d) is a truncated SVD of D W R ≈ U Σ Vᵀ, where R Rᵀ = M. Its V
and Σ² are the eigenvectors and eigenvalues of the Gram matrix (D W R)ᵀ(D W R), which is only d×d, and the large factor
needs neither U nor D⁻¹: A = D⁻¹ U Σ = W R V, B = Vᵀ R⁻¹. So the table is read twice, in chunks, however many rows it
has.

Shapes: `V` rows, `d` width, `r` rank. Source: Eckart, Young, *Psychometrika* 1(3), 1936, in a weighted norm.
"""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from core.compression.metrics import Metric

CHUNK_ROWS = 65_536
EIGENVALUE_FLOOR = 1e-6  # of the largest, so that R can be inverted


@dataclass(frozen=True)
class Factors:
    """A (V, r) and B (r, d), float32, with equal mean square."""

    left: Tensor
    right: Tensor


@dataclass(frozen=True)
class Decomposition:
    """A table taken apart in a metric; serves every rank.

    Attributes:
        table: W (V, d).
        energies: (d,) float64, the squared singular values of D W R, largest first.
        directions: R V (d, d) float64: A's columns are W times these.
        inverse: Vᵀ R⁻¹ (d, d) float64: B's rows.
    """

    table: Tensor
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

    def factors(self, rank: int) -> Factors:
        """The best A and B of the given rank, rescaled so that both have the same mean square.

        Re-training needs that balance: with one factor much larger, a step that suits one is wrong for the other.
        """
        basis = self.directions[:, :rank]  # (d, r)
        left = torch.cat([(chunk.double() @ basis).float() for chunk in self.table.split(CHUNK_ROWS)])  # (V, r)
        right = self.inverse[:rank].float()  # (r, d)
        squares = left.square().mean(dtype=torch.float64), right.square().mean(dtype=torch.float64)
        scale = float((squares[1] / squares[0]) ** 0.25) if min(squares) > 0 else 1.0
        return Factors(left * scale, right / scale)


def decompose(table: Tensor, metric: Metric) -> Decomposition:
    """Take `table` W (V, d) apart in `metric`, with one pass over it, accumulating in float64."""
    root, inverse_root = _roots(metric.directions)
    gram = weighted_gram(table, metric.row_weights)
    energies, vectors = torch.linalg.eigh(root.T @ gram @ root)
    energies, vectors = energies.flip(0).clamp_min(0), vectors.flip(1)
    # eigh leaves each vector's sign open; fix it, so that equal tables give equal factors.
    largest = vectors.abs().argmax(0)
    vectors = vectors * vectors[largest, torch.arange(len(largest))].sign()
    return Decomposition(table, energies, root @ vectors, vectors.T @ inverse_root)


def weighted_gram(table: Tensor, row_weights: Tensor) -> Tensor:
    """Wᵀ D² W (d, d) in float64, a chunk of rows at a time."""
    gram = torch.zeros(table.shape[1], table.shape[1], dtype=torch.float64)
    for rows, weights in zip(table.split(CHUNK_ROWS), row_weights.split(CHUNK_ROWS), strict=True):
        weighted = rows.double() * weights[:, None]
        gram.addmm_(weighted.T, weighted)
    return gram


def _roots(directions: Tensor) -> tuple[Tensor, Tensor]:
    """R and R⁻¹ with R Rᵀ = M, M's eigenvalues floored so that it can be inverted."""
    values, vectors = torch.linalg.eigh(directions)
    largest = float(values[-1])
    values = values.clamp_min(EIGENVALUE_FLOOR * largest) if largest > 0 else torch.ones_like(values)
    return vectors * values.sqrt(), (vectors / values.sqrt()).T
