"""Files and folders that the user asked for: refused before the work that fills them, then written whole."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.atomic import atomic_file
from core.errors import OutputError


def output_file(path: str | Path, *, new: bool = False) -> Path:
    """The `path` to write to, found good before any work; where it is `new`, nothing may be there yet.

    Raises:
        OutputError: when something is there that can't be replaced, or nothing can be written there.
    """
    path = Path(path)
    with writing(path):
        if new and path.exists():
            raise OutputError(f"{path} exists already; remove it, or give another path.")
        if path.exists() and not path.is_file():
            raise OutputError(f"{path} is {'a folder' if path.is_dir() else 'no plain file'}; give another path.")
        if not path.absolute().parent.is_dir():
            raise OutputError(f"{path}: the folder doesn't exist; make it first.")
        with tempfile.TemporaryFile(dir=path.absolute().parent):
            pass
    return path


def write_output(path: Path, content: bytes) -> None:
    """Write `content` to `path`, whole or not at all, readable by whom the umask lets.

    Raises:
        OutputError: when the disk is full or the folder can't be written.
    """
    with writing(path), atomic_file(path) as file:
        file.write(content)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn the system's errors into a sentence about `path`.

    Raises:
        OutputError: for every `OSError` of the block.
    """
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"{path} can't be written ({error.strerror}): free some space or give another path."
        ) from None
