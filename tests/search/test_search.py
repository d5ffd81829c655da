"""The search against trying everything, on planted truths; and a whole one on a tiny corpus."""

import dataclasses
import json
from contextlib import nullcontext
from importlib import import_module

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.cli import main
from core.commands.search import summary
from core.compression.overlap import eigenspace_overlap, whitening
from core.config import RunConfig
from core.errors import ConfigError, DivergedError, InputError, StoppedError
from core.events import Command, Silent
from core.pipeline import compress, load, retrain, source_of, train, with_method
from core.results import RunResult
from core.search import Target, search
from core.search.prediction import spearman
from core.search.results import Candidate
from core.search.screen import configured, screen
from core.search.search import FINALISTS, most_accurate, smallest, spread
from tests.test_pipeline import config

FLOOR = 0.8
METHODS = ("low-rank", "low-rank-int8", "pruned-vocabulary")


@st.composite
def monotone_worlds(draw):
    """Candidates of some methods, and what each would reach: no less the larger it is, whatever the screen says."""
    world = {}
    for method in draw(st.lists(st.sampled_from("abcde"), min_size=1, unique=True)):
        sizes = sorted(draw(st.sets(st.integers(1, 1000), min_size=1, max_size=12)))
        reached = sorted(draw(st.lists(st.floats(0, 1), min_size=len(sizes), max_size=len(sizes))))
        for size, after in zip(sizes, reached, strict=True):
            before = draw(st.floats(0, 1))
            world[Candidate(method, 0.9, size, before, 0.0)] = after
    return world


@settings(max_examples=200, deadline=None)
@given(monotone_worlds())
def test_bisecting_finds_what_trying_all_finds(world):
    tried = []

    def meets(candidate):
        tried.append(candidate)
        return world[candidate] >= FLOOR

    smallest(list(world), FLOOR, meets)
    good = [candidate.size_bytes for candidate, after in world.items() if after >= FLOOR]
    found = [candidate.size_bytes for candidate in tried if world[candidate] >= FLOOR]
    assert min(found, default=None) == min(good, default=None)
    assert len(tried) == len(set(tried))
    methods = {candidate.method for candidate in world}
    assert len(tried) <= 5 * len(methods)  # 1 + log₂ of 12 sizes, rounded up


@given(monotone_worlds())
def test_a_size_alone_takes_each_methods_largest_by_the_screen(world):
    tried = []
    most_accurate(list(world), tried.append)
    largest = {}
    for candidate in sorted(world, key=lambda each: each.size_bytes):
        largest[candidate.method] = candidate
    best = sorted(largest.values(), key=lambda each: -each.dev_accuracy)[:FINALISTS]
    assert [each.dev_accuracy for each in tried] == [each.dev_accuracy for each in best]
    assert set(tried) <= set(largest.values())


def test_checks_are_spread_from_best_to_worst():
    candidates = [Candidate("a", 0.9, place, place / 10, 0.0) for place in range(11)]
    assert [each.size_bytes for each in spread(candidates, 3)] == [10, 5, 0]
    assert spread(candidates[:2], 5) == [candidates[1], candidates[0]]
    assert spread([], 3) == []
    assert spread(candidates, 0) == []


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([1, 2, 3, 4], [10, 20, 30, 40], 1.0),
        ([1, 2, 3, 4], [4, 3, 2, 1], -1.0),
        ([1, 2, 3, 4, 5], [2, 1, 4, 3, 5], 1 - 6 * 4 / (5 * 24)),
        ([1, 2], [1, 2], None),
        ([1, 1, 1], [1, 2, 3], None),
    ],
)
def test_spearman(first, second, expected):
    found = spearman(first, second)
    assert found is None if expected is None else found == pytest.approx(expected)


def base(corpus_folder):
    own = {name: value for name, value in config(corpus_folder).to_dict().items() if name not in {"method", "rank"}}
    return RunConfig.from_dict(own)


def test_a_whole_search_tests_its_answer_once_and_says_how(corpus_folder):
    target = Target(most_points=5.0)
    result = search(base(corpus_folder), target, methods=METHODS, checks=2)
    assert result.chosen is not None
    assert result.dense_dev_accuracy - result.chosen.dev_accuracy <= 0.05 + 1e-9
    keeping = [tried.candidate.size_bytes for tried in result.path if tried.meets]
    assert result.chosen.candidate.size_bytes == min(keeping)
    assert sum(tried.check for tried in result.path) == 2
    assert [each.size_bytes for each in result.candidates] == sorted(each.size_bytes for each in result.candidates)
    assert {each.method for each in result.candidates} == set(METHODS)
    assert all(tried.dev_accuracy >= tried.candidate.dev_accuracy for tried in result.path)
    chosen = RunConfig.from_dict(result.config)
    assert (chosen.method, chosen.options["compression"]) == (
        result.chosen.candidate.method,
        result.chosen.candidate.compression,
    )
    assert chosen.to_command() in summary(result)
    json.dumps(result.to_dict())
    assert search(base(corpus_folder), target, methods=METHODS, checks=2) == result


