"""Knowledge distillation: a compressed model learns to answer as the dense one does, its doubts included.

What compression took from rare words, their labels seldom bring back; the dense model's answers say more of them.

Hinton, Vinyals, Dean, *Distilling the Knowledge in a Neural Network*, 2015 (arXiv 1503.02531).

Shapes: `B` texts, `C` classes.
"""

import torch.nn.functional as F
from torch import Tensor


def distillation_loss(logits: Tensor, answers: Tensor, *, temperature: float, weights: Tensor | None = None) -> Tensor:
    """T²·KL(softmax(answers / T) ‖ softmax(logits / T)), the mean over texts, in nats; 0 where both say the same.

    T² makes up for what T takes from the gradient, so that temperatures ask for equal rates.

    Args:
        logits: (B, C) of the model that learns.
        answers: (B, C), the logits of the model that teaches.
        temperature: T; the higher it is, the more the classes that lose count.
        weights: (B,), how much each text counts: the mean is Σ w·KL / Σ w; all alike where there are none.
    """
    learned, taught = ((each / temperature).log_softmax(1) for each in (logits, answers))
    if weights is None:
        return temperature**2 * F.kl_div(learned, taught, reduction="batchmean", log_target=True)
    divergences = F.kl_div(learned, taught, reduction="none", log_target=True).sum(1)  # (B,)
    return temperature**2 * (weights @ divergences) / weights.sum()
