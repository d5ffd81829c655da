"""Runs and times in words."""

import datetime

from core.words import brief, certainty, describe

__all__ = ["brief", "certainty", "describe", "when"]


def when(moment: float) -> str:
    """A time since 1970, in seconds, as the reader's clock shows it."""
    return datetime.datetime.fromtimestamp(moment).strftime("%Y-%m-%d %H:%M")
