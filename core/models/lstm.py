"""LSTM over the word vectors, pooled over time.

Hochreiter, Schmidhuber, *Long Short-Term Memory*, Neural Computation 9(8), 1997; mean-pooled as in Acharya et al.,
AAAI 2019.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from core.data.batch import Batch
from core.embeddings import Embedding
from core.models import MODELS
from core.models.base import Readers, TextClassifier
from core.parameters import Parameters, parameter


@dataclass(frozen=True)
class LstmParameters(Parameters):
    """How an LSTM classifier is built."""

    units: int = parameter(150, minimum=1, maximum=4096, help="Width of the LSTM's state, in each direction.")
    bidirectional: bool = parameter(False, help="Read each text backwards too, with a second LSTM.")
    pooling: str = parameter(
        "mean", choices=("mean", "max"), help="How the states of all words become one vector for the text."
    )
    state_dropout: float = parameter(
        0.5, minimum=0, maximum=0.95, help="Share of the pooled state left out while training."
    )


@MODELS.register(
    "lstm",
    title="LSTM",
    help="Reads the words in order with a recurrent network and pools its states: slower, sees word order.",
    example=LstmParameters(units=16, bidirectional=True),
)
class Lstm(TextClassifier):
    """Word vectors → LSTM → mean or max over time → logits. Texts are packed, never padded."""

    def __init__(self, embedding: Embedding, classes: int, parameters: LstmParameters) -> None:
        """See `TextClassifier`."""
        super().__init__(embedding, classes, parameters)
        self.pooling = parameters.pooling
        self.lstm = nn.LSTM(embedding.embedding_dim, parameters.units, bidirectional=parameters.bidirectional)
        self.directions = 2 if parameters.bidirectional else 1
        self.dropout = nn.Dropout(parameters.state_dropout)
        self.output = nn.Linear(self.directions * parameters.units, classes)

    def forward(self, batch: Batch) -> Tensor:
        """See `TextClassifier.forward`."""
        order, text, batch_sizes = time_major(batch)
        rows = self.embedding(batch.ids[order])  # (N, d), all first words, then all second words, …
        states = self.lstm(PackedSequence(rows, batch_sizes))[0].data  # (N, h)
        pooled = states.new_zeros(len(batch), states.shape[1])  # (B, h)
        if self.pooling == "mean":
            pooled = pooled.index_add(0, text, states) / batch.lengths[:, None]
        else:
            pooled = pooled.scatter_reduce(0, text[:, None].expand_as(states), states, "amax", include_self=False)
        logits: Tensor = self.output(self.dropout(pooled))  # (B, C)
        return logits

    def readers(self) -> Readers:
        """See `TextClassifier.readers`: `weight_ih` of every direction."""
        names = ["weight_ih_l0", "weight_ih_l0_reverse"][: self.directions]
        return {f"lstm.{name}": getattr(self.lstm, name) for name in names}

    def macs(self, tokens: int) -> int:
        """T·4h·(d + h) for each direction, then h·C, and what looking up the embedding costs."""
        units, width = self.lstm.hidden_size, self.embedding.embedding_dim
        recurrent = tokens * self.directions * 4 * units * (width + units)
        return self.embedding.macs(tokens) + recurrent + self.directions * units * self.classes


def time_major(batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
    """How to lay a ragged batch out for a packed LSTM: longest text first, one time step after another.

    Returns:
        order: (N,) positions in `batch.ids`.
        text: (N,) which text each of those positions belongs to.
        batch_sizes: (T,) texts that are at least so long, for each time step.
    """
    lengths, longest_first = batch.lengths.sort(descending=True, stable=True)  # (B,)
    steps = torch.arange(int(lengths[0]))[:, None]  # (T, 1)
    present = steps < lengths  # (T, B)
    order = (batch.offsets[:-1][longest_first] + steps)[present]
    text = longest_first.expand_as(present)[present]
    return order, text, present.sum(1)
