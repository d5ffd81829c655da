"""A table as the product of two thin factors, W ≈ A B (Acharya et al., AAAI 2019)."""

from typing import Any, Self

import torch
from torch import Tensor, nn

from core.embeddings.base import EMBEDDINGS, FLOAT_BYTES, Embedding, TableSpec
from core.embeddings.dense import DenseEmbedding, look_up


@EMBEDDINGS.register("low-rank", title="Low rank", help="Two thin factors of floats.")
class LowRankEmbedding(Embedding):
    """A narrow table A ∈ R^{V×r} and a linear map B ∈ R^{r×d} behind it, without bias or activation.

    r(V + d) numbers instead of V·d; both factors train.
    """

    rank: int

    def __init__(self, left: Tensor, right: Tensor) -> None:
        """Hold copies of the factors `left` A (V, r) and `right` B (r, d).

        Raises:
            ValueError: when their ranks differ.
        """
        super().__init__()
        if left.shape[1] != right.shape[0]:
            raise ValueError(f"The factors' ranks differ: {left.shape[1]} and {right.shape[0]}.")
        self.num_embeddings, self.rank = left.shape
        self.embedding_dim = right.shape[1]
        self.left = nn.Parameter(left.detach().clone().float())
        self.right = nn.Parameter(right.detach().clone().float())

    def forward(self, ids: Tensor, offsets: Tensor | None = None) -> Tensor:
        """See `Embedding.forward`. A mean is taken at width r, and projected once a text instead of once a token."""
        return look_up(self.left, ids, offsets) @ self.right  # (N or B, r) @ (r, d)

    def table(self) -> Tensor:
        """See `Embedding.table`."""
        return self.left @ self.right

    def row_parameters(self) -> tuple[nn.Parameter, ...]:
        """See `Embedding.row_parameters`: A's rows; B is shared by all tokens."""
        return (self.left,)

    def macs(self, tokens: int, *, pooled: bool = False) -> int:
        """r·d for every row given out; a mean is one row."""
        return (1 if pooled else tokens) * self.rank * self.embedding_dim

    def formula_bytes(self) -> int:
        """4·r(V + d)."""
        return FLOAT_BYTES * self.rank * (self.num_embeddings + self.embedding_dim)

    def spec(self) -> dict[str, Any]:
        """See `Embedding.spec`."""
        return {"rows": self.num_embeddings, "width": self.embedding_dim, "rank": self.rank}

    @classmethod
    def from_spec(cls, spec: TableSpec) -> Self:
        """See `Embedding.from_spec`."""
        return cls(torch.empty(spec["rows"], spec["rank"]), torch.empty(spec["rank"], spec["width"]))

    def folded(self) -> tuple[Embedding, Tensor]:
        """A as a table, and B."""
        return DenseEmbedding(self.left), self.right.detach()
