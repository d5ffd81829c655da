"""A sweep on a Dask cluster of processes on this machine: equal to `local`, and what happens when a worker dies."""

import itertools
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from unittest.mock import MagicMock, Mock

import numpy as np
import pytest

from core.cli import main
from core.compression import gram
from core.errors import ConfigError
from core.pipeline import load
from core.runs import supervisor
from core.runs.cluster import connection, driver
from core.runs.cluster import spread as cluster_spread
from core.runs.cluster.parcel import pack, shared_json, unpack
from core.runs.executors import executor_at
from core.runs.sweeps import SweepStore
from core.sweep_config import SweepConfig
from core.vectors import table_file
from tests.runs.test_sweeps import execute_all, table
from tests.runs.waiting import wait_for
from tests.test_pipeline import Recorder, config

WORKERS = 3


class Processes:
    """A scheduler and workers, which share nothing with this process."""

    def __init__(self, folder):
        self.folder = folder
        self.workers = []
        self.logs = itertools.count()
        self.common = ["--scheduler-file", str(folder / "scheduler.json"), "--no-dashboard"]
        local = ["--host", "127.0.0.1", "--port", "0"]
        self.scheduler = self._start("distributed.cli.dask_scheduler", *self.common, *local)
        wait_for((folder / "scheduler.json").is_file)
        address = json.loads((folder / "scheduler.json").read_text())["address"]
        self.address = f"dask://{address.removeprefix('tcp://')}"

    def complete(self):
        """Put a worker in the place of each that was killed."""
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        options = [*self.common, "--nthreads", "1", "--no-nanny", "--local-directory", str(self.folder)]
        while len(self.workers) < WORKERS:
            self.workers.append(self._start("distributed.cli.dask_worker", *options))

    def kill(self):
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    def _start(self, *arguments):
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "RANKLENS_HOME": str(self.folder / "elsewhere")}
        with (self.folder / f"process-{next(self.logs)}.log").open("wb") as log:
            return subprocess.Popen([sys.executable, "-m", *arguments], env=environment, stdout=log, stderr=log)


@pytest.fixture(scope="module")
def processes(tmp_path_factory):
    started = Processes(tmp_path_factory.mktemp("cluster"))
    yield started
    started.kill()


@pytest.fixture
def cluster(processes):
    """The address of a scheduler, and the processes of its workers."""
    processes.complete()
    return processes.address, list(processes.workers)


@pytest.fixture
def store():
    return SweepStore()


def begin(store, address, chosen):
    sweep = store.create_sweep(chosen, executor=address)
    executor_at(address).start(store, sweep)
    return sweep


def test_a_parcel_holds_all_that_was_read(corpus_folder):
    chosen = config(corpus_folder)
    loaded = load(chosen, monitor=Recorder())
    again = unpack(pack(loaded), shared_json(chosen))
    assert again.corpus.content_hash == loaded.corpus.content_hash
    assert again.corpus.name == loaded.corpus.name
    assert (again.vectors.table == loaded.vectors.table).all()
    assert again.vectors.coverage(again.texts.vocabulary) == loaded.vectors.coverage(loaded.texts.vocabulary)
    assert (again.texts.train.ids == loaded.texts.train.ids).all()


@pytest.mark.parametrize("address", ["dask://", "dask://host", "dask://host:port", "local://here", "slurm"])
def test_an_address_that_is_none_is_a_sentence(address):
    with pytest.raises(ConfigError, match="executor can't be"):
        executor_at(address)


