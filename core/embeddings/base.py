"""The embedding slot's contract.

Shapes: `V` vocabulary, `d` width, `N` tokens of a batch laid end to end, `B` texts.
"""

from abc import ABC, abstractmethod

from torch import Tensor, nn


class Embedding(nn.Module, ABC):
    """A table of V rows of width d, stored in whatever way."""

    num_embeddings: int
    embedding_dim: int

    @abstractmethod
    def forward(self, ids: Tensor) -> Tensor:
        """The rows of tokens `ids` (N,), as (N, d)."""

    @abstractmethod
    def pool(self, ids: Tensor, offsets: Tensor) -> Tensor:
        """The mean row of each text, (B, d), for `ids` (N,) cut at `offsets` (B + 1,)."""

    @abstractmethod
    def table(self) -> Tensor:
        """The whole table written out, (V, d)."""

    @abstractmethod
    def lookup_macs(self, tokens: int) -> int:
        """Multiply–accumulates of `forward` for a text of `tokens` tokens. A lookup itself costs none."""

    @abstractmethod
    def pool_macs(self, tokens: int) -> int:
        """Multiply–accumulates of `pool` for a text of `tokens` tokens. Adding rows up is not counted."""
