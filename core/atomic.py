"""Files that are there whole or not at all."""

import errno
import os
import tempfile
from pathlib import Path

from core.errors import StoreError


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that a crash leaves the old file or the new one: temp file, fsync, rename.

    Raises:
        StoreError: when the disk is full or the folder can't be written.
    """
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
        temporary = None
    except OSError as error:
        raise store_error(path, error) from None
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)


def store_error(path: Path, error: OSError) -> StoreError:
    """`error` as a sentence about `path`."""
    if error.errno == errno.ENOSPC:
        return StoreError(f"The disk is full, so {path} can't be written: free some space and try again.")
    return StoreError(f"{path} can't be written ({error.strerror}): set RANKLENS_HOME to a folder of yours.")
