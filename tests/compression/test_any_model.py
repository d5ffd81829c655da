"""Models of plain torch: the drop-in against the module it replaces, and what it costs their accuracy."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils import parametrize

from core.compression.any_model import compress, observe, pack
from core.compression.methods import METHODS
from core.embeddings import DenseEmbedding
from core.embeddings.torch_drop_in import DropIn, drop_in
from core.errors import ConfigError, VectorsError

V, D, T, C = 120, 16, 8, 2
METHOD_NAMES = METHODS.names()


class Transformer(nn.Module):
    """A small `nn.TransformerEncoder` classifier; token 0 is padding."""

    def __init__(self):
        super().__init__()
        self.inner = nn.ModuleDict({"tokens": nn.Embedding(V, D, padding_idx=0)})
        layer = nn.TransformerEncoderLayer(D, 2, 32, dropout=0.1, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)
        self.output = nn.Linear(D, C)

    def forward(self, ids):
        return self.output(self.encoder(self.inner["tokens"](ids)).mean(1))


class Cnn(nn.Module):
    """A 1-D convolution over the words, maximum over time."""

    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(V, D)
        self.convolution = nn.Conv1d(D, 24, 3)
        self.output = nn.Linear(24, C)

    def forward(self, ids):
        return self.output(self.convolution(self.tokens(ids).transpose(1, 2)).relu().amax(2))


class Recurrent(nn.Module):
    """The last state of a GRU."""

    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(V, D)
        self.gru = nn.GRU(D, 16, batch_first=True)
        self.output = nn.Linear(16, C)

    def forward(self, ids):
        return self.output(self.gru(self.tokens(ids))[0].amax(1))


class Shared(nn.Module):
    """One table under two names, read under both; the output layer reads its weight."""

    def __init__(self):
        super().__init__()
        self.shared = nn.Embedding(V, D)
        self.encoder = nn.ModuleDict({"tokens": self.shared})
        self.output = nn.Linear(V, C)

    def forward(self, ids):
        pooled = self.shared(ids).mean(1) + self.encoder["tokens"](ids).amax(1)
        return self.output(F.linear(pooled, self.shared.weight).relu())


MODELS = [(Transformer, "inner.tokens"), (Cnn, "tokens")]
DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]


def loss(model, batch):
    ids, labels = batch
    return F.cross_entropy(model(ids), labels)


def batches(count=20, size=32, seed=0, device="cpu"):
    """Texts whose class is whether one of the first dozen words occurs."""
    generator = torch.Generator().manual_seed(seed)
    for _ in range(count):
        ids = torch.randint(1, V, (size, T), generator=generator).to(device)
        yield ids, (ids <= 12).any(1).long()


def seen_by(model, count=20, size=32, seed=0):
    """Batches where the model is."""
    return batches(count, size, seed, device=next(model.parameters()).device)


def fit(model, epochs=20):
    optimizer = torch.optim.Adam(model.parameters(), 5e-3)
    model.train()
    for _ in range(epochs):
        for batch in seen_by(model):
            optimizer.zero_grad()
            loss(model, batch).backward()
            optimizer.step()
    return model.eval()


@torch.no_grad()
def accuracy(model):
    ids, labels = next(seen_by(model, 1, 600, seed=1))
    return float((model.eval()(ids).argmax(1) == labels).double().mean())


@pytest.fixture(scope="module", params=DEVICES)
def device(request):
    return request.param


@pytest.fixture(scope="module", params=MODELS, ids=["transformer", "cnn"])
def trained(request, device):
    build, path = request.param
    torch.manual_seed(0)
    return fit(build().to(device)), path


def example(name):
    values = METHODS.get(name).example
    return {spec: getattr(values, spec) for spec in vars(values) if getattr(values, spec) is not None}


@pytest.mark.parametrize("method", METHOD_NAMES)
def test_every_method_trains_packs_and_survives_a_round_trip(trained, method):
    model, path = trained
    before = {name: value.clone() for name, value in model.state_dict().items()}
    smaller = compress(model, path, batches=seen_by(model, 2), loss=loss, method=method, **example(method))
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert {value.device.type for value in smaller.state_dict().values()} == {next(model.parameters()).device.type}
    fit(smaller, epochs=1)
    stored = pack(smaller)
    ids, _ = next(seen_by(model, 1))
    assert torch.equal(stored.eval()(ids), smaller.eval()(ids))
    fresh = pack(compress(model, path, batches=seen_by(model, 2), loss=loss, method=method, **example(method))).eval()
    assert method == "fixed-point" or not torch.equal(fresh(ids), stored(ids))
    fresh.load_state_dict(stored.state_dict())
    assert torch.equal(fresh(ids), stored(ids))


@pytest.mark.parametrize("method", METHOD_NAMES)
def test_every_method_can_be_exported(trained, method):
    model, path = trained
    stored = pack(compress(model, path, batches=seen_by(model, 2), loss=loss, method=method, **example(method))).eval()
    ids, _ = next(seen_by(model, 1))
    exported = torch.export.export(stored, (ids,), dynamic_shapes={"ids": {0: torch.export.Dim("texts")}}).module()
    for texts in (ids, ids[:5]):
        torch.testing.assert_close(exported(texts), stored(texts))


def test_the_tasks_metric_keeps_the_accuracy_that_the_plain_one_loses(trained):
    model, path = trained
    found = {
        metric: accuracy(compress(model, path, batches=seen_by(model), loss=loss, rank=1, metric=metric))
        for metric in ("plain", "task")
    }
    assert accuracy(model) > 0.9
    assert found["task"] > accuracy(model) - 0.05
    assert found["plain"] < accuracy(model) - 0.15


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float64])
@pytest.mark.parametrize("method", METHOD_NAMES)
def test_rows_are_of_the_models_type_of_number(device, method, dtype):
    torch.manual_seed(0)
    model = Transformer().to(device, dtype).eval()
    smaller = compress(model, "inner.tokens", batches=seen_by(model, 2), loss=loss, method=method, **example(method))
    for made in (smaller, pack(smaller)):
        ids, labels = next(seen_by(model, 1))
        assert made.inner["tokens"](ids).dtype == dtype
        assert made.inner["tokens"](ids[:0]).shape == (0, T, D)
        assert loss(made, (ids, labels)).dtype == dtype


def test_observed_counts_and_gradients_are_those_of_the_weight():
    """Σ over a token's look-ups of g is the gradient of its row."""
    torch.manual_seed(0)
    model = Transformer().eval()
    ids, labels = next(batches(1, 1))
    ids[0, -2:] = 0
    source = observe(model, "inner.tokens", batches=[(ids, labels)], loss=loss, seed=0)
    expected = torch.bincount(ids.flatten(), minlength=V)
    expected[0] = 0
    assert torch.equal(source.counts, expected)
    assert ids[ids > 0].unique().numel() == T - 2, "every word occurs once, so that its gradient is its look-up's"
    loss(model, (ids, labels)).backward()
    gradient = model.inner["tokens"].weight.grad.double()
    torch.testing.assert_close(source.moment, gradient.T @ gradient / (T - 2), rtol=1e-4, atol=1e-10)


