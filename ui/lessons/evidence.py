"""The real runs that an exercise needs: found by their configurations, or started from here."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.config import RunConfig
from core.lessons.exercises import Exercise
from core.runs.finished import FinishedRun, finished_run, gallery
from core.runs.records import RunRecord
from core.runs.store import RunStore
from core.runs.sweeps import SweepStore
from core.runs.wanted import progress_of, stop_all, submit_missing, submit_sweep
from ui.ended import say_ended
from ui.errors import fragment

REFRESH_SECONDS = 0.5


def evidence(store: SweepStore, exercise: Exercise[Any], *, key: str, ready: bool) -> list[FinishedRun]:
    """All of the exercise's runs once they are done, else none, and the way there; they can start once `ready`."""
    wanted, sweep = exercise.runs(), exercise.sweep()
    recorded = [_recorded(config) for config in wanted]
    if all(recorded):
        return [run for run in recorded if run]
    records = store.matching(wanted)
    done, active = progress_of(records)
    if done == len(wanted):
        return [finished_run(store, record.id) for record in records if record]
    if active:
        fragment(_watch, run_every=REFRESH_SECONDS)(store, wanted, key)
        return []
    say_ended(store, wanted)
    count = len(wanted) - done
    label = "Run it" if len(wanted) == 1 else f"Run it: {count} models"
    told = "Trains real models on this machine, in the background; takes some seconds."
    if sweep:
        told = f"Starts one sweep: a dense model is trained, then compressed and re-trained {count} times."
    if st.button(label, type="primary", disabled=not ready, key=f"{key}-run", help=told):
        if sweep:
            submit_sweep(store, sweep)
        else:
            submit_missing(store, wanted)
        st.rerun()
    return []


def _watch(store: RunStore, wanted: Sequence[RunConfig], key: str) -> None:
    records = store.matching(wanted)
    done, active = progress_of(records)
    if not active:
        st.rerun()
    shares = [_share(record) for record in records]
    st.progress(sum(shares) / len(shares), f"{done} of {len(wanted)} models are done")
    if st.button("Stop", key=f"{key}-stop", help="What is done stays."):
        stop_all(store, wanted)


def _share(record: RunRecord | None) -> float:
    """How much of a run is done, roughly: training is most of it."""
    if record is None:
        return 0.0
    return 1.0 if record.state == "done" else 0.9 * record.progress * (record.stage in ("train", "retrain"))


def _recorded(config: RunConfig) -> FinishedRun | None:
    return next((run for run in gallery().values() if run.config == config), None)
