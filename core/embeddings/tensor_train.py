"""A table as a chain of three small tensors (tensor-train, or matrix product, format).

Yin, Acun, Liu, Wu, *TT-Rec: Tensor Train Compression for Deep Learning Recommendation Models*, MLSys 2021.
With V ≤ v₁v₂v₃, d = d₁d₂d₃, a token x = (i₁, i₂, i₃) and a column (j₁, j₂, j₃):
W[x, j] = G₁[i₁, j₁, :] G₂[i₂, :, j₂, :] G₃[i₃, :, j₃].

Shapes, besides those of `core.embeddings.base`: `U` different tokens of a batch, `R`, `S` the two ranks.
"""

from dataclasses import dataclass
from typing import Any, Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.embeddings.base import EMBEDDINGS, FLOAT_BYTES, Embedding, TableSpec
from core.embeddings.dense import look_up


@dataclass(frozen=True)
class TrainShape:
    """How rows and columns are cut: `rows` (v₁, v₂, v₃), `columns` (d₁, d₂, d₃), `ranks` (R, S)."""

    rows: tuple[int, int, int]
    columns: tuple[int, int, int]
    ranks: tuple[int, int]

    def numbers(self) -> int:
        """v₁d₁R + v₂R·d₂S + v₃S·d₃, what the three tensors hold."""
        (v1, v2, v3), (d1, d2, d3), (r, s) = self.rows, self.columns, self.ranks
        return v1 * d1 * r + v2 * r * d2 * s + v3 * s * d3


@EMBEDDINGS.register("tensor-train", title="Tensor train", help="A chain of three small tensors.")
class TensorTrainEmbedding(Embedding):
    """Three tensors, all of which train; a look-up contracts only what belongs to its tokens, each token once."""

    def __init__(self, cores: tuple[Tensor, Tensor, Tensor], *, rows: int) -> None:
        """Hold copies of `cores` (v₁, d₁, R), (v₂, R, d₂, S) and (v₃, S, d₃), for `rows` V tokens."""
        super().__init__()
        (v1, d1, r), (v2, _, d2, s), (v3, _, d3) = (core.shape for core in cores)
        self.shape = TrainShape((v1, v2, v3), (d1, d2, d3), (r, s))
        self.num_embeddings, self.embedding_dim = rows, d1 * d2 * d3
        copies = (core.detach().float().clone(memory_format=torch.contiguous_format) for core in cores)
        self.first, self.second, self.third = (nn.Parameter(core) for core in copies)

    def forward(self, ids: Tensor, offsets: Tensor | None = None) -> Tensor:
        """See `Embedding.forward`."""
        if torch.compiler.is_compiling():  # a graph can't know how many tokens differ
            tokens, position = ids, torch.arange(ids.shape[0], device=ids.device)
        else:
            tokens, position = ids.unique(return_inverse=True)  # (U,), (N,)
        (_, v2, v3), (d1, d2, _) = self.shape.rows, self.shape.columns
        first = _slices(self.first, tokens // (v2 * v3))  # (U, d₁, R)
        second = _slices(self.second, tokens // v3 % v2)  # (U, R, d₂, S)
        third = _slices(self.third, tokens % v3)  # (U, S, d₃)
        chain = (first @ second.flatten(2)).reshape(tokens.shape[0], d1 * d2, third.shape[1])  # (U, d₁d₂, S)
        return look_up((chain @ third).flatten(1), position, offsets)

    def table(self) -> Tensor:
        """See `Embedding.table`."""
        whole: Tensor = torch.einsum("adr,bres,csf->abcdef", self.first, self.second, self.third)
        return whole.reshape(-1, self.embedding_dim)[: self.num_embeddings]

    def macs(self, tokens: int, *, pooled: bool = False) -> int:
        """d₁R·d₂S + d₁d₂S·d₃ for every token's row, which is computed before any mean is taken."""
        del pooled
        (d1, d2, d3), (r, s) = self.shape.columns, self.shape.ranks
        return tokens * (d1 * r * d2 * s + d1 * d2 * s * d3)

    def formula_bytes(self) -> int:
        """Four times `TrainShape.numbers`."""
        return FLOAT_BYTES * self.shape.numbers()

    def spec(self) -> dict[str, Any]:
        """See `Embedding.spec`."""
        return {
            "rows": self.num_embeddings,
            "width": self.embedding_dim,
            "cut_rows": list(self.shape.rows),
            "cut_columns": list(self.shape.columns),
            "ranks": list(self.shape.ranks),
        }

    @classmethod
    def from_spec(cls, spec: TableSpec) -> Self:
        """See `Embedding.from_spec`."""
        (v1, v2, v3), (d1, d2, d3), (r, s) = spec["cut_rows"], spec["cut_columns"], spec["ranks"]
        cores = torch.empty(v1, d1, r), torch.empty(v2, r, d2, s), torch.empty(v3, s, d3)
        return cls(cores, rows=spec["rows"])


def _slices(core: Tensor, index: Tensor) -> Tensor:
    """`core[index]`, with the gradient of an embedding, which is the faster."""
    chosen: Tensor = F.embedding(index, core.flatten(1)).unflatten(1, core.shape[1:])
    return chosen
