"""Shares, against the model itself, against captum and against what a linear model must say."""

import pytest
import torch
from captum.attr import IntegratedGradients

from core.compression.fold import fold
from core.data.batch import Batch
from core.embeddings import DenseEmbedding, LowRankEmbedding
from core.insights import attribution
from core.insights.attribution import attribute
from core.models.dan import Dan, DanParameters
from core.models.lstm import Lstm, LstmParameters

TABLE = torch.randn(30, 8, generator=torch.Generator().manual_seed(1))
IDS = torch.tensor([3, 7, 7, 0, 21, 12])


def dan(hidden, embedding=None):
    torch.manual_seed(0)
    model = Dan(embedding or DenseEmbedding(TABLE), 4, DanParameters(hidden=hidden)).eval()
    for layer in [*model.hidden, model.output]:
        torch.nn.init.normal_(layer.weight)  # large weights, so that many units bend on the way
        torch.nn.init.normal_(layer.bias)
    return model


def lstm(**options):
    torch.manual_seed(0)
    return Lstm(DenseEmbedding(TABLE), 3, LstmParameters(units=6, **options)).eval()


@torch.no_grad()
def difference(model, ids, towards, against):
    batch = Batch(ids, torch.tensor([0, len(ids)]), torch.zeros(1, dtype=torch.int64))
    logits = model(batch)[0]
    return float(logits[towards] - logits[against])


@pytest.mark.parametrize("hidden", ["", "40", "30,25", "12,12,12"])
def test_a_dans_shares_add_up_to_its_own_difference_to_rounding(hidden):
    model = dan(hidden)
    found = attribute(model, IDS, towards=2, against=1)
    silent = model.with_embedding(DenseEmbedding(torch.zeros(30, 8)))
    assert found.exact
    assert found.difference == pytest.approx(difference(model, IDS, 2, 1), rel=1e-4, abs=1e-5)
    assert found.baseline == pytest.approx(difference(silent, IDS, 2, 1), rel=1e-4, abs=1e-5)
    assert found.missing == pytest.approx(0, abs=1e-12)


def test_without_hidden_layers_a_share_is_the_rows_own_product():
    model = dan("")
    weight = (model.output.weight[2] - model.output.weight[1]).detach()
    found = attribute(model, IDS, towards=2, against=1)
    torch.testing.assert_close(found.shares.float(), TABLE[IDS] @ weight / len(IDS))


def test_a_dans_shares_are_what_fine_numerical_integration_approaches():
    model = dan("30,25")
    rows = TABLE[IDS]
    numerical = IntegratedGradients(lambda x: model.classify(x.mean(1)).select(1, 2) - model.classify(x.mean(1))[:, 1])
    expected = numerical.attribute(rows[None], n_steps=20_000, method="riemann_middle", internal_batch_size=2_000)
    found = attribute(model, IDS, towards=2, against=1)
    torch.testing.assert_close(found.shares.float(), expected[0].sum(1).float(), rtol=1e-3, atol=1e-3)


def test_equal_tokens_have_equal_shares_and_a_row_of_zeros_has_none():
    table = TABLE.clone()
    table[0] = 0
    found = attribute(dan("30,25", DenseEmbedding(table)), IDS, towards=0, against=3)
    assert found.shares[1] == found.shares[2]
    assert found.shares[3] == 0


def test_folding_moves_no_share():
    generator = torch.Generator().manual_seed(2)
    factors = torch.randn(30, 3, generator=generator), torch.randn(3, 8, generator=generator)
    model = dan("20", LowRankEmbedding(*factors))
    before, after = (attribute(each, IDS, towards=1, against=0) for each in (model, fold(model)))
    torch.testing.assert_close(before.shares, after.shares, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("options", [{}, {"bidirectional": True}, {"pooling": "max"}])
def test_an_lstms_shares_are_complete(options):
    model = lstm(**options)
    silent = model.with_embedding(DenseEmbedding(torch.zeros(30, 8)))
    found = attribute(model, IDS, towards=0, against=2)
    assert not found.exact
    assert found.difference == pytest.approx(difference(model, IDS, 0, 2), abs=1e-5)
    assert found.baseline == pytest.approx(difference(silent, IDS, 0, 2), abs=1e-5)
    assert abs(found.missing) < 1e-3
    assert found.shares.shape == IDS.shape


@pytest.mark.parametrize("most", [1, 60])
def test_a_long_text_is_read_a_few_points_at_a_time(most, monkeypatch):
    def counted(ids, *others):
        sizes.append(len(ids))
        return Batch(ids, *others)

    model, sizes = lstm(), []
    expected = attribute(model, IDS, towards=0, against=2)
    monkeypatch.setattr(attribution, "Batch", counted)
    monkeypatch.setattr(attribution, "BATCH_TOKENS", most, raising=False)
    found = attribute(model, IDS, towards=0, against=2)
    assert max(sizes) <= max(most, 2 * len(IDS))  # the text and its baseline are one batch
    torch.testing.assert_close(found.shares, expected.shares, rtol=1e-4, atol=1e-6)


def test_attributing_leaves_the_model_and_its_gradients_alone():
    for model in (dan("20"), lstm()):
        before = {name: value.clone() for name, value in model.state_dict().items()}
        attribute(model, IDS, towards=0, against=1)
        assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
        assert all(parameter.grad is None for parameter in model.parameters())
