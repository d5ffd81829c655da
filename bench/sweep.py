"""A sweep against the same runs one by one: `python -m bench.sweep --data FOLDER --vectors FILE`.

Ranklens trains the dense model once and re-trains the ranks in parallel, a thread each. The plain PyTorch loop, with as
many threads as there are cores, trains a dense model for each rank, factorises it by torch's SVD and trains on. Texts,
epochs, batches and the rate, a constant one, are the same. Then: a process a core with one thread each against one
process with as many threads, on branches alone.
"""

import argparse
import dataclasses
import os
import tempfile
import time
from pathlib import Path

import torch

from bench.peers import plain_torch
from bench.report import ratio_line, say, versions
from bench.training import as_plain, plain_settings
from core.config import RunConfig
from core.events import Silent
from core.pipeline import load
from core.runs.supervisor import dismiss, ensure
from core.runs.sweeps import SweepStore
from core.runs.trunk_store import TrunkStore
from core.runs.worker import execute
from core.runs.workshop import Workshop
from core.stages import Loaded
from core.sweep_config import SweepConfig
from core.sweep_table import SweepTable, tabulate

RANKS = (1, 2, 5, 10, 15, 20, 30, 40)
TRUNK_EPOCHS, BRANCH_EPOCHS = 3, 2
BOUND, PARALLEL_BOUND = 10.0, 1.0
CORES = os.cpu_count() or 1


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of SST-2")
    parser.add_argument("--vectors", type=Path, required=True, help="word vectors in GloVe's text format")
    arguments = parser.parse_args()
    base = run_as_plain(dataset=str(arguments.data), vectors=str(arguments.vectors))
    say(f"{versions('torch')}, {CORES} cores")
    with tempfile.TemporaryDirectory() as home:
        os.environ["RANKLENS_HOME"] = home
        load(base, monitor=Silent())  # so that either side finds the vectors' cache
        ours, table = sweep_seconds(SweepConfig(base, metrics=("plain",), ranks=RANKS))
        say(f"ranklens: {ours:.1f} s, 8 ranks on dev {accuracies(table)}")
        plain, found = plain_seconds(base)
        say(f"plain loop: {plain:.1f} s, 8 ranks on dev {' '.join(f'{one:.1%}' for one in found)}")
        say(ratio_line("sweep of 8 ranks: plain / ranklens", plain / ours, BOUND, at_least=True))
        side_by_side, together = branch_seconds(base)
        say(f"7 branches: {side_by_side:.1f} s with a process a core, {together:.1f} s with {CORES} threads on each")
        ratio = together / side_by_side
        say(ratio_line("branches: threads / processes", ratio, PARALLEL_BOUND, at_least=True))


def run_as_plain(**texts: str) -> RunConfig:
    """A run, with options as `texts`, that trains and re-trains as the plain loop does: on labels, at one rate."""
    epochs = {"pretrain_epochs": str(TRUNK_EPOCHS), "retrain_epochs": str(BRANCH_EPOCHS)}
    rate = {"retrain_learning_rate": str(RunConfig().learning_rate)}
    return as_plain("dan", **texts, **epochs, **rate, distillation="0")


def sweep_seconds(config: SweepConfig) -> tuple[float, SweepTable]:
    """Seconds that a sweep takes, once the supervisor is warm, reading included, and what it found."""
    store = SweepStore()
    warm(store)
    started = time.perf_counter()
    sweep = store.create_sweep(config)
    wait(store, sweep)
    seconds = time.perf_counter() - started
    dismiss(store)
    table = tabulate(store.sweep(sweep).runs)
    if table is None or store.sweep(sweep).state != "done":
        raise SystemExit(f"The sweep failed: {[run.error for run in store.sweep(sweep).runs]}")
    return seconds, table


def warm(store: SweepStore) -> None:
    """See that the supervisor serves, with torch in memory: a small sweep has gone through it."""
    ensure(store)
    small = RunConfig(dataset="uiuc-questions", vectors="random", pretrain_epochs=1, retrain_epochs=0)
    wait(store, store.create_sweep(SweepConfig(small, ranks=(1,))))


def wait(store: SweepStore, sweep: str) -> None:
    """Until nothing of the sweep goes on."""
    while store.sweep(sweep).active:
        time.sleep(0.2)


def plain_seconds(base: RunConfig) -> tuple[float, list[float]]:
    """Seconds that the plain loop takes for all ranks one by one, reading included once; and each accuracy on dev."""
    torch.set_num_threads(CORES)
    started = time.perf_counter()
    loaded = load(base, monitor=Silent())
    found = [plain_run(base, loaded, rank) for rank in RANKS]
    return time.perf_counter() - started, found


def plain_run(base: RunConfig, loaded: Loaded, rank: int) -> float:
    """Train, factorise, re-train; the accuracy on dev, 0 to 1."""
    settings, texts = plain_settings(base, fused=False), loaded.texts
    model = plain_torch.PlainDan(torch.from_numpy(loaded.vectors.table), len(loaded.corpus.classes), settings)
    plain_torch.train(model, texts.train, texts.dev, epochs=base.pretrain_epochs, settings=settings)
    plain_torch.factorise(model, rank)
    return plain_torch.train(model, texts.train, texts.dev, epochs=base.retrain_epochs, settings=settings)


def branch_seconds(base: RunConfig) -> tuple[float, float]:
    """Seconds for all ranks but the first, from a dense model that is there: side by side, and one by one."""
    store = SweepStore()
    warm(store)
    first, more = (SweepConfig(base, metrics=("task",), ranks=ranks) for ranks in (RANKS[:1], RANKS))
    sweep = store.create_sweep(first)
    wait(store, sweep)
    started = time.perf_counter()
    store.extend_sweep(sweep, more)
    wait(store, sweep)
    side_by_side = time.perf_counter() - started
    dismiss(store)
    time.sleep(1)  # until it has left
    workshop = Workshop(TrunkStore())
    threaded = dataclasses.replace(more, base=dataclasses.replace(base, threads=CORES))
    store.create_sweep(threaded)
    execute(store, str(store.claim_next(at_once=1)), shared=workshop)
    started = time.perf_counter()
    while run := store.claim_next(at_once=1):
        execute(store, run, shared=workshop)
    return side_by_side, time.perf_counter() - started


def accuracies(table: SweepTable) -> str:
    """On dev, by rank."""
    return " ".join(f"{cell.dev.mean:.1%}" for cell in sorted(table.cells, key=lambda cell: cell.rank or 0))


if __name__ == "__main__":
    main()
