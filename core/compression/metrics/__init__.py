"""Metrics: whose error is minimised. One file a metric.

A metric asks for the factors that minimise ‖D (W − A B) M^½‖_F. `D` says how much each row (token) matters, `M` which
directions of the embedding the task reads. Shapes: `V` vocabulary, `d` width.
"""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from core.compression.source import Source, TableSource
from core.registry import Registry

FREQUENCY_EXPONENT = 0.25


@dataclass(frozen=True)
class Metric:
    """Weights of the error: `row_weights`, D's diagonal (V,), and `directions`, M (d, d). Both float64."""

    row_weights: Tensor
    directions: Tensor


MetricBuilder = Callable[[TableSource, float | None], Metric]
METRICS: Registry[MetricBuilder] = Registry("metric", __name__)


def frequency_weights(counts: Tensor, exponent: float) -> Tensor:
    """D's diagonal, (count + 0.1)^α, as float64 (V,)."""
    return (counts.double() + 0.1) ** exponent


__all__ = ["FREQUENCY_EXPONENT", "METRICS", "Metric", "MetricBuilder", "Source", "TableSource", "frequency_weights"]
