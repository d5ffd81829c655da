"""Runs in words."""

import dataclasses

import pytest

from core.artifacts import Artifacts
from core.bundles.card import model_card
from core.compression.methods import METHODS
from core.compression.size import HOW_FAR
from core.config import RunConfig
from core.counted import counted
from core.parameters import specs
from core.profiling.significance import LEVEL, stars
from core.report.prose import provenance
from core.report.slides import slides
from core.results import PairedTest
from core.runs.finished import gallery
from core.words import brief, certainty, describe, settings, significant


@pytest.mark.parametrize(
    ("compression", "shown"),
    [(0.9, "90%"), (0.57, "57%"), (0.955, "95.5%"), (0.995, "99.5%"), (0.9999, "99.99%"), (0.001, "0.1%")],
)
def test_a_compression_is_shown_as_it_was_asked_for(compression, shown):
    told = describe(RunConfig(options={"compression": compression}))
    assert f" · {shown} smaller · " in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"schedule": "calr"}, "schedule calr"),
        ({"metric": "plain"}, "metric plain"),
        ({"rank": 4}, "rank 4"),
        ({"compression": 0.955}, "95.5% smaller"),
        ({"pretrain_epochs": 20}, "pretrain epochs 20"),
        ({"learning_rate": 0.01}, "learning rate 0.01"),
        ({"cjk": True}, "cjk"),
        ({"hidden": "30,20"}, "hidden 30,20"),
    ],
)
@pytest.mark.parametrize("words", [brief, describe])
def test_what_a_run_has_of_its_own_tells_it_from_others(words, change, told):
    names = words(RunConfig().changed(**change)).split(" · ")
    assert told in names
    assert names[-1] == "seed 0"
    assert len(names) == len(words(RunConfig()).split(" · ")) + 1


@pytest.mark.parametrize(("rank", "told"), [(7, {"rank": 7}), (4, {"compression": 0.9})])
def test_a_run_that_was_ended_by_hand_is_told_as_it_was(rank, told):
    run = gallery()["questions-dan-task"]
    assert settings(run.config, run.result) == run.config.to_dict()
    small = dataclasses.replace(run.result.compressed, rank=rank)
    run = dataclasses.replace(run, result=dataclasses.replace(run.result, trained_epochs=2.14, compressed=small))
    epochs = "2.14 of 10, ended by hand"
    found = settings(run.config, run.result)
    assert found == {**settings(RunConfig()), **told, "pretrain_epochs": epochs}
    for words in (brief, describe):
        names = words(run.config, run.result).split(" · ")
        assert f"pretrain epochs {epochs}" in names
        assert ("rank 7" in names) == ("90% smaller" not in names) == (rank == 7)
    facts = provenance(run.config, run.result)
    assert epochs in facts["By hand"]
    assert ("at rank 7" in facts["By hand"]) == (rank == 7)
    assert "equal numbers" not in facts["Seed"]
    assert "ended by hand" in slides(run, dark=False)[-1].statement


def test_other_vectors_are_named_in_brief():
    assert brief(RunConfig(vectors="random")) != brief(RunConfig())


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [(0.0312, 2, "0.031"), (9.96, 2, "10"), (99.7, 2, "100"), (0.5, 3, "0.5"), (21.04, 3, "21"), (1234.6, 3, "1,235")],
)
def test_a_number_has_its_digits_and_never_an_exponent(value, digits, shown):
    assert significant(value, digits) == shown


@pytest.mark.parametrize("method", METHODS.names())
def test_every_size_of_every_method_is_told(method):
    for spec in specs(METHODS.get(method).parameters):
        if spec.one_of == HOW_FAR and spec.name != "compression":
            told = describe(RunConfig(method=method, options={spec.name: spec.start}))
            assert f" · {spec.name.replace('_', ' ')} {spec.start} · " in told


@pytest.mark.parametrize(("p_value", "chance"), [(LEVEL - 1e-6, False), (LEVEL, False), (LEVEL + 1e-6, True)])
def test_a_card_a_sentence_and_a_star_agree_where_chance_begins(p_value, chance):
    result = dataclasses.replace(gallery()["questions-dan-task"].result, paired_test=PairedTest(p_value, 9, 2))
    card = model_card(result, Artifacts(classes=(), tokens=(), max_tokens=1, models={}))
    told = ["may well be chance" in text for text in (card, certainty(result))]
    assert [*told, not stars([p_value])[0]] == [chance] * 3


@pytest.mark.parametrize(("number", "told"), [(0, "0 runs"), (1, "1 run"), (2, "2 runs"), (1234, "1,234 runs")])
def test_one_of_something_is_told_as_one(number, told):
    assert counted(number, "run") == told
