"""Sweeps in the store, their trunks, and what happens to them when processes are killed."""

import contextlib
import dataclasses
import errno
import json
import os
import shutil
import signal
import sqlite3
import threading
import time

import pytest
import torch

import core.runs.stored_trunk
from core.artifacts import load_model
from core.errors import ConfigError, InputError, StoppedError, SupersededError
from core.events import Command
from core.pipeline import run as run_pipeline
from core.runs.claim import Claim
from core.runs.lease import new_lease
from core.runs.store import MIGRATIONS
from core.runs.supervisor import ensure
from core.runs.sweeps import GIVEN_UP_SECONDS, MOST_ATTEMPTS, SweepStore
from core.runs.trunk_store import DENSE, FILE, TrunkStore
from core.runs.worker import execute
from core.runs.workshop import Workshop
from core.sweep_config import SweepConfig
from tests.runs.test_supervisor import alive, supervisor_pid
from tests.runs.waiting import pid_of, wait_for
from tests.test_pipeline import Recorder, config, without_timings


@pytest.fixture
def store():
    return SweepStore()


@pytest.fixture
def fits(monkeypatch):
    """The seeds of the dense models that are trained, as they are."""
    trained, train = [], core.runs.stored_trunk.train

    def counted(chosen, loaded, **watching):
        trained.append(chosen.seed)
        return train(chosen, loaded, **watching)

    monkeypatch.setattr("core.runs.stored_trunk.train", counted)
    return trained


def sweep_of(folder, *, epochs=6, **lists):
    chosen = {"methods": ("low-rank", "offline-low-rank", "dense+"), "ranks": (2, 3)} | lists
    return SweepConfig(config(folder, pretrain_epochs=epochs), **chosen)


def execute_all(store, sweep):
    workshop = Workshop(TrunkStore())
    while run := store.claim_next(at_once=1):
        execute(store, run, shared=workshop)
    return store.sweep(sweep)


def table(store, sweep):
    return [without_timings(run.result.to_dict()) for run in store.sweep(sweep).runs]


@pytest.mark.parametrize("model", ["dan", "lstm"])
def test_runs_of_a_sweep_equal_lone_runs_and_train_each_trunk_once(store, corpus_folder, fits, model):
    chosen = sweep_of(corpus_folder, metrics=("plain", "task"), seeds=(0, 1) if model == "dan" else (0,))
    chosen = SweepConfig.from_dict(chosen.to_dict() | {"base": {**chosen.base.to_dict(), "model": model}})
    record = execute_all(store, store.create_sweep(chosen))
    assert record.state == "done"
    assert fits == list(chosen.seeds)
    assert record.trunks == len(chosen.seeds)
    for run in record.runs:
        alone = Recorder()
        assert without_timings(run.result.to_dict()) == without_timings(
            run_pipeline(run.config, monitor=alone).to_dict()
        )
        assert [stored.point for stored in store.points(run.id)] == alone.points
        assert store.marks(run.id) == alone.marks


def test_a_trunk_is_found_again_by_another_sweep_and_trained_again_when_it_is_broken(store, corpus_folder, fits):
    first = store.create_sweep(sweep_of(corpus_folder))
    execute_all(store, first)
    again = store.create_sweep(sweep_of(corpus_folder))
    execute_all(store, again)
    assert fits == [0]
    assert table(store, first) == table(store, again)
    (file,) = TrunkStore().root.glob(f"*/{FILE}")
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    third = store.create_sweep(sweep_of(corpus_folder))
    execute_all(store, third)
    assert fits == [0, 0]
    assert table(store, first) == table(store, third)


def test_other_texts_or_another_training_is_another_trunk(store, corpus_folder, fits):
    execute_all(store, store.create_sweep(sweep_of(corpus_folder, ranks=(2,))))
    execute_all(store, store.create_sweep(sweep_of(corpus_folder, ranks=(2,), epochs=5)))
    path = corpus_folder / "train.tsv"
    path.write_text(path.read_text() + "a late good text\tpositive\n")
    execute_all(store, store.create_sweep(sweep_of(corpus_folder, ranks=(2,))))
    assert len(fits) == 3


