"""Real supervisors and workers: done, stopped, told to compress, killed."""

import os
import signal

import pytest

from core.events import Command
from core.pipeline import run as run_pipeline
from core.runs.store import RunStore
from core.runs.supervisor import dismiss, ensure, submit
from tests.runs.waiting import pid_of, wait_for
from tests.test_pipeline import config, without_timings


def supervisor_pid(store):
    return int((store.root / "supervisor.lock").read_text())


def alive(pid):
    """Whether that process runs; a zombie doesn't."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def store():
    return RunStore()


def test_runs_side_by_side_equal_the_pipeline(store, corpus_folder):
    chosen = [config(corpus_folder, seed=seed) for seed in (0, 1, 2)]
    runs = [submit(store, each) for each in chosen]
    wait_for(lambda: not any(store.get(run).active for run in runs))
    for run, each in zip(runs, chosen, strict=True):
        assert without_timings(store.get(run).result.to_dict()) == without_timings(run_pipeline(each).to_dict())


def test_one_supervisor_serves_a_store_however_often_it_is_called(store):
    ensure(store)
    first = supervisor_pid(store)
    ensure(store)
    ensure(store)
    assert supervisor_pid(store) == first
    dismiss(store)
    wait_for(lambda: not alive(first))
    ensure(store)
    assert supervisor_pid(store) != first


def test_stop_is_obeyed(store, corpus_folder):
    run = submit(store, config(corpus_folder, pretrain_epochs=100))
    wait_for(lambda: store.points(run))
    store.send(run, Command("stop"))
    wait_for(lambda: not store.get(run).active)
    assert store.get(run).state == "stopped"


def test_compress_now_is_obeyed(store, corpus_folder):
    run = submit(store, config(corpus_folder, pretrain_epochs=100, retrain_epochs=1))
    wait_for(lambda: store.points(run))
    store.send(run, Command("compress-now", rank=3))
    wait_for(lambda: not store.get(run).active)
    assert store.get(run).result.compressed.rank == 3
    assert store.marks(run)["dense"]["epoch"] < 100


def test_a_killed_worker_leaves_a_run_that_says_so_and_the_next_run_starts(store, corpus_folder):
    run = submit(store, config(corpus_folder, pretrain_epochs=100))
    wait_for(lambda: store.points(run))
    os.kill(pid_of(store, run), signal.SIGKILL)
    wait_for(lambda: not store.get(run).active)
    wait_for(lambda: "SIGKILL" in store.get(run).error)
    assert store.get(run).state == "lost"
    assert "The worker has begun" in store.log_tail(run)
    following = submit(store, config(corpus_folder))
    wait_for(lambda: store.get(following).state == "done")


def test_a_killed_supervisor_leaves_its_worker_to_finish_and_the_next_run_starts(store, corpus_folder):
    run = submit(store, config(corpus_folder, pretrain_epochs=40))
    wait_for(lambda: store.points(run))
    killed = supervisor_pid(store)
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: not alive(killed))
    following = submit(store, config(corpus_folder))
    wait_for(lambda: not store.get(run).active and not store.get(following).active)
    assert store.get(run).state == store.get(following).state == "done"


def test_a_supervisor_whose_store_is_gone_leaves(store, corpus_folder):
    run = submit(store, config(corpus_folder))
    wait_for(lambda: not store.get(run).active)
    pid = supervisor_pid(store)
    store.root.rename(store.root.with_name("elsewhere"))
    wait_for(lambda: not alive(pid))
