"""What a projector of 1280 × 720 shows must fit on it."""

import streamlit as st

NARROW_MARGINS = "<style>[data-testid=stMainBlockContainer] { padding-block: 4rem 1rem; }</style>"  # no theme has this


def fill_screen() -> None:
    """Draw the page with narrow margins above and below."""
    st.html(NARROW_MARGINS)
