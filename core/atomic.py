"""Files that are there whole or not at all."""

import errno
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from core.errors import StoreError

PRIVATE, READABLE = 0o600, 0o666  # of the store, and of what the user takes away


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that a crash leaves the old file or the new one: temp file, fsync, rename.

    Raises:
        StoreError: when the disk is full or the folder can't be written.
    """
    try:
        with atomic_file(path, mode=PRIVATE) as file:
            file.write(content)
    except OSError as error:
        raise store_error(path, error) from None


def write_once(path: Path, content: bytes) -> bool:
    """Write `content` to `path` unless something is there, whole or not at all; returns whether it was written.

    Of several processes that try at once, one does.

    Raises:
        StoreError: when the disk is full or the folder can't be written.
    """
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            os.link(file.name, path)
    except FileExistsError:
        return False
    except OSError as error:
        raise store_error(path, error) from None
    return True


@contextmanager
def atomic_file(path: Path, *, mode: int = READABLE) -> Iterator[BinaryIO]:
    """A file to write and read that becomes `path` when the block ends; if the block fails, nothing is left of it.

    Its permissions are those in `mode` that the umask lets pass.

    Raises:
        OSError: when the disk is full or the folder can't be written.
    """
    temporary = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    handle = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:  # Ctrl-C too
        temporary.unlink(missing_ok=True)
        raise


def store_error(path: Path, error: OSError) -> StoreError:
    """`error` as a sentence about `path`."""
    if error.errno == errno.ENOSPC:
        return StoreError(f"The disk is full, so {path} can't be written: free some space and try again.")
    return StoreError(f"{path} can't be written ({error.strerror}): set RANKLENS_HOME to a folder of yours.")