def test_the_answer_is_the_run_that_it_names(corpus_folder, tmp_path):
    arguments = ["search", "--methods", "low-rank-int8,pruned-vocabulary", "--most-kb", "10", "--checks", "0"]
    for name, text in base(corpus_folder).to_text().items():
        arguments += [f"--{name.replace('_', '-')}", text]
    assert main([*arguments, "--json", str(tmp_path / "search.json")]) == 0
    found = json.loads((tmp_path / "search.json").read_text())
    assert found["chosen"]["candidate"]["size_bytes"] <= 10_000
    command = RunConfig.from_dict(found["config"]).to_command().split()[3:]
    assert main([*command, "--json", str(tmp_path / "run.json")]) == 0
    result = RunResult.from_dict(json.loads((tmp_path / "run.json").read_text()))
    assert result.deployed.bytes_on_disk == found["chosen"]["candidate"]["size_bytes"]
    assert result.compressed.before_retraining.dev_accuracy == found["chosen"]["candidate"]["dev_accuracy"]
    assert result.compressed.dev_accuracy == found["chosen"]["dev_accuracy"]
    assert result.compressed.test_accuracy == found["confirmation"]["test_accuracy"]
    assert dataclasses.asdict(result.paired_test) == found["confirmation"]["paired_test"]


def test_the_screen_takes_each_table_that_is_compressed_apart_once(corpus_folder, monkeypatch):
    chosen = base(corpus_folder)
    loaded = load(chosen, monitor=Silent())
    trunk = train(chosen, loaded, monitor=Silent())
    taken = []
    monkeypatch.setattr("core.search.screen.whitening", lambda table: taken.append(table) or whitening(table))
    found = screen(chosen, loaded, trunk, methods=("low-rank", "offline-low-rank"), monitor=Silent())
    for table, model in zip(taken, (trunk.dense, trunk.untrained), strict=True):
        assert torch.equal(table, model.embedding.table())
    for each in found:
        variant = configured(chosen, each.method, each.compression)
        own = with_method(variant, loaded)
        source = source_of(variant, own, trunk)
        assert each.overlap == eigenspace_overlap(source.table, compress(source, own.method).embedding.table().detach())


def test_targets_that_cannot_be_are_refused(corpus_folder, capsys):
    with pytest.raises(ConfigError, match="give --most-kb, --most-points, or both"):
        Target()
    with pytest.raises(ConfigError, match="at most 100"):
        Target(most_points=101.0)
    with pytest.raises(ConfigError, match=r"dense\+.*choose some of"):
        search(base(corpus_folder), Target(most_points=1.0), methods=["dense+"])
    with pytest.raises(InputError, match="The smallest of these models takes"):
        search(base(corpus_folder), Target(most_kb=0.01), methods=["low-rank"])
    assert main(["search"]) == 2
    assert "--most-kb" in capsys.readouterr().err


def test_nothing_is_claimed_where_nothing_keeps_the_target(corpus_folder):
    harder = dataclasses.replace(base(corpus_folder), retrain_epochs=0)
    result = search(harder, Target(most_kb=5.5, most_points=0.0), methods=["random-low-rank"], checks=0)
    assert (result.chosen, result.confirmation) == (None, None)
    assert "Nothing that was tried keeps the target" in summary(result)


def test_where_retraining_diverges_larger_ones_are_tried_and_where_all_does_it_is_a_sentence(
    corpus_folder, monkeypatch
):
    retrained = []

    def diverging(config, *arguments, **named):
        retrained.append(config)
        if len(retrained) <= failing:
            raise DivergedError("retrain_learning_rate", 9.9)
        return retrain(config, *arguments, **named)

    monkeypatch.setattr(import_module("core.search.search"), "retrain", diverging)
    target = Target(most_points=100.0)
    for failing in (1, 100):
        retrained.clear()
        with pytest.raises(DivergedError, match=r"can't be 9\.9") if failing == 100 else nullcontext():
            found = search(base(corpus_folder), target, methods=["low-rank"], checks=0)
            assert found.chosen
            assert len(found.path) == len(retrained) - 1


def test_a_search_can_be_stopped(corpus_folder):
    class Stopping(Silent):
        def command(self):
            return Command("stop")

    with pytest.raises(StoppedError):
        search(base(corpus_folder), Target(most_points=1.0), monitor=Stopping())
