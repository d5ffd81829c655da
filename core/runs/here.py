"""A sweep from beginning to end, waited for: for notebooks and scripts."""

import time

from core.errors import InputError
from core.runs.executors import executor_at
from core.runs.sweeps import LOCAL, SweepStore
from core.sweep_config import SweepConfig

LOOK_SECONDS = 0.25


def run_sweep(store: SweepStore, config: SweepConfig) -> str:
    """Execute a new sweep on this machine until all of it has ended; returns its id.

    Raises:
        InputError: when a run of it failed.
        RanklensError: when nothing can be executed.
    """
    sweep, executor = store.create_sweep(config), executor_at(LOCAL)
    while (record := store.sweep(sweep)).active:
        executor.start(store, sweep)
        time.sleep(LOOK_SECONDS)
    for run in record.runs:
        if run.state != "done":
            raise InputError(f"Run {run.id} of sweep {sweep} is {run.state}: {run.error or 'nobody knows why'}")
    return sweep
