"""Low-rank factorisation of the table in a metric.

With the metric `plain`, this is the method of Acharya et al., *Online Embedding Compression for Text Classification
using Low Rank Matrix Factorization*, AAAI 2019.
"""

import dataclasses
from dataclasses import dataclass
from typing import Self

from core.compression.factorize import decompose
from core.compression.methods import METHODS, Method
from core.compression.metrics import METRICS, Source
from core.compression.rank import check_rank, rank_for
from core.embeddings import LowRankEmbedding
from core.errors import ConfigError
from core.parameters import Parameters, parameter

DEFAULT_COMPRESSION = 0.9


@dataclass(frozen=True)
class RankParameters(Parameters):
    """How far to go: at most one of `rank`, `compression` and `energy`; none of them means 90 % smaller."""

    rank: int | None = parameter(None, minimum=1, maximum=1_000_000, help="Width of the narrow table.")
    compression: float | None = parameter(
        None,
        minimum=0,
        maximum=1,
        exclusive=True,
        unset="0.9, if none is set",
        help="Share of the embedding table to save, such as 0.9.",
    )
    energy: float | None = parameter(
        None, minimum=0, maximum=1, exclusive=True, help="Share of the squared singular values to keep, in the metric."
    )

    def __post_init__(self) -> None:
        """Check the fields, and that they don't ask for two things at once."""
        super().__post_init__()
        given = [name for name in ("rank", "compression", "energy") if getattr(self, name) is not None]
        if len(given) > 1:
            raise ConfigError(given[1], getattr(self, given[1]), f"{given[0]} is given already, and one is enough")

    def fixed_rank(self, *, rows: int, width: int) -> int | None:
        """The rank for a table of `rows` × `width`; None where the energy decides."""
        if self.rank is not None or self.energy is not None:
            return self.rank
        return rank_for(self.compression or DEFAULT_COMPRESSION, rows=rows, width=width)


@dataclass(frozen=True)
class LowRankParameters(RankParameters):
    """How far to go, and whose error to minimise."""

    metric: str = parameter("task", choices=METRICS.names, help="Whose error is kept small.")
    frequency_exponent: float | None = parameter(
        None,
        minimum=0,
        maximum=1,
        advanced=True,
        help="α in (count + 0.1)^α, how much a row's frequency counts; empty for the metric's own.",
    )


class Factorization(Method[RankParameters]):
    """What every method that factorises shares: rank, its check, and the factors themselves."""

    metric_name = "plain"
    frequency_exponent: float | None = None

    def compress(self, source: Source) -> LowRankEmbedding:
        """The best A B of the asked rank in the metric; see `core.compression.factorize`."""
        rows, width = source.table.shape
        self.check(rows=rows, width=width)
        decomposition = decompose(source.table, METRICS.get(self.metric_name).build(source, self.frequency_exponent))
        rank = self.parameters.fixed_rank(rows=rows, width=width)
        if rank is None:
            rank = decomposition.rank_for_energy(self.parameters.energy or 1.0)
        factors = decomposition.factors(rank)
        return LowRankEmbedding(factors.left, factors.right)

    def check(self, *, rows: int, width: int) -> list[str]:
        """See `Method.check`: the rank is at most min(V, d); above break-even the table grows."""
        rank = self.parameters.fixed_rank(rows=rows, width=width)
        return [] if rank is None else check_rank(rank, rows=rows, width=width)

    def at_rank(self, rank: int) -> Self:
        """See `Method.at_rank`."""
        return type(self)(dataclasses.replace(self.parameters, rank=rank, compression=None, energy=None))


@METHODS.register(
    "low-rank",
    title="Low rank, compressed online",
    help="Two thin factors instead of the trained table, best in a metric that knows the task; then re-trained.",
    example=LowRankParameters(rank=2),
)
class LowRank(Factorization):
    """Factorise the trained table."""

    def __init__(self, parameters: LowRankParameters) -> None:
        """Compress in the metric that `parameters` name."""
        super().__init__(parameters)
        self.metric_name = parameters.metric
        self.frequency_exponent = parameters.frequency_exponent
