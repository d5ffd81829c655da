"""What every bench prints: one `name ratio bound` line a measurement, behind the versions that it was made with."""

import importlib.metadata
import platform
import sys


def ratio_line(name: str, measured: float, bound: float, *, at_least: bool = False) -> str:
    """A measurement beside the bound that it must keep: at most `bound`, or `at_least` so much."""
    kept = measured >= bound if at_least else measured <= bound
    return f"{name:44} {measured:9.3f}  {'≥' if at_least else '≤'} {bound:g}  {'ok' if kept else 'MISSED'}"


def versions(*distributions: str) -> str:
    """The versions of Python and of `distributions`, in one line."""
    named = [f"{name} {importlib.metadata.version(name)}" for name in distributions]
    return ", ".join([f"Python {platform.python_version()}", *named])


def say(line: str) -> None:
    """Write `line` to the standard output at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
