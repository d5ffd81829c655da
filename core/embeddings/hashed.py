"""Each token's row is the sum of two rows that it shares with others (quotient–remainder trick).

Shi, Mudigere, Naumov, Yang, *Compositional Embeddings Using Complementary Partitions for Memory-Efficient
Recommendation Systems*, KDD 2020, with addition for composition.
"""

from typing import Any, Self

import torch
from torch import Tensor, nn

from core.embeddings.base import EMBEDDINGS, FLOAT_BYTES, Embedding, TableSpec
from core.embeddings.dense import look_up


def hashed_rows(buckets: int, *, rows: int) -> int:
    """The rows of both tables together, m + ⌈V/m⌉."""
    return buckets + -(-rows // buckets)


@EMBEDDINGS.register("hashed", title="Hashed", help="Each row is the sum of two shared ones.")
class HashedEmbedding(Embedding):
    """Row x is remainder[x mod m] + quotient[x div m]: no two tokens share both, and both tables train."""

    def __init__(self, remainder: Tensor, quotient: Tensor, *, rows: int) -> None:
        """Hold copies of the tables `remainder` (m, d) and `quotient` (⌈V/m⌉, d), for `rows` V tokens.

        Raises:
            ValueError: when the tables don't give a pair to each of so many tokens.
        """
        super().__init__()
        if len(remainder) + len(quotient) != hashed_rows(len(remainder), rows=rows):
            raise ValueError(f"{len(remainder)} and {len(quotient)} rows don't compose {rows}.")
        self.num_embeddings, self.embedding_dim = rows, remainder.shape[1]
        self.remainder = nn.Parameter(remainder.detach().clone().float())
        self.quotient = nn.Parameter(quotient.detach().clone().float())

    def forward(self, ids: Tensor, offsets: Tensor | None = None) -> Tensor:
        """See `Embedding.forward`."""
        buckets = len(self.remainder)
        return look_up(self.remainder, ids % buckets, offsets) + look_up(self.quotient, ids // buckets, offsets)

    def table(self) -> Tensor:
        """See `Embedding.table`."""
        return (self.quotient[:, None] + self.remainder).flatten(0, 1)[: self.num_embeddings]  # (⌈V/m⌉·m, d)[:V]

    def macs(self, tokens: int, *, pooled: bool = False) -> int:
        """Zero: stored rows are added."""
        del tokens, pooled
        return 0

    def formula_bytes(self) -> int:
        """4·(m + ⌈V/m⌉)·d."""
        return FLOAT_BYTES * hashed_rows(len(self.remainder), rows=self.num_embeddings) * self.embedding_dim

    def spec(self) -> dict[str, Any]:
        """See `Embedding.spec`."""
        return {"rows": self.num_embeddings, "width": self.embedding_dim, "buckets": len(self.remainder)}

    @classmethod
    def from_spec(cls, spec: TableSpec) -> Self:
        """See `Embedding.from_spec`."""
        rows, width, buckets = (spec[name] for name in ("rows", "width", "buckets"))
        quotient = torch.empty(hashed_rows(buckets, rows=rows) - buckets, width)
        return cls(torch.empty(buckets, width), quotient, rows=rows)
