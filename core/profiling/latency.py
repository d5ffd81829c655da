"""How long a model takes."""

import statistics
import time

import torch

from core.data.batch import Batch
from core.models.base import TextClassifier

WARM_UP = 5
REPEATS = 30


@torch.inference_mode()
def latency_ms(model: TextClassifier, batch: Batch, *, repeats: int = REPEATS) -> float:
    """Median milliseconds to classify `batch`, after a warm-up, without dropout."""
    was_training = model.training
    model.eval()
    times = []
    for _ in range(WARM_UP + repeats):
        started = time.perf_counter()
        model(batch)
        times.append(time.perf_counter() - started)
    model.train(was_training)
    return 1000 * statistics.median(times[WARM_UP:])
