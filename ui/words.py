"""Runs and times in words."""

import datetime

from core.words import brief, certainty, describe, setting, signed

__all__ = ["brief", "certainty", "describe", "escape", "setting", "signed", "when"]


def escape(text: str) -> str:
    """A line of text whose Markdown signs are shown, not obeyed."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>|~$:#" else sign for sign in " ".join(text.split()))


def when(moment: float) -> str:
    """A time since 1970, in seconds, as the clock of the machine that serves the page shows it."""
    return datetime.datetime.fromtimestamp(moment).strftime("%Y-%m-%d %H:%M")
