"""How the app shows an error of ours: its sentence, with nothing in it obeyed as Markdown."""

import streamlit as st

from core.errors import RanklensError
from ui.words import escape


def say_error(problem: RanklensError) -> None:
    """The sentence of `problem`; what it quotes from a link, a path or a file is shown as it was typed."""
    st.error(escape(str(problem)))
