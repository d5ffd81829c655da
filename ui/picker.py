"""Which finished run a page is about: chosen from a list, kept in the URL."""

import streamlit as st

from core.errors import RanklensError
from core.runs.finished import FinishedRun, finished_run, gallery
from core.runs.store import RunStore
from ui.navigation import page_file
from ui.words import brief, escape, when

SEEN = "run-seen"  # in the session: what was picked last


def pick_run(store: RunStore, *, key: str = "picked-run") -> FinishedRun | None:
    """A list of the user's finished runs and of the recorded ones; None, and what to do, where there is none.

    The choice is the URL's `run`. A recorded run says so, and is one click from being run here.
    """
    names = {record.id: f"{when(record.created)} · {brief(record.config)}" for record in store.finished()}
    names |= {run.id: f"Recorded · {run.title}" for run in gallery().values()}
    asked = st.query_params.get("run")
    if asked is not None and asked not in names:
        st.warning(
            f"There is no finished run {escape(repr(asked))} here; it may have been deleted, or may still be going on."
        )
        asked = None
    if not names:
        st.info("No run has finished yet.")
        st.page_link(page_file("live_run"), label="Start one on the page Live run")
        return None
    seen = st.session_state.get(SEEN)  # on another page: switching pages drops what is in the URL
    asked = asked or (seen if seen in names else next(iter(names)))
    picked = st.selectbox(
        "Run",
        list(names),
        index=list(names).index(asked),
        format_func=lambda run: names[run],
        help="Runs that are done, the newest first, and recorded ones that come with Ranklens.",
        key=f"{key}-{asked}",  # so that a link to another run is followed, whatever was picked before
    )
    st.query_params["run"] = st.session_state[SEEN] = picked
    if picked != asked:
        st.rerun()  # under the key of what is in the URL now, so that the next pick isn't lost
    try:
        run = finished_run(store, picked)
    except RanklensError as error:
        st.error(str(error))
        return None
    if run.recorded:
        say_recorded(run)
    return run


def say_recorded(run: FinishedRun) -> None:
    """Where the numbers are from, and the way to numbers of one's own."""
    assert run.recorded
    with st.container(horizontal=True, vertical_alignment="center"):
        made = run.recorded
        st.caption(f"Recorded on {made.date} at commit {made.commit}, by: {escape(made.command)}")
        st.page_link(page_file("live_run"), label="Run it yourself", query_params=run.config.to_text())
