"""Which finished run or sweep a page is about: chosen from a list, kept in the URL."""

import contextlib
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import streamlit as st

from core.errors import RanklensError
from core.runs.finished import FinishedRun, finished_run, gallery
from core.runs.finished_sweep import FinishedSweep, finished_either, recorded_sweeps
from core.runs.records import readable
from core.runs.store import RunStore
from core.runs.sweeps import SweepStore
from ui.errors import say_error
from ui.navigation import offer_to_start, page_file
from ui.words import brief, escape, setting, when

F = TypeVar("F", bound=FinishedRun | FinishedSweep)

SEEN = "run-seen"  # in the session: what was picked last


def pick_run(store: RunStore) -> FinishedRun | None:
    """A list of the user's finished runs and of the recorded ones; None, and what to do, where there is none.

    The choice is the URL's `run`. A recorded run says so, and is one click from being run here.
    """
    run = _pick(_runs(store), partial(finished_run, store), key="picked-run")
    if run and run.recorded:
        say_recorded(run)
    return run


def pick_finished(store: SweepStore) -> FinishedRun | FinishedSweep | None:
    """As `pick_run`, from sweeps too, which the URL's `run` may name as well."""
    sweeps = {
        record.id: f"{when(record.created)} · Sweep · {setting(record.config.base)} · {record.counts['done']} runs"
        for record in readable(store.sweeps())
        if not record.active and record.counts["done"]
    }
    sweeps |= {sweep.id: f"Recorded sweep · {sweep.title}" for sweep in recorded_sweeps().values()}
    finished = _pick(_runs(store) | sweeps, partial(finished_either, store), key="picked-either", label="Run or sweep")
    if finished and finished.recorded:
        say_recorded(finished, page="sweep" if isinstance(finished, FinishedSweep) else "live_run")
    return finished


def _runs(store: RunStore) -> dict[str, str]:
    """What the list calls each run."""
    names = {
        record.id: f"{when(record.created)} · {brief(record.config, record.result)}" for record in store.finished()
    }
    return names | {run.id: f"Recorded · {run.title}" for run in gallery().values()}


def _name(found: FinishedRun | FinishedSweep) -> str:
    """What the list calls one that is old or part of a sweep."""
    if isinstance(found, FinishedSweep):
        return f"{found.title} · Sweep · {setting(found.config.base)} · {len(found.runs)} runs"
    return f"{found.title} · {brief(found.config, found.result)}"


def _pick(names: dict[str, str], find: Callable[[str], F], *, key: str, label: str = "Run") -> F | None:
    """What `find` finds of one of `names`, by id: the URL's, else the one picked last, else the first.

    One that isn't among the names, because it is old or part of a sweep, joins them where it is found.
    """
    asked = st.query_params.get("run")
    seen = st.session_state.get(SEEN)  # on another page: switching pages drops what is in the URL
    wanted = asked or seen
    known: dict[str, F] = {}
    if wanted and wanted not in names:
        with contextlib.suppress(RanklensError):
            known[wanted] = find(wanted)
            names = names | {wanted: _name(known[wanted])}
    if asked is not None and asked not in names:
        st.warning(
            f"There is no finished {label.lower()} {escape(repr(asked))} here; it may have been deleted, or may still "
            "be going on."
        )
        asked = None
    if not names:
        st.info("No run has finished yet.")
        offer_to_start()
        return None
    asked = asked or (seen if seen in names else next(iter(names)))
    picked = st.selectbox(
        label,
        list(names),
        index=list(names).index(asked),
        format_func=lambda run: names[run],
        help="What is done, the newest first, and recorded ones that come with Ranklens.",
        key=f"{key}-{asked}",  # so that a link to another run is followed, whatever was picked before
    )
    st.query_params["run"] = st.session_state[SEEN] = picked
    if picked != asked:
        st.rerun()  # under the key of what is in the URL now, so that the next pick isn't lost
    try:
        return known.get(picked) or find(picked)
    except RanklensError as error:
        say_error(error)
        return None


def say_recorded(finished: FinishedRun | FinishedSweep, *, page: str = "live_run") -> None:
    """Where the numbers are from, and the way to numbers of one's own, on `page`."""
    assert finished.recorded
    with st.container(horizontal=True, vertical_alignment="center"):
        made = finished.recorded
        st.caption(f"Recorded on {made.date} at commit {made.commit}, by: {escape(made.command)}")
        st.page_link(page_file(page), label="Run it yourself", query_params=finished.config.to_text())
