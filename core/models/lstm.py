"""LSTM over the word vectors, pooled over time.

Hochreiter, Schmidhuber, *Long Short-Term Memory*, Neural Computation 9(8), 1997. Acharya et al., AAAI 2019, pool by
the mean; the maximum did better on dev (`docs/defaults.md`).
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from core.data.batch import Batch
from core.embeddings import Embedding
from core.models import MODELS
from core.models.base import Readers, TextClassifier
from core.models.dropout import Dropout
from core.models.padding import padded
from core.parameters import Parameters, parameter


@dataclass(frozen=True)
class LstmParameters(Parameters):
    """How an LSTM classifier is built."""

    units: int = parameter(150, minimum=1, maximum=4096, help="Width of the LSTM's state, in each direction.")
    bidirectional: bool = parameter(False, help="Read each text backwards too, with a second LSTM.")
    pooling: str = parameter(
        "max", choices=("max", "mean"), help="How the states of all words become one vector for the text."
    )
    word_dropout: float = parameter(
        0.0, minimum=0, maximum=0.95, help="Share of each text's words left out at each training step."
    )
    input_dropout: float = parameter(
        0.3, minimum=0, maximum=0.95, help="Share of each word vector's numbers left out while training."
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
    """Word vectors → LSTM → mean or max over time → logits."""

    def __init__(self, embedding: Embedding, classes: int, parameters: LstmParameters) -> None:
        """See `TextClassifier`."""
        super().__init__(embedding, classes, parameters)
        self.pooling, self.word_dropout = parameters.pooling, parameters.word_dropout
        self.lstm = nn.LSTM(embedding.embedding_dim, parameters.units, bidirectional=parameters.bidirectional)
        self.directions = 2 if parameters.bidirectional else 1
        self.input_dropout, self.dropout = Dropout(parameters.input_dropout), Dropout(parameters.state_dropout)
        self.output = nn.Linear(self.directions * parameters.units, classes)

    def forward(self, batch: Batch) -> Tensor:
        """See `TextClassifier.forward`."""
        ids, present = padded(batch)  # (T, B)
        rows = self.input_dropout(self.embedding(ids.flatten()).unflatten(0, ids.shape))  # (T, B, d)
        if self.directions == 1:  # reads no padding before a text's end, so none of it counts
            states = self.lstm(rows)[0]  # (T, B, h)
        else:
            packed = pack_padded_sequence(rows, batch.lengths, enforce_sorted=False)
            states = pad_packed_sequence(self.lstm(packed)[0])[0]  # (T, B, h)
        absent = ~present[..., None]
        if self.pooling == "mean":
            pooled = states.masked_fill(absent, 0.0).sum(0) / batch.lengths[:, None]  # (B, h)
        else:
            pooled = states.masked_fill(absent, -torch.inf).amax(0)
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
