"""Rows of their own for some tokens, one row for all the others."""

from typing import Any, Self

import torch
from torch import Tensor, nn

from core.embeddings.base import EMBEDDINGS, FLOAT_BYTES, Embedding, TableSpec
from core.embeddings.dense import look_up

INDEX_BYTES = 4


def pruned_bytes(keep: int, *, width: int) -> int:
    """4·(k + 1)·d for the rows, 4·k for the tokens they belong to."""
    return FLOAT_BYTES * (keep + 1) * width + INDEX_BYTES * keep


@EMBEDDINGS.register("pruned", title="Pruned", help="Rows of their own for some tokens, one row for all the others.")
class PrunedEmbedding(Embedding):
    """Row 0 is shared, row i + 1 belongs to token `kept[i]`. All rows train.

    The kept tokens are sorted, and a look-up finds its token among them by bisection: nothing of size V is held.
    """

    kept: Tensor

    def __init__(self, kept: Tensor, rows: Tensor, *, num_embeddings: int) -> None:
        """Hold copies of the sorted token ids `kept` (k,) and of `rows` (k + 1, d), the shared one first."""
        super().__init__()
        self.num_embeddings, self.embedding_dim = num_embeddings, rows.shape[1]
        self.register_buffer("kept", kept.to(torch.int32, copy=True))
        self.rows = nn.Parameter(rows.detach().clone().float())

    def forward(self, ids: Tensor, offsets: Tensor | None = None) -> Tensor:
        """See `Embedding.forward`."""
        tokens = ids.to(torch.int32)
        found = torch.searchsorted(self.kept, tokens).clamp_max(len(self.kept) - 1)  # (N,)
        return look_up(self.rows, torch.where(self.kept[found] == tokens, found + 1, 0), offsets)

    def table(self) -> Tensor:
        """See `Embedding.table`."""
        return self(torch.arange(self.num_embeddings, device=self.kept.device))  # type: ignore[no-any-return]

    def macs(self, tokens: int, *, pooled: bool = False) -> int:
        """Zero: rows are read."""
        del tokens, pooled
        return 0

    def formula_bytes(self) -> int:
        """See `pruned_bytes`."""
        return pruned_bytes(len(self.kept), width=self.embedding_dim)

    def spec(self) -> dict[str, Any]:
        """See `Embedding.spec`."""
        return {"rows": self.num_embeddings, "width": self.embedding_dim, "keep": len(self.kept)}

    @classmethod
    def from_spec(cls, spec: TableSpec) -> Self:
        """See `Embedding.from_spec`."""
        kept = torch.empty(spec["keep"], dtype=torch.int32)
        return cls(kept, torch.empty(spec["keep"] + 1, spec["width"]), num_embeddings=spec["rows"])
