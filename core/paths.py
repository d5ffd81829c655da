"""Paths that the user gave: what the system has against one is a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import DataError, RanklensError


@contextmanager
def looking_at(path: str | Path, kind: type[RanklensError] = DataError) -> Iterator[None]:
    """Turn what the system has against looking at `path` into a sentence, as an error of that `kind`.

    Raises:
        RanklensError: for a folder that may not be entered, a name that is too long, a home folder of nobody.
    """
    try:
        yield
    except (OSError, RuntimeError, ValueError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or str(error).rstrip(".")
        raise kind(f"{path} can't be looked at ({reason}): check the path, and who may enter its folders.") from None
