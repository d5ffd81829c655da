"""How well cheap scores foretell the accuracy after re-training."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import rankdata

from core.search.results import Prediction, Tried

FEWEST = 3  # of which a correlation says anything


def predicted(path: Sequence[Tried]) -> Prediction:
    """The rank correlation of each score with what re-training led to."""
    reached = [tried.dev_accuracy for tried in path]
    scores = ("dev_accuracy", "overlap", "size_bytes")
    return Prediction(
        **{name: spearman([getattr(tried.candidate, name) for tried in path], reached) for name in scores}
    )


def spearman(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Spearman's ρ, the correlation of ranks, ties sharing theirs; None for fewer than three pairs or a constant.

    Source: Spearman, *The Proof and Measurement of Association between Two Things*, 1904.
    """
    if len(first) < FEWEST or min(len(set(first)), len(set(second))) == 1:
        return None
    return float(np.corrcoef(rankdata(first), rankdata(second))[0, 1])
