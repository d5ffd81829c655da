"""What the reader writes about a run: kept with it, shown as Markdown without HTML."""

import streamlit as st

from core.runs.store import RunStore

PLACEHOLDER = "What this run shows, and what was decided. Markdown: **bold**, *italic*, - lists, [links](https://…)."
MOST_CHARACTERS = 20_000


def edit_notes(store: RunStore, run: str) -> None:
    """The notes of `run`, and a field to change them: saved when it is left or Save is pressed; the last is undone."""
    kept = store.notes(run)
    with st.expander("Notes", expanded=bool(kept)):
        if kept:
            st.markdown(kept)
        written = st.text_area(
            "Notes on this run",
            kept,
            placeholder=PLACEHOLDER,
            max_chars=MOST_CHARACTERS,
            help="Kept with the run and shown in its report. Saved when you leave the field.",
            key=f"notes-{run}-{kept}",  # a new field once they were saved or undone
        )
        with st.container(horizontal=True):
            st.button("Save", key=f"save-notes-{run}", help="Leaving the field saves too.")
            undo = st.button("Undo", key=f"undo-notes-{run}", disabled=not kept, help="Brings back the notes before.")
    if undo and written == kept:
        store.undo_notes(run)
        st.rerun()
    if written != kept:
        store.keep_notes(run, written)
        st.rerun()
