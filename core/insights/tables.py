"""A run's dense table, taken apart in every metric that can still be computed."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.compression.factorize import Decomposition, decompose
from core.compression.methods import METHODS
from core.compression.metrics import METRICS, Source
from core.config import RunConfig
from core.data.batch import Batch
from core.insights.opened import Models, Texts
from core.pipeline import stage_seed

WITHOUT_TEXTS = ("plain", "layer")  # metrics that need neither counts nor texts, once rows are weighed alike
MIN_COUNT, MOST_FREQUENT = 5, 1_000


@dataclass(frozen=True)
class Table:
    """The dense table W, and what is known of its rows.

    Attributes:
        rows: W (V, d).
        tokens: (V,) the words, the most frequent first; row 0 stands for all without a row.
        counts: (V,) how often each occurs in training; None where the texts are gone.
        decompositions: W taken apart, by metric.
    """

    rows: Tensor
    tokens: tuple[str, ...]
    counts: Tensor | None
    decompositions: dict[str, Decomposition]

    @property
    def frequent(self) -> int:
        """How many words, the first rows but for row 0, are frequent enough to name a direction or a place."""
        known = MOST_FREQUENT if self.counts is None else int((self.counts[1:] >= MIN_COUNT).sum())
        return min(known, len(self.tokens) - 1) or len(self.tokens) - 1


def take_apart(models: Models, texts: Texts | None, config: RunConfig) -> Table:
    """The dense model's table in all metrics, as the run itself would see it; in two of them where `texts` are gone."""
    dense = models["dense"]
    nothing = torch.zeros(0, dtype=torch.int64)
    source = Source(
        model=dense.model,
        counts=torch.zeros(len(dense.tokens), dtype=torch.int64) if texts is None else texts.counts,
        train=Batch(nothing, torch.zeros(1, dtype=torch.int64), nothing) if texts is None else texts.train,
        seed=stage_seed(config, "compress"),
    )
    method = METHODS.get(config.method).build(config.parameters("method"))
    names = WITHOUT_TEXTS if texts is None else METRICS.names()
    exponents: dict[str, float | None] = dict.fromkeys(names, 0.0 if texts is None else None)
    if texts is not None and method.metric_name:
        exponents[method.metric_name] = method.frequency_exponent
    built = {name: METRICS.get(name).build(source, exponent) for name, exponent in exponents.items()}
    found = {name: decompose(source.table, metric) for name, metric in built.items()}
    return Table(source.table, dense.tokens, None if texts is None else texts.counts, found)
