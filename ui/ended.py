"""What became of wanted runs that ended without a result."""

from collections.abc import Sequence

import streamlit as st

from core.config import RunConfig
from core.runs.store import RunStore
from ui.navigation import page_file
from ui.words import escape


def say_ended(store: RunStore, wanted: Sequence[RunConfig]) -> bool:
    """Why the newest run of `wanted` that failed, was stopped or lost has ended, and a link to it; whether one has."""
    ended = [record for record in store.ended(wanted) if record]
    if not ended:
        return False
    newest = max(ended, key=lambda record: record.created)
    told = escape(newest.error or f"The run is {newest.state}.")
    if len(wanted) > 1:
        told = f"{len(ended)} of {len(wanted)} runs ended without a result. The newest: {told}"
    (st.info if newest.state == "stopped" else st.error)(told)
    st.page_link(page_file("live_run"), label=f"Look at run {newest.id}", query_params={"run": newest.id})
    return True
