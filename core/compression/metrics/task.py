"""Directions that move the loss count more: the Fisher information of the token embeddings."""

from core.compression.metrics import FREQUENCY_EXPONENT, METRICS, Metric, frequency_weights
from core.compression.source import TableSource


@METRICS.register(
    "task", title="Task", help="Directions count as they move the loss (Fisher information). The default."
)
def task(source: TableSource, exponent: float | None = None) -> Metric:
    """D = diag((count + 0.1)^α), M = E[g gᵀ], g = ∂loss/∂e at each token; see `core.compression.source`."""
    rows = frequency_weights(source.counts, FREQUENCY_EXPONENT if exponent is None else exponent)
    return Metric(rows, source.fisher())
