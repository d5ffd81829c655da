"""predict.py as it lies in a bundle, without torch, against the torch model."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.bundles import load_bundle, predict
from core.bundles.predict import Classifier
from core.compression.methods import METHODS
from core.data import tokenizer
from tests.bundles.making import LEFT, MODEL_CASES, TEXTS, lines_of, model_of, predict_py, write

EVERY = pytest.mark.parametrize("method", METHODS.names())
EVERY_MODEL = pytest.mark.parametrize("case", list(MODEL_CASES))


@EVERY
@EVERY_MODEL
def test_numpy_says_what_torch_says(method, case, tmp_path):
    model = model_of(case, method)
    folder = write(tmp_path / "bundle", model)
    loaded = load_bundle(folder)
    found = Classifier(folder).probabilities(TEXTS)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, loaded.probabilities(TEXTS), rtol=0, atol=1e-5)
    np.testing.assert_allclose(model(loaded.encode(TEXTS)).detach().softmax(1), found, rtol=0, atol=1e-4)
    assert Classifier(folder).probabilities([]).shape == loaded.probabilities([]).shape == (0, 3)
    assert found.std(0).max() > 1e-3, "texts differ, and so do the answers"


@pytest.mark.parametrize("per", ["row", "column"])
@pytest.mark.parametrize("bits", [8, 4, 2, 1])
def test_numpy_reads_every_fixed_point(bits, per, tmp_path):
    folder = write(tmp_path / "bundle", model_of("dan", "fixed-point", bits=bits, per=per))
    np.testing.assert_allclose(
        Classifier(folder).probabilities(TEXTS), load_bundle(folder).probabilities(TEXTS), rtol=0, atol=1e-5
    )


@EVERY_MODEL
def test_the_script_needs_no_torch(case, tmp_path):
    folder = write(tmp_path / "bundle", model_of(case, "low-rank-int4"))
    expected = load_bundle(folder).predict(TEXTS[:4])
    found = lines_of(predict_py(folder, *TEXTS[:4]))
    assert [each["text"] for each in found] == TEXTS[:4]
    assert [each["label"] for each in found] == [each["label"] for each in expected]
    for one, other in zip(found, expected, strict=True):
        assert one["probabilities"] == pytest.approx(other["probabilities"], abs=1e-5)


def test_the_script_reads_a_text_a_line(tmp_path):
    folder = write(tmp_path / "bundle")
    found = lines_of(predict_py(folder, text="w7 schön\n\n日本"))
    assert [each["text"] for each in found] == ["w7 schön", "", "日本"]
    assert lines_of(predict_py(folder, text="\ufeffw7 schön\n\n日本")) == found, "a byte order mark is no word"
    assert set(found[0]["probabilities"]) == set(LEFT.classes)
    assert sum(found[0]["probabilities"].values()) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("model.safetensors", b"x", "model.safetensors isn't the file that was exported"),
        ("vocabulary.txt", b"x\n", "vocabulary.txt isn't the file that was exported"),
        ("vocabulary.txt", None, "No such file"),
        ("config.json", b"{", "Error: "),
        ("config.json", b'{"schema": 99, "tokenizer": {"rule": ""}}', "another schema"),
    ],
)
def test_the_script_refuses_an_altered_bundle_in_a_line(name, content, sentence, tmp_path):
    done = predict_py(write(tmp_path / "bundle", **{name: content}), "a text")
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(rf"Error: .*{re.escape(sentence.removeprefix('Error: '))}.*\n", done.stderr)


def test_the_tokenizer_is_the_cores():
    assert predict.TOKEN.pattern == tokenizer._TOKEN.pattern
    assert predict.TOKEN.flags == tokenizer._TOKEN.flags


@given(
    st.text(st.characters(codec=None))
    | st.lists(st.sampled_from(["n't", "'", "’", ".", "-", "u", "é", ":)", "3", "İ", "ß", "日本", "👩‍🚀"])).map(
        "".join
    ),
    st.booleans(),
)
def test_any_text_is_cut_as_the_core_cuts_it(text, cjk):
    assert predict.tokenize(text, cjk=cjk) == tokenizer.tokenize(text, cjk=cjk)