def test_a_cluster_finds_what_this_machine_finds_though_a_worker_is_killed(store, cluster, corpus_folder):
    address, workers = cluster
    base = config(corpus_folder, pretrain_epochs=3, retrain_epochs=4, batch_size=2)
    chosen = SweepConfig(base, methods=("low-rank", "dense+"), ranks=(2, 3), seeds=(0, 1))
    sweep = begin(store, address, chosen)
    wait_for(lambda: store.sweep(sweep).counts["done"] >= 2)
    done = {run.id: run.finished for run in store.sweep(sweep).runs if run.state == "done"}
    os.kill(workers[0].pid, signal.SIGKILL)
    wait_for(lambda: not store.sweep(sweep).active)
    record = store.sweep(sweep)
    assert record.state == "done", [run.error for run in record.runs]
    assert {run.id: run.finished for run in record.runs if run.id in done} == done
    here = store.create_sweep(chosen)
    execute_all(store, here)
    wait_for(lambda: not store.sweep(here).active)  # the supervisor that looks after the driver helps
    assert table(store, sweep) == table(store, here)
    for ours, theirs in zip(store.sweep(here).runs, record.runs, strict=True):
        assert [each.point for each in store.points(ours.id)] == [each.point for each in store.points(theirs.id)]
        assert store.marks(ours.id) == store.marks(theirs.id)
        assert store.curves(ours.id) == store.curves(theirs.id)


def test_a_driver_that_is_killed_is_replaced_though_nobody_looks(store, cluster, corpus_folder):
    address, _ = cluster
    base = config(corpus_folder, retrain_epochs=10, batch_size=2)
    sweep = begin(store, address, SweepConfig(base, methods=("low-rank",), ranks=(1, 2, 3, 4, 5, 6)))
    wait_for(lambda: store.sweep(sweep).counts["done"])
    killed = int((store.root / f"sweep-{sweep}.lock").read_text())
    os.kill(killed, signal.SIGKILL)
    done = {run.id: run.finished for run in store.sweep(sweep).runs if run.state == "done"}
    assert len(done) < len(store.sweep(sweep).runs)
    wait_for(lambda: not store.sweep(sweep).active)
    record = store.sweep(sweep)
    assert record.state == "done", [run.error for run in record.runs]
    assert {run.id: run.finished for run in record.runs if run.id in done} == done


def test_a_run_that_is_queued_again_while_it_goes_on_is_taken_back_to_be_handed_out_anew(
    store, corpus_folder, monkeypatch
):
    monkeypatch.setattr(driver, "Variable", Mock())
    sweep = store.create_sweep(SweepConfig(config(corpus_folder), ranks=(2,)), executor="dask://127.0.0.1:9")
    drives = driver.Driver(store, sweep, Mock())
    (run,) = store.sweep(sweep).runs
    drives.branches[run.id], drives.runs_of["task"] = driver.Task("task", Mock()), run.id

    def hear(**event):
        drives.events.put({"task": "task", **event})
        drives._listen()

    hear(what="begin")
    drives._beat(store.sweep(sweep))
    assert store.get(run.id).state == "running"
    store.update(run.id, lease=0.0)
    assert store.resume_sweep(sweep) == 1
    hear(what="points", points=json.dumps([{"stage": "retrain", "iteration": 1, "epoch": 0.5}]))
    assert store.points(run.id) == []
    drives._beat(store.sweep(sweep))
    assert store.get(run.id).state == "queued"
    assert not drives.branches
    assert drives.stopped == ["task"]


def test_a_driver_that_dies_again_and_again_is_a_sentence(store, corpus_folder, monkeypatch):
    monkeypatch.setattr("core.runs.executors.dask.Dask.start", lambda *_: True)
    sweep = store.create_sweep(SweepConfig(config(corpus_folder), ranks=(2,)), executor="dask://127.0.0.1:9")
    started = Counter()
    while store.elsewhere():
        assert supervisor._drive(store, started)
    assert "again and again" in store.sweep(sweep).error
    assert store.sweep(sweep).state == "paused"


def test_a_file_that_cannot_be_read_is_not_the_schedulers_fault(store, corpus_folder, monkeypatch):
    sweep = store.create_sweep(SweepConfig(config(corpus_folder), ranks=(2,)), executor="dask://127.0.0.1:9")
    monkeypatch.setattr(driver, "connect", MagicMock())
    monkeypatch.setattr(sys, "argv", ["driver", "lock", sweep])
    for error, sentence in (
        (PermissionError(13, "Permission denied", "/x.csv"), "driver failed (PermissionError: "),
        (OSError("Timed out trying to connect"), "127.0.0.1:9 doesn't answer (Timed out"),
    ):
        monkeypatch.setattr(driver, "Driver", Mock(side_effect=error))
        driver.main()
        assert sentence in store.sweep(sweep).error


