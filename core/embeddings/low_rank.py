"""A table as the product of two thin factors, W ≈ A B (Acharya et al., AAAI 2019)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.embeddings.base import Embedding


class LowRankEmbedding(Embedding):
    """A narrow table A ∈ R^{V×r} and a linear map B ∈ R^{r×d} behind it, without bias or activation.

    r(V + d) numbers instead of V·d; both factors train.
    """

    def __init__(self, left: Tensor, right: Tensor) -> None:
        """Hold copies of the factors `left` A (V, r) and `right` B (r, d)."""
        super().__init__()
        if left.shape[1] != right.shape[0]:
            raise ValueError(f"The factors' ranks differ: {left.shape[1]} and {right.shape[0]}.")
        self.num_embeddings, self.rank = left.shape
        self.embedding_dim = right.shape[1]
        self.left = nn.Parameter(left.detach().clone().to(torch.float32))
        self.right = nn.Parameter(right.detach().clone().to(torch.float32))

    def forward(self, ids: Tensor) -> Tensor:
        """See `Embedding.forward`."""
        return F.embedding(ids, self.left) @ self.right  # (N, r) @ (r, d)

    def pool(self, ids: Tensor, offsets: Tensor) -> Tensor:
        """See `Embedding.pool`: the mean is taken at width r, and projected once a text instead of once a token."""
        pooled = F.embedding_bag(ids, self.left, offsets, mode="mean", include_last_offset=True)  # (B, r)
        return pooled @ self.right

    def table(self) -> Tensor:
        """See `Embedding.table`."""
        return self.left @ self.right

    def lookup_macs(self, tokens: int) -> int:
        """T·r·d: every token is projected."""
        return tokens * self.rank * self.embedding_dim

    def pool_macs(self, tokens: int) -> int:  # noqa: ARG002 - the contract's signature
        """r·d, however long the text is."""
        return self.rank * self.embedding_dim
