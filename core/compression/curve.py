"""Accuracy on dev without re-training, at every rank: what a dense model's table is worth in each metric.

One decomposition serves all ranks. Where a model reads only the mean of a text's rows, that mean at rank r is a sum of
r terms, and so is what its first layer makes of it: all ranks take one pass, of a rank-1 update each. Elsewhere ranks
are tried on a grid that is refined where the accuracy jumps.

Shapes: `V` rows, `d` width, `r` rank, `B` texts, `h` width of the first layer.
"""

from itertools import pairwise

import torch

from core.compression.factorize import Decomposition, decompose_source
from core.compression.fold import fold
from core.compression.metrics import METRICS, Source
from core.data.batch import Batch
from core.embeddings import LowRankEmbedding
from core.models.base import PooledClassifier, TextClassifier
from core.results import MetricCurve, RankCurves
from core.training.evaluate import evaluate

FIRST_RANKS = 6  # of a grid, spread evenly over the ranks' logarithms
MOST_RANKS = 14  # of a grid
JUMP = 0.01  # in accuracy, between neighbouring ranks: a grid is refined there


def rank_curves(source: Source, dev: Batch, *, metric: str, exponent: float | None, tokens: int) -> RankCurves:
    """The curve of every metric where that is quick, else of `metric`.

    Args:
        source: the model whose table is factorised.
        dev: the texts whose accuracy is drawn.
        metric: the run's own.
        exponent: α of that metric's D; None for the metric's own.
        tokens: of a text that MACs are for.
    """
    names = METRICS.names() if isinstance(source.model, PooledClassifier) else (metric,)
    curves = [_curve_in(source, dev, name, exponent if name == metric else None) for name in names]
    rows, width = source.table.shape
    first, second = (_deployed_macs(source.model, rank, tokens) for rank in (1, 2))
    return RankCurves(rows, width, first - (second - first), second - first, tuple(curves))


def _curve_in(source: Source, dev: Batch, metric: str, exponent: float | None) -> MetricCurve:
    """The curve in that metric, or what is remembered of it."""
    name = f"curve-{metric}" + ("" if exponent is None else f"-{exponent}")
    kept = source.memory.get(name)
    if kept is None:
        found = curve(source.model, decompose_source(source, metric, exponent), dev)
        kept = {"ranks": torch.tensor(list(found)), "accuracy": torch.tensor(list(found.values()), dtype=torch.float64)}
        source.memory[name] = dict(kept)
    return MetricCurve(metric, tuple(kept["ranks"].tolist()), tuple(kept["accuracy"].tolist()))


def curve(model: TextClassifier, decomposition: Decomposition, dev: Batch) -> dict[int, float]:
    """Accuracy on `dev`, 0 to 1, by rank, ascending."""
    if isinstance(model, PooledClassifier):
        return _every_rank(model, decomposition, dev)
    return _grid(model, decomposition, dev)


@torch.no_grad()
def _every_rank(model: PooledClassifier, decomposition: Decomposition, dev: Batch) -> dict[int, float]:
    most = min(decomposition.rows.shape)
    means = model.embedding(dev.ids, dev.offsets)  # (B, d); few, where W has many rows
    terms = (means.double() @ decomposition.directions[:, :most]).float()  # (B, most)
    right = decomposition.inverse[:most].float()  # (most, d)
    was_training = model.training
    model.eval()
    nothing = model.read(torch.zeros(1, right.shape[1]))  # (1, h)
    read = nothing.repeat(len(dev), 1)  # (B, h)
    found = {}
    for rank, step in enumerate(model.read(right) - nothing, start=1):
        read.addcmul_(terms[:, rank - 1 : rank], step)
        found[rank] = int((model.decide(read).argmax(1) == dev.labels).sum()) / len(dev)
    model.train(was_training)
    return found


def _grid(model: TextClassifier, decomposition: Decomposition, dev: Batch) -> dict[int, float]:
    most = min(decomposition.rows.shape)
    factors = decomposition.factors(most)

    def accuracy(rank: int) -> float:
        table = LowRankEmbedding(factors.left[:, :rank], factors.right[:rank])
        return evaluate(model.with_embedding(table), dev).accuracy

    first = {round(most ** (step / (FIRST_RANKS - 1))) for step in range(FIRST_RANKS)}
    found = {rank: accuracy(rank) for rank in first}
    while len(found) < MOST_RANKS:
        ranks = sorted(found)
        gaps = [(abs(found[a] - found[b]), a, b) for a, b in pairwise(ranks) if b - a > 1]
        jump, low, high = max(gaps, default=(0.0, 0, 0))
        if jump < JUMP:
            break
        middle = (low + high) // 2
        found[middle] = accuracy(middle)
    return dict(sorted(found.items()))


def _deployed_macs(model: TextClassifier, rank: int, tokens: int) -> int:
    """MACs of the folded model at that rank; they don't depend on the factors' numbers."""
    rows, width = model.embedding.num_embeddings, model.embedding.embedding_dim
    table = LowRankEmbedding(torch.zeros(rows, rank), torch.zeros(rank, width))
    return fold(model.with_embedding(table)).macs(tokens)
