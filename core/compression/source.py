"""What a method may look at when it compresses a table.

Shapes: `V` vocabulary, `d` width, `h` width of a layer that reads the embedding, `N` tokens of a batch.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from core.data.batch import Batch
from core.embeddings import DenseEmbedding
from core.models.base import TextClassifier

SAMPLE_TEXTS = 4_000
BATCH_TEXTS = 200


class Memory(Protocol):
    """Tensors kept by name, so that they are computed once; a dictionary is one."""

    def get(self, name: str, /) -> Mapping[str, Tensor] | None:
        """What was kept as `name`, if it was."""

    def __setitem__(self, name: str, tensors: dict[str, Tensor], /) -> None:
        """Keep `tensors` as `name`."""


class TableSource(ABC):
    """A table, and what its model does with it.

    Attributes:
        counts: (V,) how often each token occurs.
        seed: for everything drawn at random.
        memory: what was computed of it before.
    """

    counts: Tensor
    seed: int
    memory: Memory

    @property
    @abstractmethod
    def table(self) -> Tensor:
        """W (V, d), without gradient."""

    @abstractmethod
    def reading_weights(self) -> Tensor:
        """The stacked weights (h, d) of the layers that read the embedding.

        Raises:
            ConfigError: when they aren't known.
        """

    @abstractmethod
    def fisher(self) -> Tensor:
        """E[g gᵀ] (d, d) float64, g = ∂loss/∂e at each token."""


@dataclass(frozen=True)
class Source(TableSource):
    """One of our classifiers, and the texts it was trained on.

    Attributes:
        model: the dense model; its embedding writes out W (V, d).
        counts: (V,) how often each token occurs in training.
        train: the training texts.
        seed: for everything drawn at random.
        memory: what was computed of it before.
    """

    model: TextClassifier
    counts: Tensor
    train: Batch
    seed: int
    memory: Memory = field(default_factory=dict[str, dict[str, Tensor]])

    @cached_property
    def table(self) -> Tensor:
        """See `TableSource.table`."""
        return self.model.embedding.table().detach()

    def reading_weights(self) -> Tensor:
        """See `TableSource.reading_weights`."""
        return torch.cat([weight.detach() for weight in self.model.readers().values()])

    def fisher(self) -> Tensor:
        """See `TableSource.fisher`; from at most `SAMPLE_TEXTS` texts."""
        return self._fisher

    @cached_property
    def _fisher(self) -> Tensor:
        generator = torch.Generator().manual_seed(self.seed)
        chosen = torch.randperm(len(self.train), generator=generator)[:SAMPLE_TEXTS]
        return fisher(self.model, self.train.select(chosen), generator=generator)


class Tap(DenseEmbedding):
    """A table that keeps the row of every token it looked up, so that the loss can be differentiated by each.

    Attributes:
        ids: the tokens (N,) of each look-up.
        rows: the rows (N, d) that it gave out.
    """

    def __init__(self, weight: Tensor) -> None:
        """Hold a copy of the table `weight` (V, d)."""
        super().__init__(weight)
        self.ids: list[Tensor] = []
        self.rows: list[Tensor] = []

    def forward(self, ids: Tensor, offsets: Tensor | None = None) -> Tensor:
        """See `Embedding.forward`."""
        rows = super().forward(ids).detach().requires_grad_()  # (N, d)
        self.ids.append(ids)
        self.rows.append(rows)
        if offsets is None:
            return rows
        texts = torch.arange(len(offsets) - 1, device=ids.device)
        text = torch.repeat_interleave(texts, offsets.diff())  # (N,)
        summed = rows.new_zeros(len(texts), self.embedding_dim).index_add(0, text, rows)
        return summed / offsets.diff()[:, None]

    def clear(self) -> None:
        """Forget the look-ups."""
        self.ids, self.rows = [], []


def fisher(model: TextClassifier, texts: Batch, *, generator: torch.Generator) -> Tensor:
    """E[g gᵀ] (d, d) over all tokens of `texts`, with labels sampled from the model itself."""
    tap = Tap(model.embedding.table())
    tapped = model.with_embedding(tap).eval()
    width = tap.embedding_dim
    total = torch.zeros(width, width, dtype=torch.float64)
    for batch in texts.split(BATCH_TEXTS):
        tap.clear()
        logits = tapped(batch)  # (B, C)
        labels = torch.multinomial(logits.detach().softmax(1), 1, generator=generator)[:, 0]  # (B,)
        # Summed, not averaged: each text's gradient must not depend on how many share its batch.
        (gradient,) = torch.autograd.grad(F.cross_entropy(logits, labels, reduction="sum"), tap.rows)  # (N, d)
        gradient = gradient.double()
        total += gradient.T @ gradient
    return total / len(texts.ids)
