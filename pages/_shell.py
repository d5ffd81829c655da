"""What every page stands in: title, icon, navigation."""

from pathlib import Path

import streamlit as st

from ui.navigation import navigation

ASSETS = Path(__file__).resolve().parent.parent / "assets"

SIDEBAR_PIXELS = 340

st.set_page_config(
    page_title="Ranklens",
    page_icon=str(ASSETS / "logo.svg"),
    layout="wide",
    initial_sidebar_state=SIDEBAR_PIXELS,
)
st.logo(str(ASSETS / "logo.svg"))
st.navigation(navigation(), position="hidden" if "present" in st.query_params else "top").run()
