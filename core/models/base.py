"""What every text classifier offers, so that any method can compress any model.

Shapes: `B` texts, `C` classes, `d` embedding width, `h` width of the layer that reads the embedding.
"""

from abc import ABC, abstractmethod
from typing import Self

from torch import Tensor, nn

from core.data.batch import Batch
from core.embeddings import Embedding
from core.parameters import Parameters

Readers = dict[str, Tensor]


class TextClassifier(nn.Module, ABC):
    """A classifier whose `embedding` may be swapped for any other of the same width.

    Attributes:
        word_dropout: share of each text's words that a training step leaves out (`core.training.word_dropout`).
    """

    word_dropout: float = 0.0

    def __init__(self, embedding: Embedding, classes: int, parameters: Parameters) -> None:
        """Put `embedding` in the slot of a classifier for `classes` classes, built as `parameters` say."""
        super().__init__()
        self.embedding = embedding
        self.classes = classes
        self.parameters_used = parameters

    @abstractmethod
    def forward(self, batch: Batch) -> Tensor:
        """Logits (B, C) for the texts of `batch`."""

    @abstractmethod
    def readers(self) -> Readers:
        """The weights (h, d) that read the embedding, by their name in the state dictionary."""

    @abstractmethod
    def macs(self, tokens: int) -> int:
        """Multiply–accumulates for one text of `tokens` tokens, in closed form."""

    def with_embedding(self, embedding: Embedding, readers: Readers | None = None) -> Self:
        """A copy of this model with another `embedding`, and other `readers` where its width differs.

        The rest of the weights is copied, so training the copy leaves this model as it is.
        """
        copy = type(self)(embedding, self.classes, self.parameters_used)
        rest = {name: value for name, value in self.state_dict().items() if not name.startswith("embedding.")}
        slot = {f"embedding.{name}": value for name, value in embedding.state_dict().items()}
        copy.load_state_dict({**rest, **(readers or {}), **slot})
        return copy.train(self.training)


class PooledClassifier(TextClassifier):
    """A classifier that reads nothing but the mean of each text's rows."""

    def classify(self, pooled: Tensor) -> Tensor:
        """Logits (B, C) for mean rows (B, d)."""
        return self.decide(self.read(pooled))

    @abstractmethod
    def read(self, pooled: Tensor) -> Tensor:
        """What the first layer makes of mean rows (B, d): (B, h), affine in them."""

    @abstractmethod
    def decide(self, read: Tensor) -> Tensor:
        """Logits (B, C) for what was `read` (B, h)."""
