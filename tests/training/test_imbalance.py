"""Rare classes: macro-F1 against scikit-learn, class weights against the loss's definition, and what they do."""

import dataclasses
import json

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from core.pipeline import run
from core.results import RunResult
from core.training.class_weights import class_weights
from core.training.evaluate import macro_f1
from tests.test_pipeline import config, without_timings

pairs = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=40)


@given(pairs)
def test_macro_f1_is_scikit_learns(drawn):
    labels, predicted = (torch.tensor(column) for column in zip(*drawn, strict=True))
    expected = f1_score(labels.numpy(), predicted.numpy(), average="macro", zero_division=0)
    assert macro_f1(predicted, labels) == pytest.approx(expected, abs=1e-12)


def test_balanced_weights_let_every_class_add_up_to_the_same():
    labels = torch.tensor([0] * 90 + [1] * 9 + [2])
    weights = class_weights(labels, "balanced")
    torch.testing.assert_close(weights, torch.tensor([100 / 270, 100 / 27, 100 / 3]))
    logits = torch.randn(100, 3, generator=torch.Generator().manual_seed(0))
    each = -logits.log_softmax(1)[torch.arange(100), labels]
    by_class = torch.stack([each[labels == name].mean() for name in range(3)])
    loss = torch.nn.functional.cross_entropy(logits, labels, weight=weights)
    torch.testing.assert_close(loss, by_class.mean())


def test_no_weights_are_none():
    assert class_weights(torch.tensor([0, 1, 1]), "none") is None


@pytest.fixture
def rare_folder(tmp_path):
    """600 texts, every tenth of the rare class: they are odd, but so are twice as many of the common one."""
    odd = ["odd\trare"] * 60 + ["odd\tcommon"] * 120
    rows = ["text\tlabel", *odd, *["plain\tcommon"] * 420]
    (tmp_path / "rare").mkdir()
    (tmp_path / "rare" / "train.tsv").write_text("\n".join(rows) + "\n")
    return tmp_path / "rare"


def test_balanced_weights_find_the_rare_class_that_accuracy_gives_up(rare_folder):
    chosen = config(rare_folder)
    plain = run(chosen)
    balanced = run(dataclasses.replace(chosen, class_weights="balanced"))
    rare, common = 6, 54  # of the 60 test texts
    assert plain.dense.test_accuracy == 0.9  # nothing is ever called rare
    assert plain.dense.test_macro_f1 == pytest.approx((0 + 2 * common / (60 + common)) / 2)
    odd = round(60 * (1 - balanced.dense.test_accuracy))  # common ones, called rare as all odd ones are
    assert odd > rare
    by_class = (2 * rare / (2 * rare + odd), 2 * (common - odd) / (2 * common - odd))
    assert balanced.dense.test_macro_f1 == pytest.approx(sum(by_class) / 2)
    assert balanced.dense.test_macro_f1 > plain.dense.test_macro_f1


def test_results_from_before_macro_f1_still_load(corpus_folder):
    values = json.loads(json.dumps(run(config(corpus_folder)).to_dict()))
    assert 0 < values["dense"]["test_macro_f1"] <= 1
    for model in (values["dense"], values["compressed"], values["deployed"], values["compressed"]["before_retraining"]):
        del model["dev_macro_f1"], model["test_macro_f1"]
    old = RunResult.from_dict(values)
    assert old.dense.test_macro_f1 is None
    assert without_timings(RunResult.from_dict(old.to_dict()).to_dict()) == without_timings(old.to_dict())
