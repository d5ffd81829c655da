"""Every kind of table, in every model, made again from its description and its weights."""

import json

import pytest
import torch
from safetensors.torch import load, save

from core.artifacts import Artifacts, load_model
from core.compression.fold import fold
from core.compression.methods import METHODS
from core.compression.metrics import Source
from core.embeddings import EMBEDDINGS, DenseEmbedding, LowRankEmbedding
from core.errors import BundleError
from core.models import MODELS
from core.models.saved import describe, rebuild
from core.pipeline import run
from tests.conftest import ragged
from tests.test_pipeline import config

V, D = 60, 12
EVERY = pytest.mark.parametrize("component", list(METHODS), ids=lambda component: component.name)
EVERY_MODEL = pytest.mark.parametrize("model", list(MODELS), ids=lambda component: component.name)


def dense_model(component):
    torch.manual_seed(0)
    return component.build(DenseEmbedding(torch.randn(V, D)), 3, component.example)


def stages(component, model):
    """The model with the table of a method: as it trains, packed, and folded."""
    batch = ragged([30, 40, 20], vocabulary=V, classes=3)
    source = Source(model=model, counts=torch.bincount(batch.ids, minlength=V), train=batch, seed=0)
    made = model.with_embedding(component.build(component.example).compress(source))
    packed = made.with_embedding(made.embedding.packed())
    return [made.eval(), packed.eval(), fold(packed).eval()]


@EVERY
@EVERY_MODEL
def test_a_model_comes_back_from_description_and_weights(component, model):
    batch = ragged([3, 1, 9], vocabulary=V, classes=3)
    for stage in stages(component, dense_model(model)):
        description = json.loads(json.dumps(describe(stage)))
        again = rebuild(description, load(save(stage.state_dict())))
        assert torch.equal(again(batch), stage(batch))
        assert not again.training
        assert describe(again) == describe(stage)
        assert again.embedding.formula_bytes() == stage.embedding.formula_bytes()


def test_every_kind_of_table_is_one_that_some_method_makes():
    model = dense_model(MODELS.get("dan"))
    made = {type(stage.embedding) for component in METHODS for stage in stages(component, model)}
    assert made == {component.build for component in EMBEDDINGS}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"model": {"kind": "transformer"}}, "choose one of cnn, dan, lstm"),
        ({"model": {"kind": "dan", "hidden": "x"}}, "commas between"),
        ({"model": {"kind": "dan", "colour": "red"}}, "unexpected keyword"),
        ({"model": []}, "can't be used"),
        ({"embedding": {"kind": "dense", "rows": V}}, "KeyError: 'width'"),
        ({"embedding": {"kind": "dense", "rows": -1, "width": D}}, "negative"),
        ({"embedding": {"kind": "dense", "rows": "many", "width": D}}, "TypeError"),
        ({"embedding": {"kind": "hashed", "rows": V, "width": D, "buckets": 0}}, "ZeroDivisionError"),
        ({"embedding": {"kind": "dense", "rows": 10**12, "width": D}}, r"\(60, 12\) of torch.float32, where"),
        ({"embedding": {"kind": "dense", "rows": V, "width": D - 1}}, "where the description says"),
        ({"embedding": {"kind": "pruned", "rows": V, "width": D, "keep": 3}}, "lack 'embedding.kept'"),
        ({"classes": 4}, "'output.weight' are"),
        ({"classes": None}, "can't be used"),
    ],
)
def test_a_description_of_something_else_is_refused(change, sentence):
    model = dense_model(MODELS.get("dan"))
    with pytest.raises(BundleError, match=sentence):
        rebuild({**describe(model), **change}, model.state_dict())


def test_other_numbers_than_described_are_refused():
    model = dense_model(MODELS.get("dan"))
    weights = model.state_dict()
    with pytest.raises(BundleError, match=r"torch\.float64, where"):
        rebuild(describe(model), {**weights, "output.bias": weights["output.bias"].double()})
    with pytest.raises(BundleError, match="surplus 'more'"):
        rebuild(describe(model), {**weights, "more": torch.zeros(1)})


def test_what_is_not_registered_has_no_name():
    class Strange(LowRankEmbedding):
        """Not registered."""

    with pytest.raises(ValueError, match="isn't registered"):
        EMBEDDINGS.name_of(Strange)


@pytest.mark.parametrize("model", MODELS.names())
def test_a_run_leaves_what_its_models_need(model, corpus_folder, tmp_path):
    result = run(config(corpus_folder, model=model, max_tokens=50), folder=tmp_path)
    left = Artifacts.read(tmp_path)
    assert left.classes == result.dataset.classes
    assert len(left.tokens) == result.dataset.vocabulary
    assert left.max_tokens == 50
    for name in ("dense", "compressed", "deployed"):
        loaded = load_model(tmp_path, name)
        assert loaded.embedding.num_embeddings == len(left.tokens)
        assert describe(loaded) == left.models[name]


def test_what_a_run_left_is_missed_by_name(tmp_path, corpus_folder):
    with pytest.raises(BundleError, match=r"models\.json"):
        load_model(tmp_path, "dense")
    run(config(corpus_folder), folder=tmp_path)
    with pytest.raises(BundleError, match="'other'"):
        load_model(tmp_path, "other")
    (tmp_path / "dense.safetensors").write_bytes(b"no such thing")
    with pytest.raises(BundleError, match="run it again"):
        load_model(tmp_path, "dense")
    (tmp_path / "vocabulary.txt").unlink()
    with pytest.raises(BundleError, match=r"vocabulary\.txt"):
        load_model(tmp_path, "deployed")
