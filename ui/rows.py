"""Rows of a user's own texts, as text: nothing in them is obeyed, and each cell runs in its own direction."""

import html
from collections.abc import Sequence

import streamlit as st

LONGEST_CELL = 240  # characters
STYLE = "border-bottom:1px solid rgba(128,128,128,.25);padding:.35rem .6rem;vertical-align:top"


def rows_table(columns: Sequence[str], rows: Sequence[Sequence[str | None]], *, marks: Sequence[str] = ()) -> None:
    """A table that scrolls where it is wide; `marks` say above the columns what they are taken for."""
    st.html(table_html(columns, rows, marks=marks))


def table_html(columns: Sequence[str], rows: Sequence[Sequence[str | None]], *, marks: Sequence[str] = ()) -> str:
    """The table's HTML, every cell escaped, `dir="auto"` so that right-to-left writing starts on the right."""
    head = "".join(
        f'<th dir="auto" style="{STYLE};text-align:start;white-space:nowrap">{_cell(name)}{_mark(mark)}</th>'
        for name, mark in zip(columns, marks or [""] * len(columns), strict=True)
    )
    cells = [[f'<td dir="auto" style="{STYLE};text-align:start">{_cell(cell)}</td>' for cell in row] for row in rows]
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in cells)
    table = f'<table style="border-collapse:collapse;width:100%;font-size:.9rem"><tr>{head}</tr>{body}</table>'
    return f'<div style="overflow-x:auto">{table}</div>'


def _cell(text: str | None) -> str:
    if text is None:
        return "<i>neither text nor label</i>"
    return html.escape(text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…")


def _mark(mark: str) -> str:
    badge = (
        "margin-inline-start:.5rem;padding:0 .4rem;border-radius:.6rem;background:#0072B2;color:#fff;font-size:.75rem"
    )
    return f'<span style="{badge}">{html.escape(mark)}</span>' if mark else ""
