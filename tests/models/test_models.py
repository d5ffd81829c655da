"""Models against plain torch, one text at a time."""

import pytest
import torch

from core.compression.fold import fold
from core.embeddings import DenseEmbedding, LowRankEmbedding
from core.errors import ConfigError
from core.models import MODELS
from core.models.cnn import CnnParameters
from core.models.dan import DanParameters
from core.models.lstm import LstmParameters
from core.models.padding import padded
from tests.conftest import ragged

V, D, R, C = 40, 100, 7, 3
MODEL_CASES = [
    ("cnn", CnnParameters(windows="3", filters=20)),
    ("cnn", CnnParameters(windows="1,2,5", filters=8)),
    ("dan", DanParameters(hidden="30,25")),
    ("dan", DanParameters(hidden="")),
    ("lstm", LstmParameters(units=150)),
    ("lstm", LstmParameters(units=150, bidirectional=True, pooling="max")),
]


def embeddings():
    torch.manual_seed(0)
    low_rank = LowRankEmbedding(torch.randn(V, R), torch.randn(R, D))
    return [DenseEmbedding(low_rank.table()), low_rank]


def build(name, parameters, embedding):
    torch.manual_seed(1)
    return MODELS.get(name).build(embedding, C, parameters).eval()


@pytest.mark.parametrize(
    ("build_parameters", "values"),
    [
        (DanParameters, {"hidden": "99999999999"}),
        (DanParameters, {"hidden": 5_000 * "9"}),
        (DanParameters, {"hidden": "30,x"}),
        (DanParameters, {"hidden": ",".join(["8"] * 17)}),
        (CnnParameters, {"windows": "2,101"}),
        (CnnParameters, {"windows": "0"}),
        (CnnParameters, {"windows": ""}),
    ],
)
def test_widths_that_cannot_be_are_a_sentence(build_parameters, values):
    with pytest.raises(ConfigError, match="it must be at most 16 whole numbers from 1 to"):
        build_parameters(**values)


@pytest.mark.parametrize(("name", "parameters"), MODEL_CASES)
def test_batching_changes_nothing(name, parameters):
    batch = ragged([3, 1, 9, 4], vocabulary=V, classes=C)
    model = build(name, parameters, embeddings()[0])
    alone = torch.cat([model(text) for text in batch.split(1)])
    torch.testing.assert_close(model(batch), alone, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("name", "parameters"), MODEL_CASES)
def test_equal_tables_give_equal_logits_and_folding_keeps_them(name, parameters):
    batch = ragged([3, 1, 9, 4], vocabulary=V, classes=C)
    dense = build(name, parameters, embeddings()[0])
    low_rank = dense.with_embedding(embeddings()[1])
    folded = fold(low_rank)
    torch.testing.assert_close(low_rank(batch), dense(batch), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(folded(batch), low_rank(batch), rtol=1e-4, atol=1e-5)
    assert folded.macs(12) < dense.macs(12)
    assert fold(dense) is dense


@pytest.mark.parametrize(("pooling", "pool"), [("mean", torch.mean), ("max", torch.amax)])
def test_lstm_equals_torch_on_one_text(pooling, pool):
    embedding = embeddings()[0]
    model = build("lstm", LstmParameters(units=8, pooling=pooling), embedding)
    batch = ragged([6], vocabulary=V, classes=C)
    states, _ = model.lstm(embedding.weight[batch.ids][:, None])  # (T, 1, h)
    torch.testing.assert_close(model(batch), model.output(pool(states, 0)), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("tokens", [1, 2, 6])
def test_a_cnn_is_torchs_convolution_over_the_text_and_zeros_around_it(tokens):
    windows = {1: (0, 0), 2: (0, 1), 3: (1, 1), 5: (2, 2)}
    parameters = CnnParameters(windows=",".join(map(str, windows)), filters=4)
    model, batch = build("cnn", parameters, embeddings()[0]), ragged([tokens], vocabulary=V, classes=C)
    torch.nn.init.normal_(model.bias)
    text = model.embedding.weight[batch.ids].T  # (d, T)
    answers, kernels = [], model.kernel.weight.split([4 * width for width in windows])
    for (width, (before, behind)), kernel in zip(windows.items(), kernels, strict=True):
        found = torch.conv1d(
            torch.nn.functional.pad(text, (before, behind)), kernel.unflatten(0, (width, 4)).permute(1, 2, 0)
        )
        answers.append(found.amax(1))
    expected = model.output(torch.relu(torch.cat(answers) + model.bias))
    torch.testing.assert_close(model(batch)[0], expected, rtol=1e-4, atol=1e-5)


def test_padding_keeps_each_token_in_its_place():
    batch = ragged([2, 5, 1], vocabulary=V, classes=C)
    ids, present = padded(batch)
    assert ids.shape == present.shape == (5, 3)
    assert present.sum(0).tolist() == [2, 5, 1]
    assert torch.equal(torch.cat([ids[present[:, text], text] for text in range(3)]), batch.ids)


@pytest.mark.parametrize(("name", "parameters"), MODEL_CASES)
def test_padding_has_no_gradient(name, parameters):
    batch = ragged([3, 1, 9, 4], vocabulary=V, classes=C)
    together, alone = (build(name, parameters, embeddings()[0]) for _ in range(2))
    together(batch).sum().backward()
    sum(alone(text).sum() for text in batch.split(1)).backward()
    torch.testing.assert_close(together.embedding.weight.grad, alone.embedding.weight.grad, rtol=1e-4, atol=1e-5)
