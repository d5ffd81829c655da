"""The uncompressed table."""

from typing import Any, Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.embeddings.base import EMBEDDINGS, FLOAT_BYTES, Embedding, TableSpec


@EMBEDDINGS.register("dense", title="Dense", help="A row of floats for each token.")
class DenseEmbedding(Embedding):
    """One trainable row for each token: V·d numbers, no arithmetic to look one up."""

    def __init__(self, weight: Tensor) -> None:
        """Hold a copy of the table `weight` (V, d)."""
        super().__init__()
        self.num_embeddings, self.embedding_dim = weight.shape
        self.weight = nn.Parameter(weight.detach().clone().float())

    def forward(self, ids: Tensor, offsets: Tensor | None = None) -> Tensor:
        """See `Embedding.forward`."""
        return look_up(self.weight, ids, offsets)

    def table(self) -> Tensor:
        """See `Embedding.table`."""
        return self.weight

    def row_parameters(self) -> tuple[nn.Parameter, ...]:
        """See `Embedding.row_parameters`."""
        return (self.weight,)

    def macs(self, tokens: int, *, pooled: bool = False) -> int:
        """Zero: rows are read, not computed."""
        del tokens, pooled
        return 0

    def formula_bytes(self) -> int:
        """4·V·d."""
        return FLOAT_BYTES * self.num_embeddings * self.embedding_dim

    def spec(self) -> dict[str, Any]:
        """See `Embedding.spec`."""
        return {"rows": self.num_embeddings, "width": self.embedding_dim}

    @classmethod
    def from_spec(cls, spec: TableSpec) -> Self:
        """See `Embedding.from_spec`."""
        return cls(torch.empty(spec["rows"], spec["width"]))


def look_up(weight: Tensor, ids: Tensor, offsets: Tensor | None) -> Tensor:
    """The rows `ids` (N,) of `weight` (V, d), or their mean in each text cut at `offsets` (B + 1,)."""
    if offsets is None:
        return F.embedding(ids, weight)
    return F.embedding_bag(ids, weight, offsets, mode="mean", include_last_offset=True)


def pool(rows: Tensor, offsets: Tensor | None) -> Tensor:
    """Computed `rows` (N, d) as they are, or their mean in each text cut at `offsets` (B + 1,)."""
    return rows if offsets is None else look_up(rows, torch.arange(rows.shape[0], device=rows.device), offsets)
