"""Deep averaging network: the mean word vector, then a few dense layers.

Iyyer, Manjunatha, Boyd-Graber, Daumé III, *Deep Unordered Composition Rivals Syntactic Methods for Text
Classification*, ACL 2015.
"""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from core.data.batch import Batch
from core.embeddings import Embedding
from core.models import MODELS
from core.models.base import PooledClassifier, Readers
from core.models.dropout import Dropout
from core.models.widths import read_widths
from core.parameters import Parameters, parameter

MOST_HIDDEN = 4096


@dataclass(frozen=True)
class DanParameters(Parameters):
    """How a DAN is built."""

    hidden: str = parameter("300", help="Widths of the hidden layers, with commas between; empty for none.")
    word_dropout: float = parameter(
        0.1, minimum=0, maximum=0.95, help="Share of each text's words left out at each training step."
    )
    dropout: float = parameter(0.4, minimum=0, maximum=0.95, help="Share of hidden units left out while training.")

    def __post_init__(self) -> None:
        """Check the fields, and that `hidden` is a list of widths."""
        super().__post_init__()
        _ = self.widths  # which refuses what is no list of them

    @property
    def widths(self) -> list[int]:
        """The widths of the hidden layers, in order."""
        return read_widths("hidden", self.hidden, most=MOST_HIDDEN) if self.hidden else []


@MODELS.register(
    "dan",
    title="DAN (deep averaging network)",
    help="Averages the word vectors, then classifies the mean: quick, and hard to beat on short texts.",
    example=DanParameters(hidden="30,25"),
)
class Dan(PooledClassifier):
    """Mean of the word vectors → ReLU layers → logits."""

    def __init__(self, embedding: Embedding, classes: int, parameters: DanParameters) -> None:
        """See `TextClassifier`."""
        super().__init__(embedding, classes, parameters)
        self.word_dropout = parameters.word_dropout
        self.hidden_widths = parameters.widths
        widths = [embedding.embedding_dim, *parameters.widths]
        self.hidden = nn.ModuleList(nn.Linear(inner, outer) for inner, outer in pairwise(widths))
        self.dropout = Dropout(parameters.dropout)
        self.output = nn.Linear(widths[-1], classes)

    def forward(self, batch: Batch) -> Tensor:
        """See `TextClassifier.forward`."""
        return self.classify(self.embedding(batch.ids, batch.offsets))

    def read(self, pooled: Tensor) -> Tensor:
        """See `PooledClassifier.read`."""
        first = self.hidden[0] if self.hidden else self.output
        read: Tensor = first(pooled)  # (B, h)
        return read

    def decide(self, read: Tensor) -> Tensor:
        """See `PooledClassifier.decide`."""
        for layer in (*list(self.hidden)[1:], self.output) if self.hidden else ():
            read = layer(self.dropout(torch.relu(read)))
        return read  # (B, C)

    def readers(self) -> Readers:
        """See `TextClassifier.readers`."""
        name = "hidden.0.weight" if self.hidden else "output.weight"
        return {name: self.get_parameter(name)}

    def macs(self, tokens: int) -> int:
        """d·h₁ + h₁·h₂ + … + hₖ·C, and what the mean row costs."""
        widths = [self.embedding.embedding_dim, *self.hidden_widths, self.classes]
        return self.embedding.macs(tokens, pooled=True) + sum(inner * outer for inner, outer in pairwise(widths))
