"""What every page stands in: title, icon, navigation."""

from pathlib import Path

import streamlit as st

ASSETS = Path(__file__).resolve().parent.parent / "assets"

st.set_page_config(page_title="Ranklens", page_icon=str(ASSETS / "logo.svg"), layout="wide")
st.logo(str(ASSETS / "logo.svg"))
st.navigation(
    {
        "Explore": [st.Page("live.py", title="Live run", default=True)],
        "Use": [st.Page("runs.py", title="Runs", url_path="runs")],
    }
).run()
