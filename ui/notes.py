"""What the reader writes about a run or a sweep: kept with it, shown as Markdown without HTML and pictures."""

import streamlit as st

from core.report.markdown import to_html
from core.runs.store import RunStore

PLACEHOLDER = "What this run shows, and what was decided. Markdown: **bold**, *italic*, - lists, [links](https://…)."
MOST_CHARACTERS = 20_000


def edit_notes(store: RunStore, run: str, *, what: str = "run") -> None:
    """The notes of `run`, a run's id or another `what`'s, and a field to change them.

    They are saved when the field is left or Save is pressed; the last change can be undone. What was saved elsewhere
    meanwhile, in another tab, replaces a text that wasn't changed here, and comes before one that was.
    """
    kept, key = store.notes(run), f"notes-{run}"
    if st.session_state.get(key) in (None, st.session_state.get(_began(key))):
        st.session_state[key] = st.session_state[_began(key)] = kept
    with st.expander("Notes", expanded=bool(kept)):
        shown = to_html(kept).strip()
        if shown:
            st.html(shown)
        if st.session_state.pop(_both(key), False):
            st.warning("These notes were changed elsewhere too. Yours are kept, and Undo brings back the others.")
        st.text_area(
            f"Notes on this {what}",
            placeholder=PLACEHOLDER,
            max_chars=MOST_CHARACTERS,
            help="Kept with it and shown in its report. Saved when you leave the field.",
            key=key,
            on_change=_save,
            args=(store, run, key),
        )
        with st.container(horizontal=True):
            st.button(
                "Save",
                key=f"save-{key}",
                help="Leaving the field saves too.",
                on_click=_save,
                args=(store, run, key),
            )
            st.button(
                "Undo",
                key=f"undo-{key}",
                disabled=not store.noted(run),
                help="Brings back the notes as they were before they were saved last.",
                on_click=_undo,
                args=(store, run, key),
            )


def _save(store: RunStore, run: str, key: str) -> None:
    written, began, kept = st.session_state[key], st.session_state[_began(key)], store.notes(run)
    if written == began:
        return
    if written != kept:
        store.keep_notes(run, written)
        st.session_state[_both(key)] = kept != began
    st.session_state[_began(key)] = written


def _undo(store: RunStore, run: str, key: str) -> None:
    store.undo_notes(run)
    st.session_state[key] = st.session_state[_began(key)] = store.notes(run)


def _began(key: str) -> str:
    """Where a session keeps the text that the field began with."""
    return f"began-{key}"


def _both(key: str) -> str:
    """Where it keeps that the notes were changed here and elsewhere."""
    return f"both-{key}"
