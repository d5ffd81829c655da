"""What was deleted of late, to be brought back."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import streamlit as st

from core.errors import RanklensError
from core.runs.records import RunRecord, Unreadable
from core.runs.sweep_record import SweepRecord
from ui.errors import say_error
from ui.words import when

Record = TypeVar("Record", RunRecord, SweepRecord)


def labels(records: Iterable[Record | Unreadable], say: Callable[[Record], str]) -> dict[str, str]:
    """What a list calls each of `records`, by id; `say` tells what one is."""
    return {
        record.id: " · ".join(
            [when(record.created), *([] if isinstance(record, Unreadable) else [say(record)]), record.id]
        )
        for record in records
    }


def bring_back(name: str, restore: Callable[[str], None], *, last: str) -> None:
    """Restore what is called `name`, or say why that can't be; `last` is as below."""
    try:
        restore(name)
    except RanklensError as error:
        say_error(error)
        return
    if st.session_state.get(last) == name:
        del st.session_state[last]
    st.rerun()


def offer_to_restore(deleted: Mapping[str, str], restore: Callable[[str], None], *, last: str) -> None:
    """List what is `deleted`, by id what to call it, each with a button that brings it back.

    The session's `last` names the one that was deleted last, of which the page tells above.
    """
    if not deleted:
        return
    with st.expander("Deleted in the last day"):
        for name, label in deleted.items():
            with st.container(horizontal=True, vertical_alignment="center"):
                st.text(label, width="content")
                pressed = st.button("Restore", key=f"restore-{name}")
            if pressed:
                bring_back(name, restore, last=last)
