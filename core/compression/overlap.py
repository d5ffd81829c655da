"""Eigenspace overlap: how much of the space that a table spans a compressed table still spans.

E = ‖U_Wᵀ U_Ŵ‖²_F / max(d, k), U_W (V, d) and U_Ŵ (V, k) orthonormal bases of the columns of W and Ŵ, is 1 for a table
and itself, and 0 for tables without a common direction. May et al., *On the Downstream Performance of Compressed Word
Embeddings*, NeurIPS 2019, found that it predicts accuracy on tasks well; it asks nothing of the task.

With W = U Σ Vᵀ, U = W V Σ⁻¹: so U_Wᵀ U_Ŵ = Σ⁻¹ Vᵀ (Wᵀ Ŵ) V̂ Σ̂⁻¹ takes three d×d products, and nothing of V×V appears.
Shapes: `V` vocabulary, `d` width, `k` rank of the compressed table.
"""

import torch
from torch import Tensor

RELATIVE_FLOOR = 1e-11  # of a Gram matrix's eigenvalues: float32 tables have no directions below it, only rounding
CHUNK_ROWS = 65_536


def eigenspace_overlap(table: Tensor, compressed: Tensor, *, whiten: Tensor | None = None) -> float:
    """E of `table` W (V, d) and `compressed` Ŵ (V, d), from 0 to 1.

    Args:
        table: W.
        compressed: Ŵ.
        whiten: `whitening(table)`, where one table is compared with many.

    Raises:
        ValueError: when they haven't as many rows, or one is zero.
    """
    if len(table) != len(compressed):
        raise ValueError(f"The tables have {len(table)} and {len(compressed)} rows.")
    whiten, other = whitening(table) if whiten is None else whiten, whitening(compressed)
    shared = whiten.T @ _product(table, compressed) @ other  # U_Wᵀ U_Ŵ (d, k)
    return float(shared.square().sum()) / max(shared.shape)


def whitening(table: Tensor) -> Tensor:
    """V Σ⁻¹ (d, k) for a `table` with the Gram matrix V Σ² Vᵀ, directions of no energy left out.

    Raises:
        ValueError: when it is zero.
    """
    energies, vectors = torch.linalg.eigh(_product(table, table))
    kept = energies > RELATIVE_FLOOR * energies[-1]
    if not bool(kept.any()):
        raise ValueError("A table of zeros spans nothing.")
    whiten: Tensor = vectors[:, kept] / energies[kept].sqrt()
    return whiten


def _product(left: Tensor, right: Tensor) -> Tensor:
    """leftᵀ · right (d, d) in float64, a chunk of rows at a time."""
    total = torch.zeros(left.shape[1], right.shape[1], dtype=torch.float64)
    for one, two in zip(left.split(CHUNK_ROWS), right.split(CHUNK_ROWS), strict=True):
        total += one.double().T @ two.double()
    return total
