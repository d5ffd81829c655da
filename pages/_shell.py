"""What every page stands in: title, icon, navigation."""

from pathlib import Path

import streamlit as st

from ui.navigation import navigation

ASSETS = Path(__file__).resolve().parent.parent / "assets"

SIDEBAR_PIXELS = 340
# Streamlit writes the first two in the primary colour, and in white upon it: no colour is readable as both on a dark
# page. A formula's box is narrower than its ink, which makes it scroll by two pixels.
READABLE = """<style>
[data-testid=stSliderThumbValue] *, button[data-selected=true] * { color: inherit !important; }
[data-testid=stSliderThumbValue], button[data-selected=true] { color: inherit !important; }
.katex-display { padding: 3px; }
</style>"""

st.set_page_config(
    page_title="Ranklens",
    page_icon=str(ASSETS / "logo.svg"),
    layout="wide",
    initial_sidebar_state=SIDEBAR_PIXELS,
)
st.logo(str(ASSETS / "logo.svg"))
st.html(READABLE)
st.navigation(navigation(), position="hidden" if "present" in st.query_params else "top").run()
