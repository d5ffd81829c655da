"""Closed forms against thop, for every kind of table in every model."""

import pytest
import torch

from core.embeddings import EMBEDDINGS, DenseEmbedding
from core.models import MODELS
from core.profiling.macs import count_macs
from core.profiling.variants import NaiveLowRankEmbedding
from tests.profiling.making import CLASSES, V, models

EVERY = pytest.mark.parametrize(("kind", "method", "form", "model"), models(), ids=lambda value: str(value)[:20])


@EVERY
@pytest.mark.parametrize("tokens", [1, 12])
def test_the_closed_form_is_what_thop_counts(kind, method, form, model, tokens):
    assert model.macs(tokens) == pytest.approx(count_macs(model, tokens=tokens), rel=0.02)


def test_every_kind_of_table_is_among_them():
    assert {type(model.embedding) for *_, model in models()} == {component.build for component in EMBEDDINGS}


@pytest.mark.parametrize("options", [{"units": 150}, {"units": 7, "bidirectional": True, "pooling": "max"}])
@pytest.mark.parametrize("width", [3, 300])
def test_an_lstm_of_any_shape(options, width):
    lstm = MODELS.get("lstm")
    model = lstm.build(DenseEmbedding(torch.randn(V, width)), CLASSES, lstm.parameters(**options))
    assert model.macs(20) == pytest.approx(count_macs(model, tokens=20), rel=0.02)


@pytest.mark.parametrize("name", ["cnn", "dan", "lstm"])
def test_multiplying_out_every_row_costs_what_the_formula_says(name):
    rank, width, tokens = 5, 48, 12
    component = MODELS.get(name)
    table = NaiveLowRankEmbedding(torch.randn(V, rank), torch.randn(rank, width))
    model = component.build(table, CLASSES, component.example)
    assert count_macs(model, tokens=tokens) == model.macs(tokens)
    dense = model.with_embedding(DenseEmbedding(table.table()))
    assert model.macs(tokens) == dense.macs(tokens) + tokens * rank * width


def test_counting_leaves_no_trace():
    for *_, model in models()[:6]:
        before, training = set(model.state_dict()), model.training
        count_macs(model, tokens=3)
        assert set(model.state_dict()) == before
        assert model.training == training
