"""Pruning: the words that matter keep their rows, the rest share one.

fastText's cutoff keeps the rows of largest norm. The default here asks the task instead: replacing the row w of a word
by the shared row s costs, to second order, count·(w − s)ᵀ M (w − s), M the Fisher information E[g gᵀ] of the token
embeddings. Kept rows are exact; the shared row is the mean of the rest by frequency, which no other row beats in that
cost, whatever M is.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from core.compression.methods import METHODS, Method
from core.compression.metrics import METRICS, TableSource, frequency_weights
from core.compression.size import DEFAULT_COMPRESSION, HOW_FAR, CompressionParameters, growth_warning, largest
from core.counted import counted
from core.embeddings import PrunedEmbedding
from core.embeddings.pruned import pruned_bytes
from core.errors import ConfigError
from core.parameters import parameter

ROUNDS = 3  # by task, the shared row decides which words are kept, and they decide the shared row


@dataclass(frozen=True)
class PrunedVocabularyParameters(CompressionParameters):
    """How far to go: how many words to `keep`, or a `compression`; and which."""

    keep: int | None = parameter(
        None, minimum=1, maximum=10_000_000, one_of=HOW_FAR, start=1_000, help="Words that keep a row of their own."
    )
    keep_by: str = parameter(
        "task",
        choices=("task", "count", "norm"),
        help="Keep the words that move the loss most, the most frequent, or those of largest norm.",
    )


@METHODS.register(
    "pruned-vocabulary",
    title="Pruned vocabulary",
    help="The words that matter to the task keep their rows; all others share one.",
    example=PrunedVocabularyParameters(keep=10),
)
class PrunedVocabulary(Method[PrunedVocabularyParameters]):
    """Keep some rows."""

    retrains = "The kept rows and the shared one train."

    def compress(self, source: TableSource) -> PrunedEmbedding:
        """See `Method.compress`."""
        table = source.table
        rows, width = table.shape
        self.check(rows=rows, width=width)
        keep = self.keep(rows=rows, width=width)
        weights, measure = frequency_weights(source.counts, 1.0), self._measure(source)
        dropped = torch.ones(rows, dtype=torch.bool)
        for _ in range(ROUNDS if self.parameters.keep_by == "task" else 1):
            order = measure(_mean(table, weights, dropped)).argsort(descending=True, stable=True)
            dropped = torch.ones(rows, dtype=torch.bool).index_fill(0, order[:keep], value=False)
        kept = (~dropped).nonzero()[:, 0]
        shared = _mean(table, weights, dropped)
        return PrunedEmbedding(kept, torch.cat([shared[None].float(), table[kept]]), num_embeddings=rows)

    def check(self, *, rows: int, width: int) -> list[str]:
        """See `Method.check`: at least one word must be left to share a row."""
        keep = self.keep(rows=rows, width=width)
        if keep >= rows:
            raise ConfigError("keep", keep, f"the table has {counted(rows, 'word')}, so it must be less than {rows}")
        return growth_warning(pruned_bytes(keep, width=width), rows=rows, width=width)

    def keep(self, *, rows: int, width: int) -> int:
        """Words to keep of a table of `rows` × `width`.

        Raises:
            ConfigError: when two rows are more than may be stored.
        """
        return self.parameters.keep or largest(
            range(1, max(rows, 2)),  # not empty for a single word: `largest` refuses it
            lambda keep: pruned_bytes(keep, width=width),
            compression=self.parameters.compression or DEFAULT_COMPRESSION,
            rows=rows,
            width=width,
        )

    def _measure(self, source: TableSource) -> Callable[[Tensor], Tensor]:
        """How much each word matters (V,), given the row (d,) that it would have instead of its own."""
        if self.parameters.keep_by == "count":
            return lambda _: source.counts
        if self.parameters.keep_by == "norm":
            return lambda _: source.table.norm(dim=1)
        weights, metric = frequency_weights(source.counts, 1.0), METRICS.get("task").build(source, None)

        def cost(shared: Tensor) -> Tensor:
            gone = source.table.double() - shared  # (V, d)
            return weights * (gone @ metric.directions * gone).sum(1)

        return cost


def _mean(table: Tensor, weights: Tensor, chosen: Tensor) -> Tensor:
    """The mean (d,) of the `chosen` rows, by weight, in float64."""
    mean: Tensor = weights[chosen] @ table[chosen].double() / weights[chosen].sum()
    return mean
