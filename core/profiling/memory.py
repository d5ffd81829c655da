"""Sizes: numbers held, and bytes of real files."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from safetensors import SafetensorError
from safetensors.torch import save
from torch import nn

from core.errors import StoreError
from core.models.base import TextClassifier


def parameter_count(model: TextClassifier) -> int:
    """How many numbers `model` holds; those that share a byte are counted one by one."""
    rest: int = sum(value.numel() for name, value in model.state_dict().items() if not name.startswith("embedding."))
    return rest + model.embedding.numbers()


def embedding_bytes(model: TextClassifier) -> int:
    """Bytes of what the embedding slot of `model` stores."""
    return sum(value.nbytes for value in model.embedding.state_dict().values())


def save_weights(module: nn.Module, path: Path) -> int:
    """Write the weights of `module` to `path` as safetensors, whole or not at all; returns the file's bytes.

    Raises:
        StoreError: when the disk is full or the folder can't be written.
    """
    try:
        write_atomically(path, save(module.state_dict()))
        return path.stat().st_size
    except SafetensorError as error:
        raise StoreError(f"{path} can't be written: {error}.") from None


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that a crash leaves the old file or the new one: temp file, fsync, rename.

    Raises:
        StoreError: when the disk is full or the folder can't be written.
    """
    try:
        with atomic_file(path) as file:
            file.write(content)
    except OSError as error:
        raise store_error(path, error) from None


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write and read that becomes `path` when the block ends; if the block fails, nothing is left of it.

    Raises:
        OSError: when the disk is full or the folder can't be written.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:  # Ctrl-C too
        Path(temporary).unlink(missing_ok=True)
        raise


def store_error(path: Path, error: OSError) -> StoreError:
    """`error` as a sentence about `path`."""
    if error.errno == errno.ENOSPC:
        return StoreError(f"The disk is full, so {path} can't be written: free some space and try again.")
    return StoreError(f"{path} can't be written ({error.strerror}): set RANKLENS_HOME to a folder of yours.")
