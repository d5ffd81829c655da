"""The numbers that a run or a sweep comes down to, in large type."""

from collections.abc import Sequence

import streamlit as st

from core.report.headline import Number


def show_numbers(numbers: Sequence[Number]) -> None:
    """Side by side, each with what it means."""
    for column, number in zip(st.columns(len(numbers), border=True), numbers, strict=True):
        with column:
            show_number(number)
            st.caption(number.note)


def show_number(number: Number) -> None:
    """One of them; a change that rounds to nothing has no arrow. Streamlit takes a true minus for no sign at all."""
    up = (number.changed or 0) > 0
    st.metric(
        number.label,
        number.value,
        number.change,
        delta_color=("green" if up else "red") if number.moved else "off",
        delta_arrow=("up" if up else "down") if number.moved else "off",
        help=number.help or None,
    )
