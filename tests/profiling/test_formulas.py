"""Closed forms against models of exactly those sizes."""

import pytest
import torch

from core.compression.fold import fold
from core.config import RunConfig
from core.embeddings import DenseEmbedding, FixedPointEmbedding, LowRankEmbedding
from core.models import MODELS
from core.models.base import PooledClassifier
from core.pipeline import run
from core.profiling.formulas import forms, put_in, shape_of, value, written
from core.profiling.memory import formula_bytes
from core.profiling.variants import TITLES, NaiveLowRankEmbedding
from tests.test_pipeline import config

RANK = 3
CASES = [
    ("cnn", {"windows": "2,3", "filters": 5}),
    ("dan", {"hidden": "30,25"}),
    ("dan", {"hidden": ""}),
    ("lstm", {"units": 9}),
    ("lstm", {"units": 9, "bidirectional": True}),
]


def of_exactly_that_size(chosen, result):
    """The model of every form, by the form's name."""
    rows, width = result.dataset.vocabulary, result.vectors.width
    left, right = torch.randn(rows, RANK), torch.randn(RANK, width)
    component = MODELS.get(chosen.model)
    dense = component.build(DenseEmbedding(left @ right), len(result.dataset.classes), chosen.parameters("model"))
    factorised = dense.with_embedding(LowRankEmbedding(left, right))
    made = {
        "dense": dense,
        "folded": fold(factorised),
        "fixed-point": dense.with_embedding(FixedPointEmbedding(left @ right, bits=8, per="row")),
    }
    if isinstance(dense, PooledClassifier):
        return {**made, "pool-first": factorised, "naive": dense.with_embedding(NaiveLowRankEmbedding(left, right))}
    return {**made, "factorised": factorised}


@pytest.mark.parametrize(("model", "options"), CASES)
def test_every_form_costs_what_such_a_model_costs(model, options, corpus_folder):
    chosen = config(corpus_folder, model=model, pretrain_epochs=1, retrain_epochs=1, **options)
    result = run(chosen)
    shape = shape_of(RunConfig.from_dict(result.config), result)
    letters = shape.letters(RANK)
    made = of_exactly_that_size(chosen, result)
    assert {form.name for form in forms(shape)} == set(made) <= set(TITLES)
    rest = formula_bytes(made["dense"]) - 4 * shape.width * (shape.rows + shape.reader)
    for form in forms(shape):
        assert value(form.macs, letters) + shape.other_macs == made[form.name].macs(shape.tokens)
        assert value(form.bytes_stored, letters) + rest == formula_bytes(made[form.name])
    assert result.dense.macs == value(forms(shape)[0].macs, letters) + shape.other_macs


def test_a_formula_is_written_in_letters_and_in_numbers():
    terms, letters = (("4", "V", "r"), ("4", "r", "h")), {"V": 12_000, "r": 9, "h": 300}
    assert written(terms) == "4·V·r + 4·r·h"
    assert put_in(terms, letters) == "4·12,000·9 + 4·9·300"
    assert value(terms, letters) == 442_800