def test_trunks_do_not_grow_without_end(store, corpus_folder):
    trunks = TrunkStore(limit_bytes=1)
    for epochs in (1, 2):
        sweep = store.create_sweep(sweep_of(corpus_folder, epochs=epochs, methods=("dense+",)))
        execute(store, store.claim_next(at_once=1), shared=Workshop(trunks))
        assert store.sweep(sweep).state == "done"
    assert len(list(trunks.root.glob(f"*/{FILE}"))) == 1


def test_a_trunk_that_was_cut_short_is_not_kept(corpus_folder):
    chosen = config(corpus_folder)
    run_pipeline(chosen, monitor=Recorder(Command("compress-now"), after=4), shared=Workshop(TrunkStore()))
    assert not list(TrunkStore().root.glob(f"*/{FILE}"))


def test_whoever_waits_for_a_trunk_may_leave(corpus_folder):
    trunks = TrunkStore()

    def leave():
        raise StoppedError("enough")

    with trunks.lock("key", leave), pytest.raises(StoppedError), trunks.lock("key", leave):
        raise AssertionError("two were inside")


def test_lists_leave_sweeps_out_and_live_runs_go_first(store, corpus_folder):
    sweep = store.create_sweep(sweep_of(corpus_folder))
    live = store.create(config(corpus_folder))
    assert [run.id for run in store.newest()] == [live]
    assert store.claim_next(at_once=9) == live
    first = store.claim_next(at_once=9)
    assert store.get(first).sweep == sweep
    assert first == store.sweep(sweep).runs[0].id


def test_runs_wait_for_the_trunk_that_is_being_trained_while_other_seeds_go_on(store, corpus_folder):
    sweep = store.create_sweep(sweep_of(corpus_folder, seeds=(0, 1)))
    claimed = [store.claim_next(at_once=9) for _ in range(3)]
    assert [store.get(run).config.seed for run in claimed[:2]] == [0, 1]
    assert claimed[2] is None
    Claim(store, claimed[1]).mark("dense", {"epoch": 1.0})
    following = store.claim_next(at_once=9)
    assert store.get(following).config.seed == 1
    assert store.claim_next(at_once=9, alike=claimed[0]) is None
    assert store.claim_next(at_once=3) is None
    assert store.sweep(sweep).trunks == 1


def test_what_a_free_core_may_get_ready_for_waits_for_a_trunk_in_training(store, corpus_folder):
    sweep = store.create_sweep(sweep_of(corpus_folder, seeds=(0, 1)))
    first, other = (store.claim_next(at_once=9) for _ in range(2))
    assert store.needed_soon() is None  # texts are still being read: perhaps they have to be fetched first
    store.update(first, stage="train")
    ready = store.get(store.needed_soon(alike=first))
    assert (ready.state, ready.config.seed) == ("queued", store.get(first).config.seed)
    assert store.needed_soon(alike=other) is None
    store.pause_sweep(sweep)
    assert store.needed_soon() is None
    store.resume_sweep(sweep)
    Claim(store, first).mark("dense", {"epoch": 1.0})
    assert store.needed_soon() is None


def test_cancelled_paused_and_resumed_runs_are_run_once(store, corpus_folder, fits):
    sweep = store.create_sweep(sweep_of(corpus_folder))
    workshop = Workshop(TrunkStore())
    first = store.claim_next(at_once=1)
    execute(store, first, shared=workshop)
    store.pause_sweep(sweep)
    assert store.sweep(sweep).state == "paused"
    assert store.claim_next(at_once=1) is None
    assert store.resume_sweep(sweep) == 0
    running = Claim(store, store.claim_next(at_once=1))
    store.cancel_sweep(sweep)
    assert running.take_command() == Command("stop")
    running.finish("stopped")
    assert store.sweep(sweep).state == "stopped"
    finished = store.get(first).finished
    assert store.resume_sweep(sweep) == len(store.sweep(sweep).runs) - 1
    assert execute_all(store, sweep).state == "done"
    assert store.get(first).finished == finished
    assert fits == [0]


