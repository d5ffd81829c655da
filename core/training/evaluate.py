"""Accuracy and loss of a model on texts. Shapes: `B` texts, `C` classes."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from core.data.batch import Batch
from core.models.base import TextClassifier

BATCH_TEXTS = 500


@dataclass(frozen=True)
class Evaluation:
    """How a model does on a split.

    Attributes:
        right: (B,) bool, whether each text was classified right.
        loss: mean cross-entropy, in nats.
    """

    right: Tensor
    loss: float

    @property
    def accuracy(self) -> float:
        """The fraction classified right."""
        return int(self.right.sum()) / len(self.right)


@torch.no_grad()
def evaluate(model: TextClassifier, texts: Batch) -> Evaluation:
    """Classify all `texts`, without dropout; the model is left in the mode it was in."""
    was_training = model.training
    model.eval()
    order = texts.lengths.argsort(stable=True)  # texts of one length together, so that little is padded
    by_length = torch.cat([model(batch) for batch in texts.select(order).split(BATCH_TEXTS)])  # (B, C)
    logits = torch.empty_like(by_length).index_copy_(0, order, by_length)
    model.train(was_training)
    return Evaluation(logits.argmax(1) == texts.labels, float(F.cross_entropy(logits, texts.labels)))
