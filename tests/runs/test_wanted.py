"""Runs found by what they are."""

from core.config import RunConfig
from core.events import Command
from core.runs.claim import Claim
from core.runs.store import RunStore
from core.runs.wanted import progress_of, stop_all, submit_missing
from core.runs.worker import execute
from tests.test_pipeline import Recorder, config


def test_a_run_is_found_by_its_configuration_whatever_the_order_of_its_options():
    store = RunStore()
    first = RunConfig(options={"rank": 3, "metric": "plain"})
    run = store.create(first)
    assert store.matching([RunConfig(options={"metric": "plain", "rank": 3}), RunConfig()])[0].id == run
    assert store.matching([RunConfig()]) == [None]


def test_a_run_is_found_however_its_whole_numbers_are_written():
    store = RunStore()
    run = store.create(RunConfig(learning_rate=1))
    assert store.matching([RunConfig(learning_rate=1.0)])[0].id == run


def test_each_configuration_is_written_out_once_however_many_runs_there_are(monkeypatch):
    store = RunStore()
    wanted = [RunConfig(seed=seed) for seed in range(4)]
    runs = [store.create(config) for config in wanted]
    written, to_dict = [], RunConfig.to_dict
    monkeypatch.setattr(RunConfig, "to_dict", lambda config: written.append(config) or to_dict(config))
    assert [record.id for record in store.matching(wanted)] == runs
    assert len(written) == len(wanted)


def test_done_goes_before_newer_and_ended_or_deleted_runs_do_not_count(corpus_folder):
    store, chosen = RunStore(), config(corpus_folder)
    done = store.create(chosen)
    execute(store, done)
    queued = store.create(chosen)
    assert store.matching([chosen])[0].id == done
    store.delete(done)
    assert store.matching([chosen])[0].id == queued
    Claim(store, queued).finish("failed", error="It failed.")
    assert store.matching([chosen]) == [None]
    lost = store.create(chosen, state="running")
    store.update(lost, lease=0.0)
    assert store.matching([chosen]) == [None]


def test_what_ended_without_a_result_is_told_until_another_run_goes_on(corpus_folder):
    store, chosen = RunStore(), config(corpus_folder)
    assert store.ended([chosen]) == [None]
    failed = store.create(chosen)
    Claim(store, failed).finish("failed", error="It failed.")
    assert [each and each.id for each in store.ended([chosen, RunConfig()])] == [failed, None]
    lost = store.create(chosen, state="running")
    assert store.ended([chosen]) == [None]
    store.update(lost, lease=0.0)
    (found,) = store.ended([chosen])
    assert (found.id, found.state) == (lost, "lost")
    store.delete(lost)
    assert store.ended([chosen])[0].id == failed
    store.create(chosen)
    assert store.ended([chosen]) == [None]


def test_a_run_that_was_ended_by_hand_is_not_what_its_configuration_finds(corpus_folder):
    store, chosen = RunStore(), config(corpus_folder)
    run = store.create(chosen)
    execute(store, run, watcher=Recorder(Command("compress-now"), after=4))
    assert store.get(run).state == "done"
    assert store.matching([chosen]) == [None]


def test_only_what_is_missing_is_queued_and_all_of_it_can_be_stopped(started):
    store = RunStore()
    wanted = [RunConfig(seed=seed) for seed in range(3)]
    store.create(wanted[1])
    submit_missing(store, wanted)
    submit_missing(store, wanted)
    assert len(store.newest()) == 3
    assert progress_of(store.matching(wanted)) == (0, 3)
    stop_all(store, wanted)
    assert progress_of(store.matching(wanted)) == (0, 0)
