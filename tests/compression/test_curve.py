"""Every rank at once, against one rank at a time."""

import json

import pytest
import torch

from core.compression.curve import MOST_RANKS, curve, rank_curves
from core.compression.factorize import Decomposition, decompose
from core.compression.fold import fold
from core.compression.metrics import METRICS, Source
from core.embeddings import DenseEmbedding, LowRankEmbedding
from core.models import MODELS
from core.models.dan import Dan
from core.results import RankCurves
from core.training.evaluate import evaluate
from tests.conftest import ragged

V, D, C = 60, 24, 3


@pytest.fixture(params=["cnn", "dan", "lstm"])
def source(request):
    torch.manual_seed(0)
    model = MODELS.get(request.param).build(DenseEmbedding(torch.randn(V, D)), C, MODELS.get(request.param).example)
    train = ragged([4, 1, 3, 6] * 50, vocabulary=V, classes=C)
    return Source(model=model, counts=torch.bincount(train.ids, minlength=V), train=train, seed=0)


@pytest.mark.parametrize("metric", METRICS.names())
def test_each_rank_is_what_its_factors_give(source, metric):
    decomposition = decompose(source.table, METRICS.get(metric).build(source, None))
    found = curve(source.model, decomposition, source.train)
    assert list(found) == sorted(found)
    for rank, accuracy in found.items():
        factors = decomposition.factors(rank)
        model = source.model.with_embedding(LowRankEmbedding(factors.left, factors.right))
        assert accuracy == pytest.approx(evaluate(model, source.train).accuracy, abs=1 / len(source.train))
    assert found[D] == pytest.approx(evaluate(source.model, source.train).accuracy, abs=1 / len(source.train))


def test_a_dans_curve_factorises_no_more_than_the_texts(source, monkeypatch):
    monkeypatch.setattr(Decomposition, "write_left", lambda *_: pytest.fail("all of the table was multiplied"))
    if isinstance(source.model, Dan):
        curve(source.model, decompose(source.table, METRICS.get("task").build(source, None)), source.train)


def test_a_dan_is_tried_at_every_rank_in_every_metric_and_others_on_a_grid(source):
    curves = rank_curves(source, source.train, metric="task", exponent=None, tokens=7)
    dan = source.model.__class__.__name__ == "Dan"
    assert [each.metric for each in curves.curves] == (list(METRICS.names()) if dan else ["task"])
    for each in curves.curves:
        assert each.ranks[0] == 1
        assert each.ranks[-1] == D
        assert len(each.ranks) == D if dan else len(each.ranks) <= MOST_RANKS
    assert RankCurves.from_dict(json.loads(json.dumps(curves.to_dict()))) == curves


def test_a_runs_own_exponent_is_in_its_own_metrics_curve(source):
    for exponent in (None, 1.0, 0.5):
        curves = rank_curves(source, source.train, metric="task", exponent=exponent, tokens=7)
        by_metric = {each.metric: each for each in curves.curves}
        for name, each in by_metric.items():
            built = METRICS.get(name).build(source, exponent if name == "task" else None)
            assert dict(zip(each.ranks, each.dev_accuracy, strict=True)) == curve(
                source.model, decompose(source.table, built), source.train
            )


def test_macs_are_those_of_the_deployed_model(source):
    curves = rank_curves(source, source.train, metric="plain", exponent=None, tokens=7)
    folded = fold(source.model.with_embedding(LowRankEmbedding(torch.zeros(V, 5), torch.zeros(5, D))))
    assert curves.macs_at_zero + 5 * curves.macs_per_rank == folded.macs(7)
