"""Opening a sweep and starting one: what the pages Sweep and Compare methods share."""

import streamlit as st

from core.errors import MissingPackageError, RanklensError
from core.runs.executors import executor_at
from core.runs.sweep_record import SweepRecord
from core.runs.sweeps import LOCAL, SweepStore
from ui.navigation import page_file
from ui.preview import preview
from ui.sweep_form import SweepForm
from ui.words import escape


def opened(store: SweepStore) -> SweepRecord | None:
    """The sweep that the URL names, if it does and if it is there."""
    sweep = st.query_params.get("sweep")
    try:
        return store.sweep(sweep) if sweep else None
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
