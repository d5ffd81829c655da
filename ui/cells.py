"""Places for cards, row by row, so that they keep their order where a narrow window puts one below the other."""

from collections.abc import Iterator

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

COLUMNS = 3


def cells(count: int) -> Iterator[DeltaGenerator]:
    """Places for `count` cards, `COLUMNS` in a row."""
    for place in range(count):
        if place % COLUMNS == 0:
            row = st.columns(COLUMNS)
        yield row[place % COLUMNS]
