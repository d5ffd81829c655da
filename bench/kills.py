"""Everything is killed in the middle of a sweep: `python -m bench.kills --times 20`.

At each of so many random moments `kill -9` ends the supervisor and all its workers at once; then the sweep is resumed.
In the end its table must equal that of an undisturbed sweep, bit for bit; times and memory aside.
"""

import argparse
import contextlib
import os
import random
import shutil
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.report import ratio_line, say, versions
from core.config import RunConfig
from core.runs.supervisor import dismiss, ensure
from core.runs.sweeps import SweepStore
from core.sweep_config import SweepConfig

SWEEP = SweepConfig(
    RunConfig(dataset="uiuc-questions", vectors="glove-6b-50d", pretrain_epochs=4, retrain_epochs=3),
    methods=("low-rank", "fixed-point", "dense+"),
    ranks=(2, 5, 10),
    seeds=(0, 1),
)
MEASURED = {"seconds", "latency_ms", "peak_rss_bytes"}
LONGEST_SECONDS = 12.0  # between a resume and the next kill; a supervisor takes the first of them to start
LOOK_SECONDS = 0.05


def main() -> None:
    """Kill, resume, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="how often everything is killed")
    parser.add_argument("--seed", type=int, default=0, help="draws the moments")
    arguments = parser.parse_args()
    draw = random.Random(arguments.seed)
    say(versions("torch"))
    with tempfile.TemporaryDirectory() as undisturbed, tempfile.TemporaryDirectory() as disturbed:
        expected = finish(SweepStore(Path(undisturbed)))
        store = SweepStore(Path(disturbed))
        kills = different = 0
        while kills < arguments.times:
            sweep = store.create_sweep(SWEEP)
            while kills < arguments.times and store.sweep(sweep).active:
                ensure(store)
                time.sleep(draw.uniform(0, LONGEST_SECONDS))
                kills += store.sweep(sweep).active
                kill_all(store)
                store.resume_sweep(sweep)
            different += sum(one != other for one, other in zip(finish(store, sweep), expected, strict=True))
            shutil.rmtree(store.root / "trunks")  # the next one trains its own
    say(ratio_line(f"runs that differ after {kills} kills", different, 0))


def finish(store: SweepStore, sweep: str | None = None) -> list[dict[str, Any]]:
    """The results of the sweep, or of a new one, once it is done; what the machine decides left out."""
    sweep = sweep or store.create_sweep(SWEEP)
    while store.sweep(sweep).active:
        ensure(store)
        time.sleep(LOOK_SECONDS)
    dismiss(store)
    record = store.sweep(sweep)
    if record.state != "done":
        raise SystemExit(f"The sweep is {record.state}: {[run.error for run in record.runs if run.error]}")
    return [without_measured(run.result.to_dict()) for run in record.runs if run.result]


def kill_all(store: SweepStore) -> None:
    """`kill -9` of every process that serves the store, until none is left."""
    while pids := [pid for pid in map(int, filter(str.isdecimal, os.listdir("/proc"))) if serves(pid, store)]:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(LOOK_SECONDS)


def serves(pid: int, store: SweepStore) -> bool:
    """Whether that process is the store's supervisor or one of its workers."""
    try:
        return f"RANKLENS_HOME={store.root}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


def without_measured(value: Any) -> Any:
    """`value` without what the machine decides, and so differs from one time to the next."""
    if isinstance(value, dict):
        return {key: without_measured(inner) for key, inner in value.items() if key not in MEASURED}
    return value


if __name__ == "__main__":
    main()