@pytest.mark.parametrize("reduction", ["sum", "none"])
def test_every_text_counts_alike_however_they_are_cut_into_batches(reduction):
    """Against E[g gᵀ] of texts read one by one; the batches differ in how many they have, and in how long these are."""
    torch.manual_seed(0)
    model = Transformer().eval()
    ids, labels = next(batches(1, 65))
    cut = [(ids[:32], labels[:32]), (ids[32:64, :3], labels[32:64]), (ids[64:], labels[64:])]
    alone = [(part[[text]], label[[text]]) for part, label in cut for text in range(len(part))]

    def losses(model, batch):
        return F.cross_entropy(model(batch[0]), batch[1], reduction=reduction)

    observed = observe(model, "inner.tokens", batches=cut, loss=losses, seed=0)
    expected = observe(model, "inner.tokens", batches=alone, loss=loss, seed=0)
    assert torch.equal(observed.counts, expected.counts)
    torch.testing.assert_close(observed.moment, expected.moment, rtol=1e-4, atol=1e-10)


def test_a_recurrent_model_is_observed_without_dropout(device):
    """CUDA's own recurrent layers have no gradient outside of training."""
    torch.manual_seed(0)
    model = fit(Recurrent().to(device))
    smaller = compress(model, "tokens", batches=seen_by(model), loss=loss, rank=2)
    assert accuracy(smaller) > accuracy(model) - 0.05
    fit(smaller, epochs=1)