def test_ranks_added_to_a_finished_sweep_are_all_that_runs(store, corpus_folder, fits):
    chosen = sweep_of(corpus_folder, methods=("low-rank", "dense+"), ranks=(2, 4))
    sweep = store.create_sweep(chosen)
    before = {run.id: run.finished for run in execute_all(store, sweep).runs}
    assert store.extend_sweep(sweep, sweep_of(corpus_folder, methods=("low-rank", "dense+"), ranks=(2, 3, 4))) == 1
    record = execute_all(store, sweep)
    assert {run.id: run.finished for run in record.runs if run.id in before} == before
    assert sorted(run.result.compressed.rank or 0 for run in record.runs) == [0, 2, 3, 4]
    assert fits == [0]
    with pytest.raises(ConfigError, match="start a new one"):
        store.extend_sweep(sweep, sweep_of(corpus_folder, epochs=7))


def test_a_sweep_grows_by_any_seed_and_by_nothing_stays_as_it_is(store, corpus_folder):
    sweep = store.create_sweep(sweep_of(corpus_folder, seeds=(1, 2)))
    store.pause_sweep(sweep)
    assert store.extend_sweep(sweep, sweep_of(corpus_folder, seeds=(1, 2))) == 0
    assert store.sweep(sweep).state == "paused"
    before = len(store.sweep(sweep).runs)
    assert store.extend_sweep(sweep, sweep_of(corpus_folder, seeds=(0, 1, 2))) == before / 2
    assert {run.config.seed for run in store.sweep(sweep).runs} == {0, 1, 2}


def test_deleted_sweeps_can_be_restored_until_they_are_purged(store, corpus_folder):
    sweep = store.create_sweep(sweep_of(corpus_folder))
    store.delete_sweep(sweep)
    assert store.sweeps() == []
    assert store.claim_next(at_once=1) is None
    with pytest.raises(InputError, match="no sweep"):
        store.sweep(sweep)
    store.restore_sweep(sweep)
    runs = [run.id for run in store.sweep(sweep).runs]
    store.delete_sweep(sweep)
    driven = [store.root / f"sweep-{sweep}.{suffix}" for suffix in ("lock", "log")]
    for path in driven:
        path.touch()
    store.purge(older_than=0)
    assert not any(path.exists() for path in driven)
    store.restore_sweep(sweep)
    assert store.sweeps() == []
    assert not any(store.folder(run).exists() for run in runs)


def test_a_run_whose_worker_dies_is_taken_up_again_but_not_for_ever(store, corpus_folder):
    sweep = store.create_sweep(sweep_of(corpus_folder, methods=("dense+",)))
    for _ in range(MOST_ATTEMPTS):
        run = store.claim_next(at_once=1)
        store.update(run, lease=time.monotonic() - 1)
        store.revive()
    assert store.claim_next(at_once=1) is None
    assert store.sweep(sweep).state == "failed"
    assert store.resume_sweep(sweep) == 1
    assert store.claim_next(at_once=1) == run


def test_a_silent_worker_that_lives_loses_its_run_in_a_sweep_alone(store, corpus_folder):
    sweep = store.create_sweep(sweep_of(corpus_folder, methods=("dense+",)))
    (swept,) = (run.id for run in store.sweep(sweep).runs)
    lone = store.create(config(corpus_folder))
    claims = [Claim(store, run, pid=os.getpid()) for run in (swept, lone)]
    for silent_seconds, state in ((1, "running"), (GIVEN_UP_SECONDS + 1, "queued")):
        for claim in claims:
            claim.update(lease=time.monotonic() - silent_seconds)
        store.revive()
        assert {run: row_state(store, run) for run in (swept, lone)} == {swept: state, lone: "running"}
    with pytest.raises(SupersededError):
        claims[0].beat()
    claims[1].beat()
    assert store.get(lone).state == "running"


def row_state(store, run):
    """As it is written, not as its lease has it."""
    with store.connect() as db:
        return db.execute("SELECT state FROM runs WHERE id = ?", (run,)).fetchone()[0]


def test_a_run_that_ends_while_it_is_taken_for_dead_has_ended(store, corpus_folder, monkeypatch):
    run = store.create(config(corpus_folder))
    claim = Claim(store, run, pid=os.getpid())
    claim.update(lease=time.monotonic() - 1)

    def dead(pid):
        claim.finish("stopped")
        return False

    monkeypatch.setattr("core.runs.sweeps.alive", dead)
    store.revive()
    assert store.get(run).state == "stopped"


