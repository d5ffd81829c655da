"""Runs and times in words."""

import datetime

from core.words import brief, certainty, describe, setting

__all__ = ["brief", "certainty", "describe", "escape", "setting", "when"]


def escape(text: str) -> str:
    """A line of text whose Markdown signs are shown, not obeyed."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>|~$:#" else sign for sign in " ".join(text.split()))


def signed(value: float, digits: int) -> str:
    """A number with its sign; the minus is as long as the plus."""
    return f"{value:+.{digits}f}".replace("-", "−")


def when(moment: float) -> str:
    """A time since 1970, in seconds, as the reader's clock shows it."""
    return datetime.datetime.fromtimestamp(moment).strftime("%Y-%m-%d %H:%M")