@pytest.mark.parametrize("path", ["shared", "encoder.tokens"])
def test_a_table_of_two_names_is_compressed_under_both(device, path):
    torch.manual_seed(0)
    model = Shared().to(device)
    smaller = compress(model, path, batches=seen_by(model, 2), loss=loss, rank=4)
    assert smaller.shared is smaller.encoder["tokens"]
    assert isinstance(smaller.shared, DropIn)
    assert isinstance(model.shared, nn.Embedding)
    assert model.shared is model.encoder["tokens"]
    ids, _ = next(seen_by(model, 1))
    torch.testing.assert_close(smaller.shared(ids), smaller.shared.weight[ids])
    assert sum(each.numel() for each in smaller.parameters()) == V * 4 + 4 * D + V * C + C
    fit(smaller, epochs=1)


@pytest.mark.parametrize("made", ["smaller", "observed"])
def test_every_module_stays_in_its_own_mode(made):
    model = Transformer()
    model.encoder.eval()
    if made == "smaller":
        model = compress(model, "inner.tokens", batches=batches(1), loss=loss, rank=2)
    else:
        observe(model, "inner.tokens", batches=batches(1), loss=loss, seed=0)
    assert model.training
    assert model.inner["tokens"].training
    assert model.output.training
    assert not any(module.training for module in model.encoder.modules())


@pytest.mark.parametrize("mode", ["mean", "sum", "max"])
@pytest.mark.parametrize("padding", [None, 3])
@pytest.mark.parametrize("last", [True, False])
def test_bag_equals_torchs_own(mode, padding, last):
    torch.manual_seed(0)
    slot = nn.EmbeddingBag(V, D, mode=mode, padding_idx=padding, include_last_offset=last)
    made = drop_in(DenseEmbedding(slot.weight), slot)
    ids = torch.randint(V, (10,))
    ids[2] = ids[9] = 3
    offsets = torch.tensor([0, 4, 4, 10] if last else [0, 4, 4])
    torch.testing.assert_close(made(ids, offsets), slot(ids, offsets))
    if not last:
        torch.testing.assert_close(made(ids.reshape(2, 5)), slot(ids.reshape(2, 5)))
    if mode == "sum":
        weights = torch.rand(10)
        torch.testing.assert_close(made(ids, offsets, weights), slot(ids, offsets, weights))


def test_bag_in_a_model_is_compressed():
    torch.manual_seed(0)
    model = nn.Sequential(nn.EmbeddingBag(V, D), nn.Linear(D, C))
    smaller = compress(model, "0", batches=batches(2), loss=loss, method="fixed-point", bits=8)
    ids, _ = next(batches(1))
    torch.testing.assert_close(smaller(ids), model(ids), rtol=0, atol=0.05)
    assert smaller[0].embedding.codes.dtype == torch.uint8


@pytest.mark.parametrize("shape", [(), (0,), (5,), (2, 3), (2, 1, 4)])
def test_any_shape_of_ids_and_an_exact_padding_row(shape):
    slot = nn.Embedding(V, D, padding_idx=1)
    made = drop_in(DenseEmbedding(torch.randn(V, D)), slot)
    ids = torch.ones(shape, dtype=torch.int64)
    assert torch.equal(made(ids), torch.zeros(*shape, D))
    assert made(ids + 1).shape == (*shape, D)
    assert isinstance(made, DropIn)


