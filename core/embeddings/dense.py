"""The uncompressed table."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.embeddings.base import Embedding


class DenseEmbedding(Embedding):
    """One trainable row for each token: V·d numbers, no arithmetic to look one up."""

    def __init__(self, weight: Tensor) -> None:
        """Hold a copy of the table `weight` (V, d)."""
        super().__init__()
        self.num_embeddings, self.embedding_dim = weight.shape
        self.weight = nn.Parameter(weight.detach().clone().to(torch.float32))

    def forward(self, ids: Tensor) -> Tensor:
        """See `Embedding.forward`."""
        return F.embedding(ids, self.weight)

    def pool(self, ids: Tensor, offsets: Tensor) -> Tensor:
        """See `Embedding.pool`."""
        return F.embedding_bag(ids, self.weight, offsets, mode="mean", include_last_offset=True)

    def table(self) -> Tensor:
        """See `Embedding.table`."""
        return self.weight

    def lookup_macs(self, tokens: int) -> int:  # noqa: ARG002 - the contract's signature
        """Zero: rows are read, not computed."""
        return 0

    def pool_macs(self, tokens: int) -> int:  # noqa: ARG002 - the contract's signature
        """Zero: rows are read and added up."""
        return 0
