"""Frequent tokens count more."""

import torch

from core.compression.metrics import FREQUENCY_EXPONENT, METRICS, Metric, TableSource, frequency_weights


@METRICS.register("frequency", title="Frequency", help="Rows of frequent words count more than those of rare ones.")
def frequency(source: TableSource, exponent: float | None = None) -> Metric:
    """D = diag((count + 0.1)^α), M = I."""
    weights = frequency_weights(source.counts, FREQUENCY_EXPONENT if exponent is None else exponent)
    return Metric(weights, torch.eye(source.table.shape[1], dtype=torch.float64))
