"""Directions that move the loss count more: the Fisher information of the token embeddings."""

import torch
import torch.nn.functional as F
from torch import Tensor

from core.compression.metrics import FREQUENCY_EXPONENT, METRICS, Metric, Source, frequency_weights
from core.data.batch import Batch
from core.embeddings import DenseEmbedding
from core.models.base import TextClassifier

SAMPLE_TEXTS = 4_000
BATCH_TEXTS = 200


class _Tap(DenseEmbedding):
    """A table that keeps the row of every token it looked up, so that the loss can be differentiated by each."""

    rows: Tensor

    def forward(self, ids: Tensor, offsets: Tensor | None = None) -> Tensor:
        self.rows = super().forward(ids).detach().requires_grad_()  # (N, d)
        if offsets is None:
            return self.rows
        text = torch.repeat_interleave(torch.arange(len(offsets) - 1), offsets.diff())  # (N,)
        summed = self.rows.new_zeros(len(offsets) - 1, self.embedding_dim).index_add(0, text, self.rows)
        return summed / offsets.diff()[:, None]


@METRICS.register(
    "task", title="Task", help="Directions count as they move the loss (Fisher information). The default."
)
def task(source: Source, exponent: float | None = None) -> Metric:
    """D = diag((count + 0.1)^α), M = E[g gᵀ], g = ∂loss/∂e at each token, from `SAMPLE_TEXTS` training texts."""
    rows = frequency_weights(source.counts, FREQUENCY_EXPONENT if exponent is None else exponent)
    generator = torch.Generator().manual_seed(source.seed)
    chosen = torch.randperm(len(source.train), generator=generator)[:SAMPLE_TEXTS]
    return Metric(rows, fisher(source.model, source.train.select(chosen), generator=generator))


def fisher(model: TextClassifier, texts: Batch, *, generator: torch.Generator) -> Tensor:
    """E[g gᵀ] (d, d) over all tokens of `texts`, with labels sampled from the model itself."""
    tap = _Tap(model.embedding.table())
    tapped = model.with_embedding(tap).eval()
    width = tap.embedding_dim
    total = torch.zeros(width, width, dtype=torch.float64)
    for batch in texts.split(BATCH_TEXTS):
        logits = tapped(batch)  # (B, C)
        labels = torch.multinomial(logits.detach().softmax(1), 1, generator=generator)[:, 0]  # (B,)
        # Summed, not averaged: each text's gradient must not depend on how many share its batch.
        (gradient,) = torch.autograd.grad(F.cross_entropy(logits, labels, reduction="sum"), tap.rows)  # (N, d)
        gradient = gradient.double()
        total += gradient.T @ gradient
    return total / len(texts.ids)
