"""Compression methods. One file a method."""

from abc import ABC, abstractmethod
from typing import ClassVar, Generic, Self, TypeVar

from core.compression.metrics import TableSource
from core.compression.rank import compression_of
from core.compression.size import folded_bytes
from core.embeddings import Embedding
from core.parameters import Parameters
from core.registry import Registry

P = TypeVar("P", bound=Parameters)


class Method(ABC, Generic[P]):
    """A way to make an embedding table smaller.

    Attributes:
        before_training: whether the pre-trained vectors are compressed before the model is trained on them ("offline"),
            instead of the trained table.
        compresses: whether the table gets smaller; a control's may not.
        metric_name: the metric in which it factorises the table; None where it does something else.
        frequency_exponent: α of that metric's D; None for the metric's own.
        retrains: which parts train after compression, as a short sentence.
    """

    before_training: ClassVar[bool] = False
    compresses: ClassVar[bool] = True
    metric_name: str | None = None
    frequency_exponent: float | None = None
    retrains: ClassVar[str]

    def __init__(self, parameters: P) -> None:
        """Compress as `parameters` say."""
        self.parameters = parameters

    @abstractmethod
    def compress(self, source: TableSource) -> Embedding:
        """A smaller drop-in for the table of `source`.

        Raises:
            ConfigError: when the parameters don't fit the table.
        """

    def check(self, *, rows: int, width: int) -> list[str]:
        """Refuse parameters that can't work on a table of `rows` × `width`, before anything is trained.

        Returns:
            Sentences that warn of what works but may not be meant.

        Raises:
            ConfigError: when the parameters don't fit such a table.
        """
        del rows, width
        return []

    def fixed_rank(self, *, rows: int, width: int) -> int | None:
        """The rank for a table of `rows` × `width`; None where there is none, or where only the table decides it."""
        del rows, width
        return None

    def saved_at(self, rank: int, *, rows: int, width: int) -> float:
        """The share of the table that `rank` saves; negative where the table grows."""
        return compression_of(rank, rows=rows, width=width)

    def folded_bytes_at(self, rank: int, *, rows: int) -> int:
        """What the narrow table takes at `rank`, once the second factor is folded away."""
        return folded_bytes(rank, rows=rows)

    def decoding_macs_at(self, rank: int) -> int:
        """Multiply–accumulates of decoding one token's row of the narrow table; a table of floats is only read."""
        del rank
        return 0

    def at_rank(self, rank: int) -> Self:
        """The same method at another rank; methods without one stay as they are."""
        del rank
        return self


METHODS: Registry[type[Method]] = Registry("method", __name__)  # type: ignore[type-arg]

__all__ = ["METHODS", "Method"]
