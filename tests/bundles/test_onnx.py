"""The ONNX graph, run by onnxruntime, against the torch model."""

import numpy as np
import pytest

from core.bundles import load_bundle
from core.compression.methods import METHODS
from core.errors import MissingPackageError
from tests.bundles.making import MODEL_CASES, TEXTS, model_of, write

runtime = pytest.importorskip("onnxruntime")


def answers(folder, texts):
    """The probabilities (B, C) that the graph gives, all texts in one padded batch."""
    batch = load_bundle(folder).encode(texts)
    lengths = batch.lengths.numpy()
    ids = np.full((len(texts), lengths.max()), 7)
    for row, text in enumerate(batch.split(1)):
        ids[row, : lengths[row]] = text.ids.numpy()
    session = runtime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    return session.run(["probabilities"], {"ids": ids, "lengths": lengths})[0]


@pytest.mark.parametrize("method", METHODS.names())
@pytest.mark.parametrize("case", list(MODEL_CASES))
def test_onnx_says_what_torch_says(method, case, tmp_path):
    folder = write(tmp_path / "bundle", model_of(case, method), onnx=True)
    np.testing.assert_allclose(answers(folder, TEXTS), load_bundle(folder).probabilities(TEXTS), rtol=0, atol=1e-5)


@pytest.mark.parametrize("per", ["row", "column"])
@pytest.mark.parametrize("bits", [8, 4, 2, 1])
def test_onnx_reads_every_fixed_point(bits, per, tmp_path):
    folder = write(tmp_path / "bundle", model_of("dan", "fixed-point", bits=bits, per=per), onnx=True)
    np.testing.assert_allclose(answers(folder, TEXTS), load_bundle(folder).probabilities(TEXTS), rtol=0, atol=1e-5)


def test_one_text_alone_is_what_it_is_among_others(tmp_path):
    folder = write(tmp_path / "bundle", model_of("lstm-max"), onnx=True)
    together = answers(folder, TEXTS)
    for row, text in enumerate(TEXTS):
        np.testing.assert_allclose(answers(folder, [text])[0], together[row], rtol=0, atol=1e-6)


def test_without_onnx_the_sentence_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setattr("core.bundles.onnx_graph.onnx", None)
    with pytest.raises(MissingPackageError, match=r"requirements-onnx\.txt"):
        write(tmp_path / "bundle", onnx=True)
    assert not list(tmp_path.iterdir())
