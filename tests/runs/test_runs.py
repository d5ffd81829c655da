"""The store, and what a process that executes a run tells it."""

import sqlite3
import time

import pytest

from core.config import RunConfig
from core.errors import InputError, StoreError
from core.events import Command, Point
from core.pipeline import run as run_pipeline
from core.runs.store import RunStore
from core.runs.worker import execute
from tests.test_pipeline import config, without_timings


def test_store_keeps_what_it_is_given():
    store = RunStore()
    chosen = RunConfig(options={"rank": 3})
    run = store.create(chosen)
    points = [Point("train", 1, 0.5, {"train_loss": 1.25}), Point("train", 2, 1.0, {"dev_accuracy": 0.5})]
    store.write(run, points)
    store.mark(run, "dense", {"epoch": 1.0})
    stored = RunStore().points(run)
    assert [each.point for each in stored] == points
    assert [each.point for each in store.points(run, after=stored[0].sequence)] == points[1:]
    assert store.marks(run) == {"dense": {"epoch": 1.0}}
    assert store.get(run).config == chosen
    assert store.get(run).state == "queued"


def test_commands_are_taken_once_and_in_order():
    store = RunStore()
    run = store.create(RunConfig())
    store.send(run, Command("compress-now", rank=4))
    store.send(run, Command("stop"))
    taken = [store.take_command(run) for _ in range(3)]
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
    store.update(run, state="running", stage="train", lease=time.time() - 1)
    record = store.get(run)
    assert record.state == "lost"
    assert "stage train" in record.error
    store.beat(run)
    assert store.get(run).state == "running", "a machine that slept wakes up"


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
    store.finish(first, "done")
    assert store.claim_next(at_once=1) == second


def test_a_full_disk_is_one_sentence():
    store = RunStore()
    run = store.create(RunConfig())
    with sqlite3.connect(store.root / "runs.sqlite3") as db:
        (pages,) = db.execute("PRAGMA page_count").fetchone()
    db.close()
    full = "x" * 4096 * 100

    def fill():
        with store._connect() as db:
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
    with store._connect() as db:
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