def test_a_cancelled_run_whose_worker_dies_stays_so(store, corpus_folder):
    sweep = store.create_sweep(sweep_of(corpus_folder, methods=("dense+",)))
    run = store.claim_next(at_once=1)
    store.cancel_sweep(sweep)
    store.update(run, lease=time.monotonic() - 1)
    store.revive()
    assert store.sweep(sweep).state == "failed"


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS)))
def test_a_store_of_an_older_version_is_led_on(tmp_path, corpus_folder, version):
    chosen = config(corpus_folder)
    with contextlib.closing(sqlite3.connect(tmp_path / "runs.sqlite3")) as db, db:
        db.executescript("".join(MIGRATIONS[:version]) + f"PRAGMA user_version = {version};")
        values = ("old", json.dumps(chosen.to_dict()), "stopped", 1.0, 0.0)
        db.execute("INSERT INTO runs (id, config, state, created, lease) VALUES (?, ?, ?, ?, ?)", values)
    store = SweepStore(tmp_path)
    assert [(record.id, record.config, record.sweep) for record in store.newest()] == [("old", chosen, None)]
    store.keep_notes("old", "Still here.")
    store.resume("old")
    assert store.claim_next(at_once=1) == "old"
    assert len(store.sweep(store.create_sweep(sweep_of(corpus_folder))).runs) > 1


def test_who_beats_while_the_clock_is_read_is_counted_all_the_same(store, corpus_folder):
    store.create_sweep(sweep_of(corpus_folder))
    run = store.claim_next(at_once=1)
    store.create(config(corpus_folder))
    over = threading.Event()

    def beat():
        while not over.is_set():
            store.update(run, lease=new_lease())

    beating = threading.Thread(target=beat)
    beating.start()
    try:
        claimed = [store.claim_next(at_once=at_once, alike=run) for at_once in (1, 2) for _ in range(100)]
    finally:
        over.set()
        beating.join()
    assert set(claimed) == {None}


def test_what_two_add_at_the_same_time_is_all_there_once(store, corpus_folder):
    sweep = store.create_sweep(sweep_of(corpus_folder, methods=("low-rank",), ranks=(2,)))
    for ranks in ((2, 3), (2, 4), (2, 3)):  # each knows of the first alone
        store.extend_sweep(sweep, sweep_of(corpus_folder, methods=("low-rank",), ranks=ranks))
    record = store.sweep(sweep)
    assert record.config.ranks == (2, 3, 4)
    assert sorted(run.config.options["rank"] for run in record.runs) == [2, 3, 4]


def test_a_paused_sweep_that_grows_stays_paused(store, corpus_folder):
    sweep = store.create_sweep(sweep_of(corpus_folder, methods=("low-rank",), ranks=(2,)))
    store.pause_sweep(sweep)
    assert store.extend_sweep(sweep, sweep_of(corpus_folder, methods=("low-rank",), ranks=(2, 3))) == 1
    assert store.sweep(sweep).state == "paused"
    assert store.claim_next(at_once=1) is None


def test_a_stop_that_nobody_has_heard_is_forgotten_when_the_sweep_is_resumed(store, corpus_folder):
    sweep = store.create_sweep(sweep_of(corpus_folder))
    claim = Claim(store, store.claim_next(at_once=1), pid=os.getpid())
    store.cancel_sweep(sweep)
    store.resume_sweep(sweep)
    assert claim.take_command() is None


def test_killed_workers_and_supervisors_lose_nothing(store, corpus_folder):
    """Everything is killed at once, twice; the table equals that of an undisturbed sweep, bit for bit."""
    chosen = sweep_of(corpus_folder, epochs=20)
    undisturbed = store.create_sweep(chosen)
    execute_all(store, undisturbed)
    sweep = store.create_sweep(sweep_of(corpus_folder, epochs=20))
    for moment in (lambda run: store.points(run.id), lambda run: run.state == "done"):
        ensure(store)
        wait_for(lambda moment=moment: any(moment(run) for run in store.sweep(sweep).runs))
        kill_everything(store, sweep)
    store.resume_sweep(sweep)
    ensure(store)
    wait_for(lambda: not store.sweep(sweep).active)
    assert store.sweep(sweep).state == "done"
    assert table(store, sweep) == table(store, undisturbed)


