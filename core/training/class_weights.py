"""How much each class weighs in the loss. Shapes: `B` texts, `C` classes."""

from torch import Tensor

CLASS_WEIGHTS = ("none", "balanced")


def class_weights(labels: Tensor, scheme: str) -> Tensor | None:
    """The weight of each class, (C,) float32; None where every text counts alike.

    Balanced, class c weighs n/(C·n_c), n_c its texts among n, so that all classes add up to the same; the loss is then
    the weighted mean Σ w·ℓ / Σ w over a batch, as torch defines it. The weights shape the model, and through it its
    table; the metric `task` takes labels from the model itself and isn't weighted a second time.

    Args:
        labels: (B,) the classes of the training texts, each class among them.
        scheme: one of `CLASS_WEIGHTS`.
    """
    if scheme == "none":
        return None
    counts = labels.bincount()
    return len(labels) / (len(counts) * counts.clamp(min=1).float())
