"""A text's answers, and the test texts that flipped, on a tiny run."""

import dataclasses
import json

import pytest
import torch

from core.errors import DataError
from core.insights.answers import Examples, Explained, classify, examples, explain, flips
from core.insights.attribution import TOLERANCE
from core.insights.opened import MODELS, open_models, read_texts
from core.pipeline import run
from tests.test_pipeline import config


@pytest.fixture(params=["cnn", "dan", "lstm"])
def opened(request, corpus_folder, tmp_path):
    chosen = config(corpus_folder, model=request.param, rank=1, retrain_epochs=0, metric="plain")
    result = run(chosen, folder=tmp_path)
    models = open_models(tmp_path)
    return models, read_texts(chosen, result.dataset, models["dense"]), result


def test_the_texts_are_read_as_the_run_read_them(opened):
    models, texts, result = opened
    assert len(texts.test) == result.dataset.test
    dense = models["dense"].model
    right = torch.cat([dense(batch).argmax(1) == batch.labels for batch in texts.test.split(50)])
    assert float(right.double().mean()) == pytest.approx(result.dense.test_accuracy)
    assert int(texts.counts.sum()) == len(texts.train.ids)
    assert texts.counts[1:].tolist() == sorted(texts.counts[1:].tolist(), reverse=True)


def test_texts_that_have_changed_are_refused(opened, corpus_folder):
    models, _, result = opened
    chosen = config(corpus_folder)
    with (corpus_folder / "train.tsv").open("a", encoding="utf-8") as stream:
        stream.write("one more\tpositive\n")
    with pytest.raises(DataError, match="has changed"):
        read_texts(chosen, result.dataset, models["dense"])


def test_other_texts_are_refused_though_they_are_as_many(opened, corpus_folder):
    models, _, result = opened
    path = corpus_folder / "train.tsv"
    path.write_text(path.read_text(encoding="utf-8").replace("\t", " indeed\t").replace("text indeed", "text", 1))
    with pytest.raises(DataError, match="has changed"):
        read_texts(config(corpus_folder), result.dataset, models["dense"])
    older = dataclasses.replace(result.dataset, content_hash="")
    assert len(read_texts(config(corpus_folder), older, models["dense"]).test) == result.dataset.test


@pytest.mark.parametrize(("count", "unread"), [(200, 0), (203, 3)])
def test_words_that_come_too_late_are_counted(opened, count, unread):
    told = explain(opened[0], "good " * count)
    assert (len(told.tokens), told.unread) == (200, unread)
    assert Explained.from_dict(json.loads(json.dumps(told.to_dict()))) == told


def test_every_models_shares_explain_its_own_difference_on_one_question(opened):
    models, _, _ = opened
    told = explain(models, "w1 good unheard-of GREAT")
    assert told.tokens == ("w1", "good", "unheard-of", "great")
    assert told.known == (True, True, False, True)
    assert [answer.model for answer in told.answers] == list(MODELS)
    for answer in told.answers:
        assert sum(answer.probabilities) == pytest.approx(1)
        promised = TOLERANCE * max(1.0, abs(answer.difference - answer.baseline))
        assert answer.baseline + sum(answer.shares) == pytest.approx(answer.difference, abs=promised)
        first, second = (answer.probabilities[place] for place in (told.towards, told.against))
        assert (answer.difference > 0) == (first > second)
    assert told.answer("dense").label == told.towards
    moves = dict.fromkeys(told.tokens, 0.0) | dict(told.moved())
    before, after = (told.answer(name) for name in ("dense", "compressed"))
    moved = after.difference - after.baseline - (before.difference - before.baseline)
    assert sum(moves.values()) == pytest.approx(moved, abs=2 * promised)


def test_a_text_without_a_word_is_one_unknown_token(opened):
    told = explain(opened[0], "  ")
    assert told.known == (False,)
    assert len(told.answers[0].shares) == 1


def test_flips_are_the_texts_that_only_one_model_has_right(opened):
    models, texts, result = opened
    found = flips(models, texts, progress=lambda _: None)
    test = result.paired_test
    assert len(found) == test.only_dense_right + test.only_compressed_right  # of two classes, one of two is right


def test_examples_show_flips_first_and_survive_json(opened):
    models, texts, _ = opened
    heard = []
    found = examples(models, texts, progress=heard.append, most=5)
    assert len(found.examples) == 5
    assert [each.flipped for each in found.examples] == [place < found.flips for place in range(5)]
    assert heard[-1] == pytest.approx(1)
    assert heard == sorted(heard)
    assert Examples.from_dict(json.loads(json.dumps(found.to_dict()))) == found
    assert isinstance(found.examples[0], Explained)


def test_a_table_of_many_texts_agrees_with_each_alone(opened):
    models, _, _ = opened
    told = [explain(models, text) for text in ("good", "bad w3")]
    rows = classify(models, ["good", "bad w3"], progress=lambda _: None)
    for row, one in zip(rows, told, strict=True):
        answer = one.answer("compressed")
        assert row["compressed"] == one.classes[answer.label]
        assert row["compressed probability"] == pytest.approx(max(answer.probabilities), abs=1e-6)
