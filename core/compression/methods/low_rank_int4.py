"""Low rank, and the narrow table in 4 bits: two numbers in a byte. Its error is bounded as in `low_rank_int8`."""

from core.compression.methods import METHODS
from core.compression.methods.low_rank import LowRankParameters
from core.compression.methods.low_rank_int8 import QuantizedLowRank


@METHODS.register(
    "low-rank-int4",
    title="Low rank in 4 bits",
    help="Two thin factors, the narrow table in half a byte a number: an eighth of the size at the same rank.",
    example=LowRankParameters(rank=2),
)
class LowRankInt4(QuantizedLowRank):
    """A in 4 bits a number, B in 8."""

    bits = 4
