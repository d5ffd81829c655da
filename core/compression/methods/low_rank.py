"""Low-rank factorisation of the table in a metric.

With the metric `plain`, this is the method of Acharya et al., *Online Embedding Compression for Text Classification
using Low Rank Matrix Factorization*, AAAI 2019. Its error, ‖D (W − A B) M^½‖_F = √Σ_{i>r} σᵢ² over the singular values
of D W M^½, is the least that any A and B of that rank can have.
"""

import dataclasses
from dataclasses import dataclass
from typing import Self, TypeVar

from core.compression.factorize import decompose_source
from core.compression.methods import METHODS, Method
from core.compression.metrics import METRICS, TableSource
from core.compression.rank import check_rank, rank_for
from core.compression.size import DEFAULT_COMPRESSION, HOW_FAR, CompressionParameters
from core.embeddings import LowRankEmbedding
from core.parameters import parameter


@dataclass(frozen=True)
class RankParameters(CompressionParameters):
    """How far to go: a `rank` or a `compression`, not both."""

    rank: int | None = parameter(
        None, minimum=1, maximum=1_000_000, one_of=HOW_FAR, start=10, help="Width of the narrow table."
    )


@dataclass(frozen=True)
class EnergyParameters(RankParameters):
    """How far to go: at most one of `rank`, `compression` and `energy`."""

    energy: float | None = parameter(
        None,
        minimum=0,
        maximum=1,
        exclusive=True,
        one_of=HOW_FAR,
        start=0.9,
        help="Share of the squared singular values to keep, in the metric.",
    )


@dataclass(frozen=True)
class LowRankParameters(EnergyParameters):
    """How far to go, and whose error to minimise."""

    metric: str = parameter("task", choices=METRICS.names, help="Whose error is kept small.")
    frequency_exponent: float | None = parameter(
        None,
        minimum=0,
        maximum=1,
        advanced=True,
        help="α in (count + 0.1)^α, how much a row's frequency counts; empty for the metric's own.",
    )


R = TypeVar("R", bound=RankParameters)


class RankMethod(Method[R]):
    """What every method with a rank shares: where the rank comes from, and its check."""

    retrains = "Both factors train."
    default_compression = DEFAULT_COMPRESSION

    def rank_for(self, compression: float, *, rows: int, width: int) -> int:
        """The largest rank that saves `compression`."""
        return rank_for(compression, rows=rows, width=width)

    def fixed_rank(self, *, rows: int, width: int) -> int | None:
        """See `Method.fixed_rank`; None where the energy decides."""
        if self.parameters.rank is not None or getattr(self.parameters, "energy", None) is not None:
            return self.parameters.rank
        return self.rank_for(self.parameters.compression or self.default_compression, rows=rows, width=width)

    def check(self, *, rows: int, width: int) -> list[str]:
        """See `Method.check`: the rank is at most min(V, d); above break-even the table grows."""
        rank = self.fixed_rank(rows=rows, width=width)
        if rank is None:
            return []
        saved = self.saved_at(rank, rows=rows, width=width)
        asked = None if self.parameters.rank else self.parameters.compression or self.default_compression
        if asked is not None and 0 < saved < asked and f"{saved:.1%}" != f"{asked:.1%}":
            return [f"Rank {rank}, the smallest there is, saves {saved:.1%} of this table, not {asked:.1%}."]
        return check_rank(rank, rows=rows, width=width, saved=saved)

    def at_rank(self, rank: int) -> Self:
        """See `Method.at_rank`."""
        others = {name: None for name in ("compression", "energy") if hasattr(self.parameters, name)}
        return type(self)(dataclasses.replace(self.parameters, rank=rank, **others))


E = TypeVar("E", bound=EnergyParameters)


class Factorization(RankMethod[E]):
    """What every method that factorises a table shares: the factors, the best in a metric."""

    metric_name: str = "plain"

    def compress(self, source: TableSource) -> LowRankEmbedding:
        """The best A B of the asked rank in the metric; see `core.compression.factorize`."""
        rows, width = source.table.shape
        self.check(rows=rows, width=width)
        decomposition = decompose_source(source, self.metric_name, self.frequency_exponent)
        rank = self.fixed_rank(rows=rows, width=width)
        if rank is None:
            rank = decomposition.rank_for_energy(self.parameters.energy or 1.0)
        factors = decomposition.factors(rank)
        return LowRankEmbedding(factors.left, factors.right)


@METHODS.register(
    "low-rank",
    title="Low rank, compressed online",
    help="Two thin factors instead of the trained table, best in a metric that knows the task; then re-trained.",
    example=LowRankParameters(rank=2),
)
class LowRank(Factorization[LowRankParameters]):
    """Factorise the trained table."""

    def __init__(self, parameters: LowRankParameters) -> None:
        """Compress in the metric that `parameters` name."""
        super().__init__(parameters)
        self.metric_name = parameters.metric
        self.frequency_exponent = parameters.frequency_exponent
