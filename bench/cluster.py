"""A sweep on a Dask cluster of this machine: `python -m bench.cluster --data FOLDER --vectors FILE`.

The same sweep, here and on three workers of which one is killed half-way, must find the same numbers. Then both are
cancelled at random moments, again and again: how long until the store says so, and until no worker does anything more.
"""

import argparse
import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from distributed import Client

from bench.kills import without_measured
from bench.report import ratio_line, say, versions
from core.config import RunConfig
from core.runs.executors import executor_at
from core.runs.supervisor import dismiss, ensure
from core.runs.sweeps import LOCAL, SweepStore
from core.sweep_config import SweepConfig

WORKERS = 3
RANKS = (2, 5, 10, 20)
STOP_SECONDS, LONGEST_SECONDS = 2.0, 6.0
LOOK_SECONDS = 0.02


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of SST-2")
    parser.add_argument("--vectors", type=Path, required=True, help="word vectors in GloVe's text format")
    parser.add_argument("--model", default="dan", help="what is trained")
    parser.add_argument("--stops", type=int, default=10, help="how often each is cancelled")
    parser.add_argument("--seed", type=int, default=0, help="draws the moments")
    arguments = parser.parse_args()
    base = {"dataset": str(arguments.data), "vectors": str(arguments.vectors), "model": arguments.model}
    sweep = SweepConfig(RunConfig.from_text(base), methods=("low-rank", "dense+"), ranks=RANKS)
    draw = random.Random(arguments.seed)
    say(f"{versions('torch', 'distributed')}, {os.cpu_count()} cores")
    for place in (LOCAL, f"{WORKERS} Dask workers"):
        with tempfile.TemporaryDirectory() as home, contextlib.ExitStack() as stack:
            os.environ["RANKLENS_HOME"] = home
            address, processes = (LOCAL, []) if place == LOCAL else stack.enter_context(cluster())
            store = SweepStore()
            found = finish(store, sweep, address, kill=processes[:1])
            if address == LOCAL:
                expected = found
            else:
                different = sum(one != other for one, other in zip(found, expected, strict=True))
                say(ratio_line("runs that differ, one worker killed", different, 0))
            waits = [stop_seconds(store, sweep, address, draw) for _ in range(arguments.stops)]
            for what, seconds in zip(("store says so", "all workers idle"), zip(*waits, strict=True), strict=True):
                say(f"{place}: {what} after {statistics.median(seconds):.2f} s, median of {len(seconds)}")
                say(ratio_line(f"{place}: {what}, longest", max(seconds), STOP_SECONDS))
            dismiss(store)


@contextlib.contextmanager
def cluster() -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and its workers: the address, and the workers' processes."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        file = Path(folder) / "scheduler.json"

        def start(module: str, *options: str) -> subprocess.Popen[bytes]:
            command = [sys.executable, "-m", f"distributed.cli.{module}", "--scheduler-file", str(file), *options]
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            process = subprocess.Popen([*command, "--no-dashboard"], env=environment, **quiet)
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process

        start("dask_scheduler", "--host", "127.0.0.1", "--port", "0")
        wait_for(file.is_file)
        options = ("--nthreads", "1", "--no-nanny", "--local-directory", folder)
        workers = [start("dask_worker", *options) for _ in range(WORKERS)]
        address = json.loads(file.read_text())["address"]
        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(WORKERS)
        yield address.replace("tcp://", "dask://"), workers


def finish(
    store: SweepStore, config: SweepConfig, address: str, *, kill: list[subprocess.Popen[bytes]]
) -> list[dict[str, object]]:
    """What the sweep finds at `address`, the machine's measures left out; half-way, the processes of `kill` end."""
    sweep = store.create_sweep(config, executor=address)
    executor_at(address).start(store, sweep)
    wait_for(lambda: store.sweep(sweep).counts["done"] >= len(config.runs()) // 2)
    for process in kill:
        process.kill()
    wait_for(lambda: not store.sweep(sweep).active)
    record = store.sweep(sweep)
    if record.state != "done":
        raise SystemExit(f"The sweep is {record.state}: {[run.error for run in record.runs if run.error]}")
    return [without_measured(run.result.to_dict()) for run in record.runs if run.result]


def stop_seconds(store: SweepStore, config: SweepConfig, address: str, draw: random.Random) -> tuple[float, float]:
    """Seconds from cancelling until the store says that nothing goes on, and until nothing does."""
    ensure(store)
    sweep = store.create_sweep(config, executor=address)
    executor_at(address).start(store, sweep)
    wait_for(lambda: store.sweep(sweep).counts["running"])
    time.sleep(draw.uniform(0, LONGEST_SECONDS))
    begun = time.monotonic()
    store.cancel_sweep(sweep)
    wait_for(lambda: not store.sweep(sweep).active)
    said = time.monotonic() - begun
    if address != LOCAL:  # where the store hears it from the worker itself
        with Client(address.replace("dask://", "tcp://"), set_as_default=False) as client:
            wait_for(lambda: not any(client.processing().values()))
    return said, time.monotonic() - begun


def wait_for(condition: Callable[[], object]) -> None:
    """Until it holds."""
    while not condition():
        time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    main()
