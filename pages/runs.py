"""Runs: what was run, to open or delete."""

import datetime

import streamlit as st

from core.errors import RanklensError
from core.runs.records import RunRecord
from core.runs.store import RunStore

RESTORABLE_SECONDS = 24 * 3600


def page() -> None:
    """A card for each run, the newest first."""
    st.title("Runs")
    store = RunStore()
    store.purge(older_than=RESTORABLE_SECONDS)
    deleted = st.session_state.get("deleted-run")
    if deleted and st.button("Undo the deletion", key="undo"):
        store.restore(deleted)
        del st.session_state["deleted-run"]
        st.rerun()
    records = store.newest()
    if not records:
        st.info("No runs yet.")
        st.page_link("live.py", label="Start one on the page Live run")
    for record in records:
        card(store, record)


def card(store: RunStore, record: RunRecord) -> None:
    """One run: what, when, what it found."""
    with st.container(border=True):
        words, open_run, delete = st.columns([6, 1, 1], vertical_alignment="center")
        when = datetime.datetime.fromtimestamp(record.created).strftime("%Y-%m-%d %H:%M")
        config = record.config
        words.markdown(f"**{record.state}** · {when} · `{record.id}`")
        words.text(f"{config.dataset} · {config.model} · {config.method}")
        if record.result:
            found = record.result
            words.text(
                f"{found.dense.test_accuracy:.1%} dense → {found.compressed.test_accuracy:.1%} at "
                f"{found.compressed.compression:.1%} smaller"
            )
        if open_run.button("Open", key=f"open-{record.id}", width="stretch"):
            st.switch_page("live.py", query_params={"run": record.id})
        if delete.button("Delete", key=f"delete-{record.id}", width="stretch", disabled=record.active):
            store.delete(record.id)
            st.session_state["deleted-run"] = record.id
            st.rerun()


try:
    page()
except RanklensError as problem:
    st.error(str(problem))
