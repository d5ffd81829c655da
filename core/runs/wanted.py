"""Runs that are wanted together, such as a race's or a lesson's: told apart by their configurations alone.

Equal configurations give equal numbers, so a run that was made before counts, whoever made it, and nothing else has to
remember what belongs together.
"""

from collections.abc import Sequence

from core.config import RunConfig
from core.events import Command
from core.runs.records import RunRecord, readable
from core.runs.store import RunStore
from core.runs.supervisor import ensure
from core.runs.sweeps import LOCAL, SweepStore
from core.sweep_config import SweepConfig


def submit_missing(store: RunStore, configs: Sequence[RunConfig]) -> None:
    """Queue those of `configs` that have no run yet.

    Raises:
        StoreError: when the store can't be written.
    """
    for config, record in zip(configs, store.matching(configs), strict=True):
        if record is None:
            store.create(config)
    ensure(store)


def submit_sweep(store: SweepStore, config: SweepConfig) -> None:
    """Start a sweep on this machine, or go on with one of just that which has ended without all of its runs.

    Raises:
        StoreError: when the store can't be written.
    """
    sweeps = readable(store.sweeps())
    begun = [record.id for record in sweeps if record.config == config and record.executor == LOCAL]
    if begun:
        store.resume_sweep(begun[0])
    else:
        store.create_sweep(config)
    ensure(store)


def stop_all(store: RunStore, configs: Sequence[RunConfig]) -> None:
    """Ask those of `configs` that are queued or running to stop."""
    for record in store.matching(configs):
        if record and record.active:
            store.send(record.id, Command("stop"))


def progress_of(records: Sequence[RunRecord | None]) -> tuple[int, int]:
    """How many are done, and how many are queued or running."""
    return (
        sum(record is not None and record.state == "done" for record in records),
        sum(record is not None and record.active for record in records),
    )
