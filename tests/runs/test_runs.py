"""The store, and what a process that executes a run tells it."""

import os
import signal
import sqlite3
import threading
import time
from contextlib import nullcontext
from dataclasses import replace

import pytest

from core.config import RunConfig
from core.errors import InputError, StoppedError, StoreError, SupersededError
from core.events import Command, Point, Silent
from core.pipeline import run as run_pipeline
from core.runs import worker
from core.runs.claim import Claim
from core.runs.store import RunStore
from core.runs.worker import StoreMonitor, execute
from core.training.fit import obey
from core.training.optimizers import OPTIMIZERS
from tests.test_pipeline import config, without_timings


def test_store_keeps_what_it_is_given():
    store = RunStore()
    chosen = RunConfig(options={"rank": 3})
    run = store.create(chosen)
    points = [Point("train", 1, 0.5, {"train_loss": 1.25}), Point("train", 2, 1.0, {"dev_accuracy": 0.5})]
    assert store.get(run).state == "queued"
    claim = Claim(store, run)
    claim.write(points)
    claim.mark("dense", {"epoch": 1.0})
    stored = RunStore().points(run)
    assert [each.point for each in stored] == points
    assert [each.point for each in store.points(run, after=stored[0].sequence)] == points[1:]
    assert store.marks(run) == {"dense": {"epoch": 1.0}}
    assert store.get(run).config == chosen
    assert store.get(run).state == "running"


def test_the_first_point_is_written_at_once_and_the_next_ones_together(monkeypatch):
    monkeypatch.setattr(worker, "WRITE_SECONDS", 60)
    store = RunStore()
    run = store.create(RunConfig())
    monitor = StoreMonitor(Claim(store, run), lambda: None, Silent())
    monitor.stage("train", "Training the dense model")
    monitor.point(Point("train", 0, 0.0))
    monitor.point(Point("train", 1, 0.5))
    assert [each.point for each in store.points(run)] == [Point("train", 0, 0.0)]
    monitor.flush()
    assert [each.point for each in store.points(run)] == [Point("train", 0, 0.0), Point("train", 1, 0.5)]


def test_the_first_point_does_not_wait_for_an_optimiser(corpus_folder, monkeypatch):
    def never(*_):
        raise StoppedError("An optimiser was asked for.")

    monkeypatch.setitem(OPTIMIZERS._components, "adam", replace(OPTIMIZERS.get("adam"), build=never))
    store = RunStore()
    run = store.create(config(corpus_folder))
    with pytest.raises(StoppedError):
        execute(store, run)
    [stored] = store.points(run)
    assert (stored.point.stage, stored.point.iteration) == ("train", 0)
    assert 0 <= stored.point.values["dev_accuracy"] <= 1


def test_commands_are_taken_once_and_in_order():
    store = RunStore()
    run = store.create(RunConfig())
    claim = Claim(store, run)
    store.send(run, Command("compress-now", rank=4))
    store.send(run, Command("stop"))
    taken = [claim.take_command() for _ in range(3)]
    assert taken == [Command("compress-now", rank=4), Command("stop"), None]


def test_deleted_runs_can_be_restored_until_they_are_purged():
    store = RunStore()
    run = store.create(RunConfig())
    store.delete(run)
    assert store.newest() == []
    with pytest.raises(InputError, match="no run"):
        store.get(run)
    store.restore(run)
    assert [record.id for record in store.newest()] == [run]
    store.delete(run)
    store.purge(older_than=0)
    store.restore(run)
    assert store.newest() == []
    assert not store.folder(run).exists()


def test_a_run_whose_lease_lapsed_is_lost():
    store = RunStore()
    run = store.create(RunConfig())
    claim = Claim(store, run)
    claim.update(stage="train", lease=time.monotonic() - 1)
    record = store.get(run)
    assert record.state == "lost"
    assert "stage train" in record.error
    claim.beat()
    assert store.get(run).state == "running", "a suspended process goes on"


def test_a_machine_that_sleeps_loses_no_run(monkeypatch):
    store = RunStore()
    run = store.create(RunConfig())
    Claim(store, run)
    later = time.time() + 3600
    monkeypatch.setattr("time.time", lambda: later)
    assert store.get(run).state == "running"


def test_a_lease_of_before_the_machine_was_started_holds_no_more():
    store = RunStore()
    run = store.create(RunConfig())
    Claim(store, run).update(lease=time.monotonic() + 3600)
    assert store.get(run).state == "lost"


def written(store, run):
    """All that the store has of the run but its lease, which shows nowhere."""
    record = store.get(run)
    return record, store.points(run), store.marks(run), store.curves(run)


@pytest.mark.parametrize("taken_by", ["nobody", "a queue", "a process", "its end"])
def test_only_whose_claim_to_a_run_is_the_last_writes_of_it(taken_by):
    store = RunStore()
    run = store.create(RunConfig())
    first = Claim(store, run, pid=os.getpid())
    if taken_by in ("a queue", "a process"):
        first.update(lease=time.monotonic() - 1)
        assert "may be suspended" in store.get(run).error
        store.resume(run)
    if taken_by == "a process":
        Claim(store, run, pid=os.getpid()).write([Point("train", 1, 0.5)])
    if taken_by == "its end":
        store.lose(os.getpid(), "It was killed.")
    store.send(run, Command("compress-now"))
    before = written(store, run)
    for write in (
        first.beat,
        first.take_command,
        lambda: first.update(stage="retrain"),
        lambda: first.write([Point("train", 2, 1.0)]),
        lambda: first.mark("dense", {"epoch": 1.0}),
        lambda: first.finish("failed"),
    ):
        with nullcontext() if taken_by == "nobody" else pytest.raises(SupersededError, match=run):
            write()
    assert (written(store, run) == before) == (taken_by != "nobody")


