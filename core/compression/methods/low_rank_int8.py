"""Low rank, and the factors in 8 bits: the sizes multiply.

On top of the error of the factors themselves, each entry of the product is off by at most
½(step_A·|B̂| + |A|·step_B), summed over the rank: see `core.embeddings.fixed_point`.
"""

from typing import ClassVar

from core.compression.methods import METHODS
from core.compression.methods.low_rank import LowRank, LowRankParameters
from core.compression.metrics import TableSource
from core.compression.size import dense_bytes, largest
from core.embeddings import QuantizedLowRankEmbedding
from core.embeddings.fixed_point import packed_bytes
from core.embeddings.quantized_low_rank import quantized_bytes


class QuantizedLowRank(LowRank):
    """Factorise the trained table; the factors train on as they will be stored."""

    bits: ClassVar[int]
    default_compression = 0.97
    retrains = "Both factors train, rounded as they will be stored."

    def compress(self, source: TableSource) -> QuantizedLowRankEmbedding:
        """See `Factorization.compress`."""
        factors = super().compress(source)
        return QuantizedLowRankEmbedding(factors.left, factors.right, bits=self.bits)

    def rank_for(self, compression: float, *, rows: int, width: int) -> int:
        """See `RankMethod.rank_for`; counts the bits.

        Raises:
            ConfigError: when rank 1 doesn't save so much.
        """
        ranks = range(1, min(rows, width) + 1)

        def bytes_at(rank: int) -> int:
            return quantized_bytes(rank, rows=rows, width=width, bits=self.bits)

        return largest(ranks, bytes_at, compression=compression, rows=rows, width=width)

    def saved_at(self, rank: int, *, rows: int, width: int) -> float:
        """See `Method.saved_at`."""
        stored = quantized_bytes(rank, rows=rows, width=width, bits=self.bits)
        return 1 - stored / dense_bytes(rows=rows, width=width)

    def folded_bytes_at(self, rank: int, *, rows: int) -> int:
        """See `Method.folded_bytes_at`."""
        return packed_bytes(rows, rank, bits=self.bits, per="column")

    def decoding_macs_at(self, rank: int) -> int:
        """See `Method.decoding_macs_at`: one for each number."""
        return rank


@METHODS.register(
    "low-rank-int8",
    title="Low rank in 8 bits",
    help="Two thin factors, each number of them in one byte: a quarter of the size at the same rank.",
    example=LowRankParameters(rank=2),
)
class LowRankInt8(QuantizedLowRank):
    """A in 8 bits a number, B in 8."""

    bits = 8
