"""Half precision against NumPy's own float16, and three ways to read it against each other."""

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from core.bundles import load_bundle
from core.bundles.export import bundle_files, halving
from core.bundles.half import rounded
from core.bundles.predict import Classifier
from core.compression.methods import METHODS
from core.embeddings import FixedPointEmbedding
from core.errors import BundleError
from core.profiling.memory import parameter_count
from tests.bundles.making import LEFT, MODEL_CASES, TEXTS, lines_of, model_of, predict_py, write
from tests.conftest import ragged


@pytest.mark.parametrize("method", METHODS.names())
@pytest.mark.parametrize("case", list(MODEL_CASES))
def test_every_way_to_run_it_reads_the_same_halves(case, method, tmp_path):
    onnx = pytest.importorskip("tests.bundles.test_onnx")
    model = model_of(case, method)
    whole, half = write(tmp_path / "whole", model), write(tmp_path / "half", model, half=True, onnx=True)
    stored = load_file(half / "model.safetensors")
    for name, value in load_file(whole / "model.safetensors").items():
        table, _, part = name.rpartition(".")
        grid = part in ("first", "step") and f"{table}.step" in stored
        halved = value.dtype == np.float32 and not grid
        np.testing.assert_array_equal(stored[name], value.astype(np.float16) if halved else value)
    loaded = load_bundle(half)
    assert all(weight.dtype == torch.float32 for weight in loaded.model.parameters())
    found = loaded.probabilities(TEXTS).numpy()
    np.testing.assert_allclose(Classifier(half).probabilities(TEXTS), found, rtol=0, atol=1e-5)
    np.testing.assert_allclose(onnx.answers(half, TEXTS), found, rtol=0, atol=1e-5)
    np.testing.assert_allclose(load_bundle(whole).probabilities(TEXTS), found, rtol=0, atol=5e-3)


@pytest.mark.parametrize("bits", [8, 4, 1])
@pytest.mark.parametrize("per", ["row", "column"])
def test_no_number_is_off_by_more_than_its_own_last_digit(bits, per):
    model = model_of("dan")
    model = model.with_embedding(FixedPointEmbedding(torch.randn(60, 12) + 1e-3, bits=bits, per=per))
    pairs = {name: (value, rounded(model).state_dict()[name]) for name, value in model.state_dict().items()}
    pairs["table"] = model.embedding.table(), rounded(model).embedding.table()
    for whole, half in pairs.values():
        bound = (whole.abs() * 2**-11).clamp_min(3e-8)
        assert ((whole.double() - half.double()).abs() <= bound).all()


def test_half_takes_half(tmp_path):
    model = model_of("lstm-mean")
    sizes = [
        (write(tmp_path / name, model, half=name == "half") / "model.safetensors").stat().st_size
        for name in ("whole", "half")
    ]
    numbers = parameter_count(load_bundle(tmp_path / "half").model)
    assert sizes[0] - sizes[1] == pytest.approx(2 * numbers, abs=8)  # headers are filled up to eight bytes


def test_the_script_reads_halves_without_torch(tmp_path):
    folder = write(tmp_path / "bundle", model_of("cnn", "low-rank-int8"), half=True)
    found, expected = lines_of(predict_py(folder, *TEXTS[2:4])), load_bundle(folder).predict(TEXTS[2:4])
    assert [each["label"] for each in found] == [each["label"] for each in expected]


def test_exporting_leaves_the_model_as_it_is():
    model = model_of("cnn", "pruned-vocabulary")
    before = {name: value.clone() for name, value in model.state_dict().items()}
    bundle_files(model, LEFT, card="", half=True)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_a_number_that_half_precision_cannot_hold_is_named():
    model = model_of("dan")
    torch.nn.init.constant_(model.output.bias, 7e4)
    with pytest.raises(BundleError, match=r"output\.bias has a number over 65,504.*export it without"):
        bundle_files(model, LEFT, card="", half=True)


def test_what_rounding_moved_is_counted():
    model = model_of("dan-linear")
    texts = ragged([3] * 50, vocabulary=60, classes=3)
    assert halving(model, texts).moved == 0
    with torch.no_grad():  # two classes apart by less than half precision can tell
        model.output.weight[1] = model.output.weight[0]
        model.output.bias.copy_(torch.tensor([30.0, 30.0 + 1e-4, -30.0]))
    assert halving(model, texts).moved == 50
