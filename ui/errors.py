"""How the app shows an error of ours: its sentence, with nothing in it obeyed as Markdown."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

from core.errors import RanklensError
from ui.words import escape

Shown = ParamSpec("Shown")


def say_error(problem: RanklensError) -> None:
    """The sentence of `problem`; what it quotes from a link, a path or a file is shown as it was typed."""
    st.error(escape(str(problem)))


def fragment(show: Callable[Shown, None], *, run_every: float | None = None) -> Callable[Shown, None]:
    """As `st.fragment`; an error of ours within `show` is a sentence.

    Streamlit prints the stack of whatever is raised in a fragment, and hands it on as an error of its own.
    """

    @wraps(show)
    def shown(*args: Shown.args, **named: Shown.kwargs) -> None:
        try:
            show(*args, **named)
        except RanklensError as problem:
            say_error(problem)

    return st.fragment(shown, run_every=run_every)
