"""Distillation: the loss against its definition and its limit, and what re-training learns from."""

import copy
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.compression.methods import METHODS
from core.events import Silent
from core.pipeline import compress, learns_from_answers, load, retrain, run, source_of, train
from core.runs.trunk_store import trunk_part
from core.training.distillation import distillation_loss
from core.training.evaluate import logits_of
from tests.conftest import ragged
from tests.test_pipeline import config, without_timings


def random_logits(seed, texts=7, classes=4):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(texts, classes, generator=generator, dtype=torch.float64) for _ in range(2)]


@given(st.integers(0, 100), st.floats(0.2, 20))
def test_the_loss_is_the_divergence_of_the_softened_answers(seed, temperature):
    logits, answers = random_logits(seed)
    taught, learned = ((each / temperature).softmax(1) for each in (answers, logits))
    divergence = (taught * (taught / learned).log()).sum(1).mean()
    found = distillation_loss(logits, answers, temperature=temperature)
    torch.testing.assert_close(found, temperature**2 * divergence)
    assert distillation_loss(answers, answers, temperature=temperature) == pytest.approx(0, abs=1e-12)


def test_weights_make_it_the_weighted_mean_over_texts():
    logits, answers = random_logits(0)
    weights = torch.tensor([1.0, 0, 3, 1, 2, 0, 0.5], dtype=torch.float64)
    each = torch.stack(
        [distillation_loss(*pair, temperature=2.0) for pair in zip(logits.split(1), answers.split(1), strict=True)]
    )
    found = distillation_loss(logits, answers, temperature=2.0, weights=weights)
    torch.testing.assert_close(found, (weights * each).sum() / weights.sum())


def test_hot_answers_are_matched_by_least_squares():
    """Hinton et al., section 2.1: at high T the gradient goes to (z - v) / C, both with zero mean."""
    logits, answers = (each - each.mean(1, keepdim=True) for each in random_logits(0))
    logits.requires_grad_()
    (7 * distillation_loss(logits, answers, temperature=1e4)).backward()
    torch.testing.assert_close(logits.grad, (logits - answers).detach() / 4, atol=1e-3, rtol=1e-3)


def test_answers_stay_with_their_texts():
    texts = ragged([3, 1, 4, 2], vocabulary=9, classes=2)
    answered = replace(texts, answers=torch.arange(8.0).reshape(4, 2))
    chosen = answered.select(torch.tensor([2, 0, 3]))
    assert chosen.answers.tolist() == [[4, 5], [0, 1], [6, 7]]
    assert [batch.answers.tolist() for batch in chosen.split([1, 2])] == [[[4, 5]], [[0, 1], [6, 7]]]
    assert texts.select(torch.tensor([1])).answers is None


def retrained(chosen, *, labels=None):
    loaded = load(chosen, monitor=Silent())
    trunk = train(chosen, loaded, monitor=Silent())
    compressed = compress(source_of(chosen, loaded, trunk), loaded.method)
    if labels is not None:
        changed = replace(loaded.texts.train, labels=labels(loaded.texts.train.labels))
        loaded = replace(loaded, texts=replace(loaded.texts, train=changed))
    before = copy.deepcopy(trunk.dense)
    branch = retrain(chosen, loaded, trunk, compressed, monitor=Silent())
    for name, value in trunk.dense.state_dict().items():
        assert torch.equal(value, before.state_dict()[name])  # the teacher learns nothing
    return loaded, trunk, branch.compressed


@pytest.mark.parametrize("model", ["cnn", "dan", "lstm"])
def test_what_learns_from_answers_alone_does_not_read_the_labels(corpus_folder, model):
    chosen = config(corpus_folder, model=model, distillation=1.0)
    right, wrong = (retrained(chosen, labels=labels)[2].state_dict() for labels in (None, lambda right: 1 - right))
    assert all(torch.equal(value, wrong[name]) for name, value in right.items())


def test_class_weights_count_where_answers_alone_are_learned_from(corpus_folder):
    chosen = config(corpus_folder, distillation=1.0, class_weights="balanced")
    even, rare = (
        retrained(chosen, labels=lambda right, step=step: (torch.arange(len(right)) % step == 0).long())[2].state_dict()
        for step in (2, 10)
    )
    assert not all(torch.equal(value, rare[name]) for name, value in even.items())


def test_it_comes_nearer_to_the_dense_models_answers(corpus_folder):
    distances = {}
    for share in (0.0, 1.0):
        chosen = config(corpus_folder, distillation=share, rank=1, pretrain_epochs=3, retrain_epochs=6)
        loaded, trunk, compressed = retrained(chosen)
        answers = [logits_of(each, loaded.texts.train) for each in (compressed, trunk.dense)]
        distances[share] = float(distillation_loss(*answers, temperature=chosen.temperature))
    assert distances[1.0] < distances[0.0]


def test_offline_methods_know_no_dense_model(corpus_folder):
    taught, untaught = (config(corpus_folder, method="offline-low-rank", distillation=share) for share in (1.0, 0.0))
    assert learns_from_answers(taught, METHODS.get("low-rank").build)
    assert not learns_from_answers(taught, METHODS.get(taught.method).build)
    first, second = (without_timings(run(each).to_dict()) for each in (taught, untaught))
    assert first.pop("config") != second.pop("config")
    assert first == second


def test_runs_that_distil_otherwise_share_a_dense_model(corpus_folder):
    parts = [trunk_part(config(corpus_folder, distillation=share, temperature=3.0)) for share in (0.0, 0.7)]
    assert parts[0] == parts[1] == trunk_part(config(corpus_folder))