def test_a_cluster_obeys_and_goes_on(store, cluster, corpus_folder):
    address, _ = cluster
    base = config(corpus_folder, retrain_epochs=100, batch_size=2)
    ranks = tuple(range(1, 13))  # so many that some still wait when the first are seen to go on
    sweep = begin(store, address, SweepConfig(base, methods=("low-rank",), ranks=ranks))
    wait_for(lambda: store.sweep(sweep).trunks)
    store.cancel_sweep(sweep)
    wait_for(lambda: not store.sweep(sweep).active)
    assert store.sweep(sweep).state == "stopped"
    store.resume_sweep(sweep)
    wait_for(lambda: executor_at(address).start(store, sweep) or store.sweep(sweep).counts["running"])
    store.cancel_sweep(sweep)
    wait_for(lambda: not store.sweep(sweep).active)


@pytest.fixture
def big_table(tmp_path, monkeypatch):
    """The file of a table that is cut into 16 shards, and how often each row occurs."""
    rng = np.random.default_rng(0)
    table = rng.standard_normal((2**10, 16)) @ np.diag(np.arange(1, 17) ** -0.7)
    np.save(tmp_path / "table.npy", table.astype(np.float32))
    np.save(tmp_path / "counts.npy", rng.integers(0, 100, len(table)))
    monkeypatch.setattr(gram, "MANY_ROWS", 2**9)  # so that products are in float32, as a large table's are
    for module, name in ((gram, "SHARD_NUMBERS"), (table_file, "BUFFER_BYTES")):
        monkeypatch.setattr(module, name, 2**6 * 16 * (4 if name == "BUFFER_BYTES" else 1))
    return tmp_path / "table.npy"


def factorize(table, out, *options):
    counts = str(table.with_name("counts.npy"))
    return main(["factorize", str(table), "--out", str(out), "--counts", counts, "--rank", "3", *options])


def test_a_cluster_factorises_to_the_last_bit_though_a_worker_is_killed(cluster, big_table, tmp_path, monkeypatch):
    address, workers = cluster
    assert factorize(big_table, tmp_path / "here") == 0
    original, read = table_file.FileRows.chunks, []

    def with_a_kill(rows, purpose):
        for chunk in original(rows, purpose):
            read.append(purpose)
            if len(read) in {5, 20}:  # one in each pass
                os.kill(workers.pop().pid, signal.SIGKILL)
            yield chunk

    monkeypatch.setattr(table_file.FileRows, "chunks", with_a_kill)
    assert factorize(big_table, tmp_path / "there", "--executor", address) == 0
    assert len(read) == 32
    for name in ("factors.safetensors", "gram.safetensors"):
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "there" / name).read_bytes()


def test_a_cluster_names_a_row_that_cannot_be_used(cluster, big_table, tmp_path, capsys):
    bad = np.load(big_table)
    bad[700, 3] = np.nan
    np.save(big_table, bad)
    assert factorize(big_table, tmp_path / "out", "--executor", cluster[0]) == 2
    assert "Row 700 " in capsys.readouterr().err.splitlines()[-1]


def test_a_cluster_that_cannot_factorise_is_a_sentence(cluster, big_table, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(cluster_spread, "WORKER_SECONDS", 0.1)
    monkeypatch.setattr(connection, "CONNECT_SECONDS", 1)
    address, workers = cluster
    assert factorize(big_table, tmp_path / "out", "--executor", "dask://127.0.0.1:9") == 2
    assert "doesn't answer" in capsys.readouterr().err.splitlines()[-1]
    for worker in workers:
        worker.kill()
        worker.wait()
    assert factorize(big_table, tmp_path / "out", "--executor", address) == 2
    assert "has no workers" in capsys.readouterr().err.splitlines()[-1]


def test_a_scheduler_that_does_not_answer_is_a_sentence(store, corpus_folder):
    sweep = begin(store, "dask://127.0.0.1:9", SweepConfig(config(corpus_folder), ranks=(2,)))
    wait_for(lambda: store.sweep(sweep).error)
    record = store.sweep(sweep)
    assert "doesn't answer" in record.error
    assert record.state == "paused"
