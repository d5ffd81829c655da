"""Convolution over the word vectors, and the strongest answer of each filter.

Kim, *Convolutional Neural Networks for Sentence Classification*, EMNLP 2014. Windows reach over the ends of a text, so
there is one at every word of even the shortest. Shapes beside the usual: `F` filters of `w` words each.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.data.batch import Batch
from core.embeddings import Embedding
from core.models import MODELS
from core.models.base import Readers, TextClassifier
from core.models.dropout import Dropout
from core.models.padding import padded
from core.models.widths import read_widths
from core.parameters import Parameters, parameter

MOST_WINDOW = 100  # words


@dataclass(frozen=True)
class CnnParameters(Parameters):
    """How a CNN is built."""

    windows: str = parameter("2,3", help="Words that a filter sees at a time; several widths with commas between.")
    filters: int = parameter(150, minimum=1, maximum=4096, help="Filters of each width of window.")
    word_dropout: float = parameter(
        0.0, minimum=0, maximum=0.95, help="Share of each text's words left out at each training step."
    )
    filter_dropout: float = parameter(
        0.5, minimum=0, maximum=0.95, help="Share of the filters' answers left out while training."
    )

    def __post_init__(self) -> None:
        """Check the fields, and that `windows` is a list of widths."""
        super().__post_init__()
        _ = self.widths  # which refuses what is no list of them

    @property
    def widths(self) -> list[int]:
        """The widths of the windows, in order."""
        return read_widths("windows", self.windows, most=MOST_WINDOW)


@MODELS.register(
    "cnn",
    title="CNN (convolution)",
    help="Looks for phrases of a few words and keeps how well each fits best: small, quick, sees short word order.",
    example=CnnParameters(windows="2,3", filters=8),
)
class Cnn(TextClassifier):
    """Word vectors → one convolution for each width of window → maximum over time → ReLU → logits.

    The kernel (Σw·F, d) has a row for each filter and each place of its window, and is applied to every word once; a
    convolution is then a sum over shifted places. So the kernel reads single rows, and folds as any other reader does.
    """

    def __init__(self, embedding: Embedding, classes: int, parameters: CnnParameters) -> None:
        """See `TextClassifier`."""
        super().__init__(embedding, classes, parameters)
        self.word_dropout, self.widths, self.filters = parameters.word_dropout, parameters.widths, parameters.filters
        self.kernel = nn.Linear(embedding.embedding_dim, sum(self.widths) * self.filters, bias=False)
        self.bias = nn.Parameter(torch.zeros(len(self.widths) * self.filters))
        self.dropout = Dropout(parameters.filter_dropout)
        self.output = nn.Linear(len(self.widths) * self.filters, classes)

    def forward(self, batch: Batch) -> Tensor:
        """See `TextClassifier.forward`."""
        ids, present = padded(batch)  # (T, B)
        absent = ~present[..., None]
        rows = self.embedding(ids.flatten()).unflatten(0, ids.shape)  # (T, B, d)
        products = self.kernel(rows.masked_fill(absent, 0.0))  # (T, B, Σw·F)
        parts = products.split([width * self.filters for width in self.widths], dim=2)  # (T, B, w·F) each
        fits = torch.cat([convolved(part, width) for part, width in zip(parts, self.widths, strict=True)], dim=2)
        best = fits.masked_fill(absent, -torch.inf).amax(0)  # (B, h)
        logits: Tensor = self.output(self.dropout(torch.relu(best + self.bias)))  # (B, C)
        return logits

    def readers(self) -> Readers:
        """See `TextClassifier.readers`: the kernel."""
        return {"kernel.weight": self.kernel.weight}

    def macs(self, tokens: int) -> int:
        """T·d·Σw·F, then C for each filter, and what looking up the embedding costs."""
        convolutions = tokens * self.embedding.embedding_dim * sum(self.widths) * self.filters
        return self.embedding.macs(tokens) + convolutions + len(self.widths) * self.filters * self.classes


def convolved(products: Tensor, width: int) -> Tensor:
    """How well each filter fits each window (T, B, F).

    Args:
        products: (T, B, w·F) the kernel's rows, place after place, times each word; zero where there is none.
        width: w. Window `t` begins ⌊(w − 1)/2⌋ words before word `t`; beyond the text it sees zeros.
    """
    steps, around = len(products), (0, 0, 0, 0, (width - 1) // 2, width // 2)
    places = F.pad(products, around).chunk(width, dim=2)  # (T + w − 1, B, F) each
    return torch.stack([place[start : start + steps] for start, place in enumerate(places)]).sum(0)
