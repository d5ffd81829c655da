"""A text's tokens, each tinted and numbered by its share, a line for each model."""

from pathlib import Path

import streamlit as st

from core.insights.answers import Explained

ASSETS = Path(__file__).resolve().parent.parent / "assets"

_component = st.components.v2.component(
    "ranklens_tokens",
    html="<div class='tokens'></div>",
    css=(ASSETS / "tokens.css").read_text(encoding="utf-8"),
    js=(ASSETS / "tokens.js").read_text(encoding="utf-8"),
)


def draw_tokens(explained: Explained, *, key: str) -> None:
    """Every model's shares; the tints of all of them are on one scale."""
    rows = [
        {
            "title": answer.model.capitalize(),
            "tokens": [
                {"text": token, "known": known, "share": share}
                for token, known, share in zip(explained.tokens, explained.known, answer.shares, strict=True)
            ],
        }
        for answer in explained.answers
    ]
    data = {
        "rows": rows,
        "largest": max(abs(share) for answer in explained.answers for share in answer.shares),
        "towards": explained.classes[explained.towards],
        "against": explained.classes[explained.against],
    }
    _component(data=data, key=key)
