"""The embedding slot's contract.

Shapes: `V` vocabulary, `d` width, `N` tokens of a batch laid end to end, `B` texts.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Self

from torch import Tensor, nn

from core.registry import Registry

FLOAT_BYTES = 4

TableSpec = Mapping[str, Any]


class Embedding(nn.Module, ABC):
    """A table of V rows of width d, stored in whatever way.

    Attributes:
        rank: width of the narrow table, where the table is a product of two factors.
    """

    num_embeddings: int
    embedding_dim: int
    rank: int | None = None

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
    def macs(self, tokens: int, *, pooled: bool = False) -> int:
        """Multiply–accumulates of giving out the rows of a text of `tokens` tokens, or, `pooled`, their mean.

        Reading, adding and averaging stored numbers counts as none.
        """

    @abstractmethod
    def formula_bytes(self) -> int:
        """Bytes of what `packed` stores, in closed form."""

    def numbers(self) -> int:
        """How many numbers are held, however few bits each has."""
        return sum(value.numel() for value in self.state_dict().values())

    @abstractmethod
    def spec(self) -> dict[str, Any]:
        """What it takes to make this table again, beside the numbers of `state_dict`; in JSON's types."""

    @classmethod
    @abstractmethod
    def from_spec(cls, spec: TableSpec) -> Self:
        """A table of the shapes that `spec` describes; its numbers are still to be loaded."""

    def packed(self) -> "Embedding":
        """What is stored once training is over; gives out the same rows, to the last bit."""
        return self

    def folded(self) -> "tuple[Embedding, Tensor] | None":
        """A narrow table (V, r) and the matrix (r, d) behind it, whose product this table is; None where it is none."""
        return None


# What they are called where a saved model is described.
EMBEDDINGS: Registry[type[Embedding]] = Registry("embedding", "core.embeddings")
