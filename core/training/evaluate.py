"""Accuracy, macro-F1 and loss of a model on texts. Shapes: `B` texts, `C` classes."""

from collections.abc import Callable
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
        loss: mean cross-entropy, in nats, every text counted once.
        macro_f1: see `macro_f1`.
    """

    right: Tensor
    loss: float
    macro_f1: float

    @property
    def accuracy(self) -> float:
        """The fraction classified right."""
        return int(self.right.sum()) / len(self.right)


@torch.no_grad()
def logits_of(model: TextClassifier, texts: Batch, *, progress: Callable[[float], None] | None = None) -> Tensor:
    """(B, C), what `model` says of `texts`, without dropout; it is left in the mode it was in.

    Args:
        model: any.
        texts: as many as there are.
        progress: told the fraction that is done, now and then; what it raises ends it.
    """
    was_training = model.training
    model.eval()
    order = texts.lengths.argsort(stable=True)  # texts of one length together, so that little is padded
    found = []
    try:
        for batch in texts.select(order).split(BATCH_TEXTS):
            found.append(model(batch))
            if progress:
                progress(BATCH_TEXTS * len(found) / len(texts))
    finally:
        model.train(was_training)
    by_length = torch.cat(found)
    return torch.empty_like(by_length).index_copy_(0, order, by_length)


def evaluate(model: TextClassifier, texts: Batch) -> Evaluation:
    """How `model` classifies all `texts`, without dropout; it is left in the mode it was in."""
    logits = logits_of(model, texts)
    predicted = logits.argmax(1)  # (B,)
    loss = float(F.cross_entropy(logits, texts.labels))
    return Evaluation(predicted == texts.labels, loss, macro_f1(predicted, texts.labels))


def macro_f1(predicted: Tensor, labels: Tensor) -> float:
    """The mean over classes of F1 = 2·TP / (2·TP + FP + FN), each class counted alike, however rare it is.

    Classes that are neither in `labels` nor in `predicted` are left out, as scikit-learn does.

    Args:
        predicted: (B,) the class that each text was given.
        labels: (B,) the class that it has.
    """
    classes = int(torch.maximum(predicted.max(), labels.max())) + 1
    hits = labels[predicted == labels].bincount(minlength=classes)  # (C,)
    named = predicted.bincount(minlength=classes) + labels.bincount(minlength=classes)
    return float((2 * hits[named > 0].double() / named[named > 0]).mean())
