"""Directions that the next layer reads count more."""

from core.compression.metrics import FREQUENCY_EXPONENT, METRICS, Metric, TableSource, frequency_weights


@METRICS.register("layer", title="Layer", help="Directions count as the next layer's weights read them; costs nothing.")
def layer(source: TableSource, exponent: float | None = None) -> Metric:
    """D = diag((count + 0.1)^α), M = WᵢᵀWᵢ with Wᵢ (h, d) the stacked weights that read the embedding."""
    weights = source.reading_weights().double()  # (h, d)
    rows = frequency_weights(source.counts, FREQUENCY_EXPONENT if exponent is None else exponent)
    return Metric(rows, weights.T @ weights)
