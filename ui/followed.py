"""Links to the page that one is already on.

Streamlit forgets what controls hold when the page changes, and only then: on the same page, a control's state wins over
what a link asks for. So the number of links that were followed is a part of the controls' keys.
"""

import time
from dataclasses import dataclass, field

import streamlit as st

LATE_SECONDS = 2.0  # a browser may still send the address that the page has just replaced


@dataclass
class _Followed:
    """How many links were followed, the choice in the URL, and when each choice that the page replaced was replaced."""

    links: int
    choice: dict[str, str]
    replaced: list[tuple[dict[str, str], float]] = field(default_factory=list)


def followed(name: str) -> str:
    """The key for the controls called `name`: a new one where the URL holds what the page didn't write itself."""
    known, choice = _known(name), st.query_params.to_dict()
    late = any(choice == each and time.monotonic() < moment + LATE_SECONDS for each, moment in known.replaced)
    if choice != known.choice and not late:
        known.links, known.choice, known.replaced = known.links + 1, choice, []
    return f"{name}-{known.links}" if known.links else name


def keep_in_url(name: str, choice: dict[str, str]) -> None:
    """Write what the controls called `name` say into the URL, as no link that is to be followed."""
    known, before = _known(name), st.query_params.to_dict()
    st.query_params.from_dict(choice)
    known.choice = st.query_params.to_dict()
    if known.choice != before:
        now = time.monotonic()
        recent = [each for each in known.replaced if now < each[1] + LATE_SECONDS]
        known.replaced = [*recent, (before, now)]


def _known(name: str) -> _Followed:
    key = f"followed-{name}"
    if key not in st.session_state:
        st.session_state[key] = _Followed(0, st.query_params.to_dict())
    known: _Followed = st.session_state[key]
    return known
