"""The loop that one writes by hand: padded batches of similar length, `nn.Embedding`, Adam over the whole table.

Nothing foolish: texts are sorted by length so that little is padded, the LSTM reads packed sequences, gradients are
set to None, and dev is looked at as often as Ranklens does.

Shapes: `B` texts, `T` tokens of the longest, `d` width.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

from core.data.batch import Batch

BUCKET_BATCHES = 50


@dataclass(frozen=True)
class Settings:
    """What both sides share."""

    hidden: int
    units: int
    word_dropout: float
    dropout: float
    state_dropout: float
    learning_rate: float
    batch_size: int
    evaluations_per_epoch: int
    fused: bool


class PlainDan(nn.Module):
    """Masked mean of padded word vectors → ReLU layer → logits."""

    def __init__(self, table: Tensor, classes: int, settings: Settings) -> None:
        """Start from `table` (V, d)."""
        super().__init__()
        self.embedding: nn.Module = nn.Embedding.from_pretrained(table.clone(), freeze=False)
        self.hidden = nn.Linear(table.shape[1], settings.hidden)
        self.dropout, self.word_dropout = nn.Dropout(settings.dropout), settings.word_dropout
        self.output = nn.Linear(settings.hidden, classes)

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Logits (B, C) of padded `ids` (B, T)."""
        mask = torch.arange(ids.shape[1]) < lengths[:, None]  # (B, T)
        if self.training:
            mask = mask & (torch.rand(mask.shape) >= self.word_dropout)
        rows = self.embedding(ids) * mask[..., None]  # (B, T, d)
        mean = rows.sum(1) / mask.sum(1).clamp_min(1)[:, None]  # (B, d)
        logits: Tensor = self.output(self.dropout(torch.relu(self.hidden(mean))))
        return logits


class PlainLstm(nn.Module):
    """Packed LSTM over padded word vectors → masked mean → logits."""

    def __init__(self, table: Tensor, classes: int, settings: Settings) -> None:
        """Start from `table` (V, d)."""
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(table.clone(), freeze=False)
        self.lstm = nn.LSTM(table.shape[1], settings.units, batch_first=True)
        self.dropout = nn.Dropout(settings.state_dropout)
        self.output = nn.Linear(settings.units, classes)

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Logits (B, C) of padded `ids` (B, T)."""
        packed = pack_padded_sequence(self.embedding(ids), lengths, batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.lstm(packed)[0], batch_first=True)  # (B, T, h), zero behind the end
        logits: Tensor = self.output(self.dropout(states.sum(1) / lengths[:, None]))
        return logits


MODELS = {"dan": PlainDan, "lstm": PlainLstm}


def factorise(model: PlainDan, rank: int) -> None:
    """Put the two factors of the table's truncated SVD in its place."""
    table = model.embedding.get_parameter("weight").detach()
    left, values, right = torch.linalg.svd(table, full_matrices=False)
    root = values[:rank].sqrt()
    wide = nn.Linear(rank, table.shape[1], bias=False)
    wide.weight = nn.Parameter((root[:, None] * right[:rank]).T.contiguous())
    narrow = nn.Embedding.from_pretrained(left[:, :rank] * root, freeze=False)
    model.embedding = nn.Sequential(narrow, wide)


def texts_of(split: Batch) -> list[Tensor]:
    """Each text's ids."""
    return list(split.ids.split(split.lengths.tolist()))


def train(model: nn.Module, train_texts: Batch, dev: Batch, *, epochs: int, settings: Settings) -> float:
    """Train for `epochs`, keeping the state that does best on `dev`; returns its accuracy there, 0 to 1."""
    texts, dev_texts = texts_of(train_texts), texts_of(dev)
    lengths = train_texts.lengths
    optimizer = torch.optim.Adam(model.parameters(), lr=settings.learning_rate, fused=settings.fused or None)
    batches_per_epoch = -(-len(texts) // settings.batch_size)
    every = -(-batches_per_epoch // settings.evaluations_per_epoch)
    best, state = -1.0, model.state_dict()
    for _ in range(epochs):
        buckets = torch.randperm(len(texts)).split(settings.batch_size * BUCKET_BATCHES)
        order = torch.cat([bucket[lengths[bucket].argsort()] for bucket in buckets]).split(settings.batch_size)
        for number, position in enumerate(torch.randperm(len(order)).tolist(), start=1):
            chosen = order[position]
            model.train()
            optimizer.zero_grad(set_to_none=True)
            ids = pad_sequence([texts[text] for text in chosen.tolist()], batch_first=True)
            F.cross_entropy(model(ids, lengths[chosen]), train_texts.labels[chosen]).backward()
            optimizer.step()
            if number % every == 0 or number == batches_per_epoch:
                accuracy = evaluate(model, dev_texts, dev)
                if accuracy > best:
                    best, state = accuracy, {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(state)
    return best


@torch.no_grad()
def evaluate(model: nn.Module, texts: list[Tensor], split: Batch) -> float:
    """Accuracy on `split`, 0 to 1."""
    model.eval()
    logits = model(pad_sequence(texts, batch_first=True), split.lengths)
    return float((logits.argmax(1) == split.labels).double().mean())
