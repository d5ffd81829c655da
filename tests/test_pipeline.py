"""The spine on a tiny corpus: numbers, repeatability, stop and compress-now."""

import dataclasses
import json

import pytest

from core.artifacts import Artifacts
from core.bundles.card import model_card
from core.config import RunConfig
from core.errors import ConfigError, StoppedError
from core.events import Command, Silent
from core.pipeline import run
from core.results import RunResult

TIMINGS = {"seconds", "latency_ms", "peak_rss_bytes"}


def config(folder, **options):
    own = {"dataset": str(folder), "vectors": "random", "pretrain_epochs": 6, "retrain_epochs": 2, "batch_size": 8}
    return RunConfig.from_dict({**own, "learning_rate": 0.02, "width": 16, "rank": 2, **options})


def without_timings(value):
    if isinstance(value, dict):
        return {key: without_timings(inner) for key, inner in value.items() if key not in TIMINGS}
    return value


class Recorder(Silent):
    """Remembers what it hears, and gives a command when the train stage has made `after` points."""

    def __init__(self, command=None, after=0):
        self.points, self.marks, self.stages = [], {}, []
        self.waiting, self.after = command, after

    def stage(self, stage, note):
        self.stages.append(stage)

    def point(self, point):
        self.points.append(point)

    def mark(self, name, values):
        self.marks[name] = values

    def command(self):
        if self.waiting and len(self.points) > self.after:
            given, self.waiting = self.waiting, None
            return given
        return None


@pytest.mark.parametrize("model", ["cnn", "dan", "lstm"])
@pytest.mark.parametrize("method", ["low-rank", "offline-low-rank"])
def test_run_learns_compresses_and_repeats_to_the_bit(corpus_folder, model, method, tmp_path):
    chosen = config(corpus_folder, model=model, method=method)
    monitor = Recorder()
    first = run(chosen, monitor=monitor, folder=tmp_path)
    assert without_timings(first.to_dict()) == without_timings(run(chosen).to_dict())
    assert first.compressed.rank == 2
    assert first.dense.test_accuracy > 0.9
    assert first.deployed.test_accuracy == first.compressed.test_accuracy
    assert first.deployed.bytes_on_disk < first.compressed.bytes_on_disk < first.dense.bytes_on_disk
    for name in ("dense", "compressed", "deployed"):
        assert (tmp_path / f"{name}.safetensors").stat().st_size == getattr(first, name).bytes_on_disk
    assert monitor.stages == ["load", "train", "curve", "compress", "retrain", "profile"]
    assert set(monitor.marks) == {"dense", "just_compressed", "compressed"}
    iterations = [point.iteration for point in monitor.points]
    assert iterations == sorted(iterations)
    best = max(point.values.get("dev_accuracy", 0) for point in monitor.points if point.stage == "train")
    assert first.dense.dev_accuracy == best


def test_result_survives_json(corpus_folder):
    result = run(config(corpus_folder))
    assert RunResult.from_dict(json.loads(json.dumps(result.to_dict()))) == result


def test_stop_is_obeyed_at_the_next_iteration(corpus_folder):
    monitor = Recorder(Command("stop"), after=4)
    with pytest.raises(StoppedError):
        run(config(corpus_folder), monitor=monitor)
    assert len(monitor.points) == 5


def test_compress_now_ends_training_and_sets_the_rank(corpus_folder):
    monitor = Recorder(Command("compress-now", rank=3), after=4)
    result = run(config(corpus_folder), monitor=monitor)
    assert result.compressed.rank == 3
    trained = max(point.iteration for point in monitor.points if point.stage == "train")
    assert trained < 13 * 6


def test_a_run_that_was_ended_by_hand_says_so_at_the_rank_that_it_has(corpus_folder, tmp_path):
    for command, rank in ((Command("compress-now", rank=9_999), 16), (Command("compress-now"), 2)):
        result = run(config(corpus_folder), monitor=Recorder(command, after=4), folder=tmp_path)
        assert (result.compressed.rank, result.ended_by_hand) == (rank, True)
        assert 0 < result.trained_epochs < 6
        assert "ended by hand" in result.warnings[-1]
        assert result.warnings[-1].endswith(", which the settings alone don't repeat.")
        assert ("at rank 16" in result.warnings[-1]) == (rank == 16)
        assert ("the table grows" in result.warnings[0]) == (rank == 16)
        assert result.warnings[-1] in model_card(result, Artifacts.read(tmp_path))
    whole = run(config(corpus_folder))
    assert (whole.trained_epochs, whole.ended_by_hand, whole.warnings) == (6, False, ())


def test_a_method_without_a_rank_takes_none_from_a_run_that_was_ended_by_hand(corpus_folder):
    chosen = config(corpus_folder).changed(method="dense+")
    result = run(chosen, monitor=Recorder(Command("compress-now", rank=7), after=4))
    assert "ended by hand" in result.warnings[-1]
    assert "rank" not in result.warnings[-1]


def test_rank_wider_than_the_table_is_refused_before_training(corpus_folder):
    monitor = Recorder()
    with pytest.raises(ConfigError, match="the rank is at most 16"):
        run(config(corpus_folder, rank=17), monitor=monitor)
    assert monitor.stages == ["load"]


def test_rank_above_break_even_warns(corpus_folder):
    result = run(config(corpus_folder, rank=15))
    assert "the table grows" in result.warnings[0]
    assert result.compressed.compression < 0


def test_no_retraining_keeps_the_compressed_state(corpus_folder):
    result = run(dataclasses.replace(config(corpus_folder), retrain_epochs=0))
    assert result.compressed.dev_accuracy == result.compressed.before_retraining.dev_accuracy


@pytest.mark.parametrize(("stage", "name"), [("train", "learning_rate"), ("retrain", "retrain_learning_rate")])
def test_training_that_diverges_is_a_sentence_and_no_accuracy_is_taken_from_it(corpus_folder, stage, name):
    chosen = config(corpus_folder, optimizer="sgd", schedule="constant", hidden="200,200,200", retrain_epochs=6)
    monitor = Recorder()
    with pytest.raises(ConfigError, match=f"^{name} can't be 9.9: training diverged"):
        run(dataclasses.replace(chosen, **{name: 9.9}), monitor=monitor)
    assert monitor.stages[-1] == stage
