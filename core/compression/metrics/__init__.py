"""Metrics: whose error is minimised. One file a metric.

A metric asks for the factors that minimise ‖D (W − A B) M^½‖_F. `D` says how much each row (token) matters, `M` which
directions of the embedding the task reads. Shapes: `V` vocabulary, `d` width.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from torch import Tensor

from core.data.batch import Batch
from core.models.base import TextClassifier
from core.registry import Registry

FREQUENCY_EXPONENT = 0.25


@dataclass(frozen=True)
class Source:
    """What a method may look at: the model whose table it compresses, and the texts it was trained on.

    Attributes:
        model: the dense model; its embedding writes out W (V, d).
        counts: (V,) how often each token occurs in training.
        train: the training texts.
        seed: for everything drawn at random.
    """

    model: TextClassifier
    counts: Tensor
    train: Batch
    seed: int

    @cached_property
    def table(self) -> Tensor:
        """W (V, d), without gradient."""
        return self.model.embedding.table().detach()


@dataclass(frozen=True)
class Metric:
    """Weights of the error: `row_weights`, D's diagonal (V,), and `directions`, M (d, d). Both float64."""

    row_weights: Tensor
    directions: Tensor


MetricBuilder = Callable[[Source, float | None], Metric]
METRICS: Registry[MetricBuilder] = Registry("metric", __name__)


def frequency_weights(counts: Tensor, exponent: float) -> Tensor:
    """D's diagonal, (count + 0.1)^α, as float64 (V,)."""
    return (counts.double() + 0.1) ** exponent


__all__ = ["FREQUENCY_EXPONENT", "METRICS", "Metric", "MetricBuilder", "Source", "frequency_weights"]
