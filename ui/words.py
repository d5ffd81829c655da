"""Runs and times in words."""

import datetime
import re

from core.words import brief, certainty, describe, setting, signed

__all__ = ["brief", "certainty", "describe", "escape", "setting", "signed", "when"]

_SIGNS = re.compile(r"[\\`*_\[\]<>|~$:#&]")
_LIST = re.compile(r"^(\d*)([-+.)])")
# Links, icons and arrows are made of text whose escapes are gone already: an element without text keeps halves apart.
_HALVES = re.compile(
    r"(?<=www)(?=\.)|(?<=:)(?=//|material|streamlit)|(?<=\S)(?=@)|(?<=[-<>~=!])(?=[-=>])", re.IGNORECASE
)
_NOTHING = ":small[]"


def escape(text: str) -> str:
    """A line of text whose signs Streamlit's Markdown shows, and doesn't obey."""
    halves = _HALVES.split(" ".join(text.split()))
    return _LIST.sub(r"\1\\\2", _NOTHING.join(_SIGNS.sub(r"\\\g<0>", half) for half in halves))


def when(moment: float) -> str:
    """A time since 1970, in seconds, as the clock of the machine that serves the page shows it."""
    return datetime.datetime.fromtimestamp(moment).strftime("%Y-%m-%d %H:%M")
