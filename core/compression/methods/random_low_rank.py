"""The control for factorisation: two factors of the same size, from scratch.

What it lacks against `low-rank` is what the decomposition is worth. Entries of A and B are normal with variance
(σ²/r)^½, so that an entry of A B has the table's mean square σ² in expectation.
"""

import torch

from core.compression.methods import METHODS
from core.compression.methods.low_rank import RankMethod, RankParameters
from core.compression.metrics import TableSource
from core.embeddings import LowRankEmbedding


@METHODS.register(
    "random-low-rank",
    title="Low rank, from scratch",
    help="The control: two random factors, so everything the table knew is lost and must be learnt in re-training.",
    example=RankParameters(rank=2),
)
class RandomLowRank(RankMethod[RankParameters]):
    """Forget the table but for its scale."""

    retrains = "Both factors train, from scratch."

    def compress(self, source: TableSource) -> LowRankEmbedding:
        """Normal factors, drawn from the source's seed."""
        rows, width = source.table.shape
        self.check(rows=rows, width=width)
        rank = self.fixed_rank(rows=rows, width=width) or 1
        mean_square = float(source.table.square().mean(dtype=torch.float64))
        deviation = (mean_square / rank) ** 0.25
        generator = torch.Generator().manual_seed(source.seed)
        left, right = (torch.randn(shape, generator=generator) for shape in ((rows, rank), (rank, width)))
        return LowRankEmbedding(left * deviation, right * deviation)
