"""Opening a sweep and starting one: what the pages Sweep and Compare methods share."""

from collections.abc import Callable

import streamlit as st

from core.errors import MissingPackageError, RanklensError
from core.runs.executors import executor_at
from core.runs.finished_sweep import FinishedSweep, recorded_sweeps
from core.runs.sweep_record import SweepRecord
from core.runs.sweeps import LOCAL, SweepStore
from ui.navigation import page_file
from ui.picker import say_recorded
from ui.preview import preview
from ui.sweep_form import SweepForm
from ui.words import escape


def opened(store: SweepStore) -> SweepRecord | FinishedSweep | None:
    """The sweep that the URL names, if it does and if it is there: one of the store, or a recorded one."""
    sweep = st.query_params.get("sweep")
    try:
        return None if not sweep else recorded_sweeps().get(sweep) or store.sweep(sweep)
    except RanklensError as error:
        st.warning(escape(str(error)))
        st.query_params.clear()
        return None


def start(store: SweepStore, form: SweepForm, *, anew: bool, key: str, address: str = LOCAL) -> None:
    """Start, and what the choice will mean; where a sweep is open, a new one can be started beside it."""
    runs = f" {len(form.sweep.runs())} runs" if form.sweep else ""
    told = "Trains the dense model of each seed once, then compresses and re-trains it in every way."
    label, kind = (f"Start{runs} anew", "secondary") if anew else (f"Start{runs}", "primary")
    pressed = st.button(label, type=kind, disabled=form.sweep is None, key=key, help=told)
    try:
        ready = preview(form)
    except MissingPackageError as error:
        st.warning(escape(str(error)))
        st.page_link(page_file("live_run"), label="Fetch it on the page Live run")
        return
    if not (pressed and ready and form.sweep):
        return
    try:
        executor = executor_at(address)
        sweep = store.create_sweep(form.sweep, executor=address)
        executor.start(store, sweep)
    except RanklensError as error:
        st.error(escape(str(error)))
        return
    st.query_params.from_dict({**form.sweep.to_text(), "sweep": sweep})
    st.rerun()


def offer_recorded(page: str, show: Callable[[FinishedSweep], None], *, unfolded: bool) -> None:
    """The recorded sweeps: shown at once where they are `unfolded`, since there is nothing else yet, else a link."""
    for sweep in recorded_sweeps().values():
        if unfolded:
            st.subheader(f"Recorded: {sweep.title}")
            say_recorded(sweep, page=page)
            st.fragment(show)(sweep)
        else:
            st.page_link(page_file(page), label=f"Recorded · {sweep.title}", query_params={"sweep": sweep.id})
