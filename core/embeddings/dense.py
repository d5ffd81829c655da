"""The uncompressed table."""

import torch.nn.functional as F
from torch import Tensor, nn

from core.embeddings.base import Embedding


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

    def macs(self, rows: int) -> int:
        """Zero: rows are read, not computed."""
        del rows
        return 0


def look_up(weight: Tensor, ids: Tensor, offsets: Tensor | None) -> Tensor:
    """The rows `ids` (N,) of `weight` (V, d), or their mean in each text cut at `offsets` (B + 1,)."""
    if offsets is None:
        return F.embedding(ids, weight)
    return F.embedding_bag(ids, weight, offsets, mode="mean", include_last_offset=True)
