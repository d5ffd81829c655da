"""What every bench prints: one `name ratio bound` line a measurement, behind the versions that it was made with."""

import importlib.metadata
import platform
import re
import sys
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"


def ratio_line(name: str, measured: float, bound: float, *, at_least: bool = False) -> str:
    """A measurement beside the bound that it must keep: at most `bound`, or `at_least` so much."""
    kept = measured >= bound if at_least else measured <= bound
    return f"{name:44} {measured:9.3f}  {'≥' if at_least else '≤'} {bound:g}  {'ok' if kept else 'MISSED'}"


def versions(*distributions: str) -> str:
    """The versions of Python and of `distributions`, in one line."""
    named = [f"{name} {importlib.metadata.version(name)}" for name in distributions]
    return ", ".join([f"Python {platform.python_version()}", *named])


def put_into_readme(name: str, text: str) -> None:
    """Put `text` between README's marks of `name`.

    Raises:
        ValueError: when README doesn't have each of them once.
    """
    marks = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    parts = re.split("|".join(map(re.escape, marks)), README.read_text(encoding="utf-8"))
    if len(parts) != 3:  # noqa: PLR2004 - before, between, behind
        raise ValueError(f"{README}: the marks {marks} must be there once each.")
    README.write_text(f"{parts[0]}{marks[0]}{text}{marks[1]}{parts[2]}", encoding="utf-8")


def say(line: str) -> None:
    """Write `line` to the standard output at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