@pytest.mark.parametrize(
    ("path", "given", "options", "sentence"),
    [
        ("tokenz", 1, {}, "its embeddings are tokens"),
        ("tokens", 0, {}, "at least one batch"),
        ("tokens", 1, {"metric": "layer"}, "choose another metric"),
        ("tokens", 1, {"bits": 4}, "choose one of"),
        ("tokens", 1, {"method": "fixed-point", "bits": 3}, "choose one of 8, 4, 2, 1"),
        ("tokens", 1, {"rank": 17}, "the rank is at most 16"),
    ],
)
def test_what_can_not_be_done_is_a_sentence(path, given, options, sentence):
    with pytest.raises(ConfigError, match=sentence):
        compress(Cnn(), path, batches=batches(given), loss=loss, **options)


def test_a_table_that_is_not_read_is_refused():
    model = Cnn()
    model.unused = nn.Embedding(5, 3)
    with pytest.raises(ConfigError, match="does not depend on this table"):
        compress(model, "unused", batches=batches(1), loss=loss, rank=1)
    assert isinstance(model.unused, nn.Embedding)


@pytest.mark.parametrize(
    ("spoilt", "sentence"),
    [(lambda value: value * float("nan"), "gradients hold NaN"), (lambda value: value * 0, "does not depend on")],
)
def test_a_loss_that_says_nothing_is_a_sentence(spoilt, sentence):
    model = Cnn()
    with pytest.raises(ConfigError, match=sentence):
        compress(model, "tokens", batches=batches(1), loss=lambda *given: spoilt(loss(*given)), rank=1)
    assert isinstance(model.tokens, nn.Embedding)


@pytest.mark.parametrize("method", METHOD_NAMES)
@pytest.mark.parametrize("number", ["nan", "inf"])
def test_a_row_that_is_no_number_is_named_by_every_method(method, number):
    model = Cnn()
    with torch.no_grad():
        model.tokens.weight[0, 3] = float(number)  # which no batch looks up
    with pytest.raises(VectorsError, match="Row 0 of the table, counted from 0, holds NaN or an infinite number"):
        compress(model, "tokens", batches=batches(1), loss=loss, method=method, **example(method))


def test_a_model_that_is_itself_a_table_is_a_sentence():
    with pytest.raises(ConfigError, match="no module in it is an embedding"):
        compress(nn.Embedding(V, D), "", batches=batches(1), loss=loss, rank=1)


def test_a_table_that_renormalises_itself_is_refused():
    with pytest.raises(ConfigError, match="renormalise"):
        drop_in(DenseEmbedding(torch.randn(5, 3)), nn.Embedding(5, 3, max_norm=1.0))


class Scaled(nn.Embedding):
    """Rows times a number, as some language models look them up."""

    def forward(self, input):  # noqa: A002 - torch's name
        return 4 * super().forward(input)


def test_a_table_that_does_more_than_look_up_is_refused():
    model = Cnn()
    model.tokens = Scaled(V, D)
    with pytest.raises(ConfigError, match="path can't be 'Scaled': its own forward would be lost"):
        compress(model, "tokens", batches=batches(1), loss=loss, rank=1)
    assert isinstance(model.tokens, Scaled)


def test_a_parametrised_table_is_compressed():
    model = Cnn()
    parametrize.register_parametrization(model.tokens, "weight", nn.Tanh())
    smaller = compress(model, "tokens", batches=batches(1), loss=loss, method="fixed-point")
    torch.testing.assert_close(smaller.tokens.weight, model.tokens.weight, rtol=0, atol=0.01)


def test_a_rank_that_saves_nothing_is_warned_of():
    with pytest.warns(UserWarning, match="the table grows"):
        compress(Cnn(), "tokens", batches=batches(1), loss=loss, rank=16)