def test_a_run_that_has_ended_is_not_claimed():
    store = RunStore()
    run = store.create(RunConfig())
    store.send(run, Command("stop"))
    with pytest.raises(SupersededError):
        Claim(store, run)
    assert store.get(run).state == "stopped"


def test_a_worker_that_is_buried_late_takes_no_run_of_another_one_along():
    store = RunStore()
    run = store.create(RunConfig())
    assert store.claim_next(at_once=1) == run
    store.hand_to(run, 1)
    Claim(store, run, pid=os.getpid())
    store.lose(1, "It was killed.")
    assert store.get(run).state == "running"
    store.lose(os.getpid(), "It was killed.")
    assert store.get(run).state == "lost"


@pytest.mark.parametrize("says_something", [True, False])
def test_a_worker_whose_run_is_another_ones_leaves_it_alone(says_something, monkeypatch):
    store = RunStore()
    run = store.create(RunConfig())

    def taken_over(config, *, monitor, **_):
        Claim(store, run, pid=os.getpid()).update(note="of the other one")
        if says_something:
            monitor.stage("train", "of the first one")
        for _ in range(600):
            threading.Event().wait(0.1)

    monkeypatch.setattr(worker, "run_pipeline", taken_over)
    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.0)
    with pytest.raises(SupersededError):
        execute(store, run)
    assert store.get(run).state == "running"
    assert store.get(run).note == "of the other one"


def test_a_run_in_a_scripts_background_where_ctrl_c_is_ignored_can_be_stopped(monkeypatch):
    store = RunStore()
    run = store.create(RunConfig())

    def training(config, *, monitor, **_):
        store.send(run, Command("stop"))
        for _ in range(600):
            obey(monitor)
            threading.Event().wait(0.1)

    monkeypatch.setattr(worker, "run_pipeline", training)
    usual = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with pytest.raises(StoppedError):
            execute(store, run)
    finally:
        signal.signal(signal.SIGINT, usual)
    assert store.get(run).state == "stopped"


def test_a_queued_run_is_stopped_at_once_and_never_claimed():
    store = RunStore()
    stopped, other = store.create(RunConfig()), store.create(RunConfig())
    store.send(stopped, Command("stop"))
    assert store.get(stopped).state == "stopped"
    assert store.claim_next(at_once=1) == other
    assert store.claim_next(at_once=9) is None


def test_no_more_runs_are_claimed_than_may_go_on_at_once():
    store = RunStore()
    first, second = store.create(RunConfig()), store.create(RunConfig())
    assert [store.claim_next(at_once=1) for _ in range(2)] == [first, None]
    Claim(store, first).finish("done")
    assert store.claim_next(at_once=1) == second


def test_a_full_disk_is_one_sentence():
    store = RunStore()
    run = store.create(RunConfig())
    with sqlite3.connect(store.root / "runs.sqlite3") as db:
        (pages,) = db.execute("PRAGMA page_count").fetchone()
    db.close()
    full = "x" * 4096 * 100

    def fill():
        with store.connect() as db:
            db.execute(f"PRAGMA max_page_count = {pages}")
            db.execute("INSERT INTO marks VALUES (?, ?, ?)", (run, "dense", full))

    with pytest.raises(StoreError, match="free some disk space"):
        fill()
    assert RunStore().marks(run) == {}


def test_newer_store_is_refused():
    store = RunStore()
    with sqlite3.connect(store.root / "runs.sqlite3") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreError, match="newer Ranklens"):
        RunStore()


def test_opening_a_store_waits_for_nobody_who_writes(monkeypatch):
    store = RunStore()
    run = store.create(RunConfig())
    monkeypatch.setattr("core.runs.store.BUSY_SECONDS", 0.0)
    with store.connect() as db:
        db.execute("BEGIN IMMEDIATE")
        assert RunStore().get(run).state == "queued"


def test_unwritable_home_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="set RANKLENS_HOME"):
        RunStore(tmp_path / "file" / "home")


def test_executed_run_equals_the_pipeline(corpus_folder):
    store, chosen = RunStore(), config(corpus_folder)
    run = store.create(chosen)
    result = execute(store, run)
    record = store.get(run)
    assert record.state == "done"
    assert record.result == result
    assert without_timings(result.to_dict()) == without_timings(run_pipeline(chosen).to_dict())
    assert {each.point.stage for each in store.points(run)} == {"train", "retrain"}
    assert set(store.marks(run)) == {"dense", "just_compressed", "compressed"}


def test_bad_input_fails_the_run_with_its_sentence():
    store = RunStore()
    run = store.create(RunConfig(dataset="nowhere"))
    with pytest.raises(InputError, match="nowhere"):
        execute(store, run)
    assert store.get(run).state == "failed"
    assert "uiuc-questions" in store.get(run).error


def test_notes_are_kept_and_the_last_change_is_undone(corpus_folder):
    store = RunStore()
    run = store.create(config(corpus_folder))
    assert store.notes(run) == ""
    for text in ("first", "second"):
        store.keep_notes(run, text)
    store.keep_notes("another", "of another run")
    assert RunStore().notes(run) == "second"
    store.undo_notes(run)
    assert store.notes(run) == "first"
    store.undo_notes(run)
    store.undo_notes(run)
    assert (store.notes(run), store.notes("another")) == ("", "of another run")
    for number in range(40):
        store.keep_notes(run, str(number))
    assert store.notes(run) == "39"