def kill_everything(store, sweep):
    pids = {supervisor_pid(store)} | {
        pid_of(store, run.id) for run in store.sweep(sweep).runs if run.state == "running"
    }
    for pid in pids - {None}:
        if alive(pid):
            os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not any(alive(pid) for pid in pids - {None}))


def test_a_dense_model_is_on_the_disk_once_and_deleting_a_run_breaks_no_other(store, corpus_folder):
    sweep = store.create_sweep(sweep_of(corpus_folder, seeds=(0, 1)))
    ensure(store)
    wait_for(lambda: not store.sweep(sweep).active)
    runs = store.sweep(sweep).runs

    def files():
        return {(run.config.seed, (store.folder(run.id) / DENSE).stat().st_ino) for run in runs}

    wait_for(lambda: len(files()) == 2)
    before = {run.id: load_model(store.folder(run.id), "dense").state_dict() for run in runs}
    store.delete(runs[0].id)
    store.purge(older_than=-1)
    shutil.rmtree(store.root / "trunks")
    assert not store.folder(runs[0].id).exists()
    for run in runs[1:]:
        after = load_model(store.folder(run.id), "dense").state_dict()
        assert all(torch.equal(after[name], value) for name, value in before[run.id].items())


def test_a_dense_model_stays_a_file_of_its_own_where_links_cannot_be_made(store, tmp_path, monkeypatch):
    def refused(*_):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    (tmp_path / DENSE).write_bytes(b"numbers")
    TrunkStore().share("key", tmp_path / DENSE)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [DENSE]
    assert (tmp_path / DENSE).read_bytes() == b"numbers"


def test_a_lone_run_that_died_with_its_supervisor_is_taken_up_again_but_not_for_ever(store, corpus_folder):
    run = store.create(config(corpus_folder))
    for _ in range(MOST_ATTEMPTS):
        assert store.claim_next(at_once=1) == run
        store.update(run, lease=0.0)
        assert store.get(run).state == "lost"
        store.revive()
        assert store.get(run).state == "queued"
    store.claim_next(at_once=1)
    store.update(run, lease=0.0)
    store.revive()
    assert store.get(run).state == "lost"
    store.resume(run)
    assert store.get(run).state == "queued"
    with pytest.raises(InputError, match="is queued"):
        store.resume(run)


def test_a_killed_worker_is_replaced_by_itself_and_cancel_and_resume_reach_the_workers(store, corpus_folder):
    chosen = sweep_of(corpus_folder, epochs=60)
    long = dataclasses.replace(chosen.base, retrain_epochs=40)  # so that much is left when the killed run is back
    sweep = store.create_sweep(dataclasses.replace(chosen, base=long))
    ensure(store)
    first = store.sweep(sweep).runs[0].id
    wait_for(lambda: store.points(first))
    os.kill(pid_of(store, first), signal.SIGKILL)
    wait_for(lambda: store.get(first).state == "queued" or len(store.points(first)) == 0)
    wait_for(lambda: store.points(first))
    store.cancel_sweep(sweep)
    wait_for(lambda: not store.sweep(sweep).active)
    assert store.sweep(sweep).state == "stopped"
    store.resume_sweep(sweep)
    wait_for(lambda: store.sweep(sweep).state == "done")


def test_a_run_whose_worker_has_just_died_is_no_failure_of_the_sweep(store, corpus_folder):
    sweep = store.create_sweep(sweep_of(corpus_folder, epochs=20))
    run = str(store.claim_next(at_once=1))
    store.update(run, lease=0.0)  # its worker was killed before it could say so
    assert store.get(run).state == "lost"
    assert store.sweep(sweep).active
    store.update(run, attempts=MOST_ATTEMPTS)
    store.cancel_sweep(sweep)
    assert store.sweep(sweep).counts["lost"] == 1
