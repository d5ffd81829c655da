"""What was deleted of late, to be brought back."""

from collections.abc import Callable, Mapping

import streamlit as st


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
                restore(name)
                if st.session_state.get(last) == name:
                    del st.session_state[last]
                st.rerun()
