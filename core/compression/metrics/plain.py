"""The paper's metric: every number of the table counts alike."""

import torch

from core.compression.metrics import METRICS, Metric, TableSource, frequency_weights


@METRICS.register("plain", title="Plain", help="Every number of the table counts alike, as in the paper.")
def plain(source: TableSource, exponent: float | None = None) -> Metric:
    """D = I and M = I, so ‖W − A B‖_F; another `exponent` than 0 weighs rows by frequency."""
    width = source.table.shape[1]
    return Metric(frequency_weights(source.counts, exponent or 0.0), torch.eye(width, dtype=torch.float64))
