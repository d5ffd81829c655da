"""A step's question, and what is said to the answer."""

from typing import Any

import streamlit as st

from core.lessons.exercises import Facts
from core.lessons.questions import Question


def ask(question: Question[Any], facts: Facts, *, key: str) -> None:
    """Ask, and answer at once; a question about what isn't there yet waits."""
    st.markdown(f"**{question.parameters.ask}**")
    if not facts:
        st.caption("There is something to do first.")
        return
    given = _given(question, key)
    if given is None and (question.options or question.asks_number):
        return
    right = question.is_right(given, facts)
    (st.success if right else st.info)(question.feedback(given, facts))


def _given(question: Question[Any], key: str) -> Any:
    """The answer, None before there is one."""
    if question.options:
        return st.pills("Your answer", question.options, label_visibility="collapsed", key=f"{key}-answer")
    if question.asks_number:
        return st.number_input(
            "Your answer", value=None, placeholder="a number", label_visibility="collapsed", key=f"{key}-answer"
        )
    return None
