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
    def forward(self, ids: Tensor, offsets: Tensor | None = None) -> Tensor:
        """The rows of tokens `ids` (N,), as (N, d); with `offsets` (B + 1,), the mean row of each text, as (B, d)."""

    @abstractmethod
    def table(self) -> Tensor:
        """The whole table written out, (V, d)."""

    def row_parameters(self) -> tuple[nn.Parameter, ...]:
        """The parameters (V, …) of which a lookup of token x reads row x; all that is indexed by tokens, or nothing."""
        return ()

    @abstractmethod
    def macs(self, rows: int) -> int:
        """Multiply–accumulates of giving out `rows` rows. Reading and averaging stored numbers counts as none."""
