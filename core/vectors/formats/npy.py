"""NumPy's `.npy`, with its words in a text file beside it."""

from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np

from core.data.vocabulary import Vocabulary
from core.errors import VectorsError
from core.vectors.formats import VECTOR_FORMATS
from core.vectors.formats.read import in_place
from core.vectors.formats.word_list import gather
from core.vectors.sources import Found, Progress

# What NumPy raises over a bad header, which it parses as Python, and over a shape that no memory holds.
DAMAGED = (ValueError, OSError, EOFError, SyntaxError, TokenError, TypeError, KeyError, OverflowError, MemoryError)


def open_array(path: Path, *, called: Path | None = None) -> "np.memmap[Any, Any]":
    """The array in the `.npy` file at `path`, of which nothing but the header is read; errors name it as `called`.

    Raises:
        VectorsError: when there is none in it, or it can't be read.
    """
    name = called or path
    try:
        with path.open("rb") as file:
            if file.read(2) == b"PK":  # NumPy would take it for one of its own, and leave it open where it isn't
                raise VectorsError(f"{name} is a zip archive: give one array, as numpy.save writes it.")
        found: np.memmap[Any, Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except DAMAGED as error:
        pickled = "object" in str(error).lower() or "pickle" in str(error).lower()
        reason = "it holds pickled objects, which are never loaded" if pickled else str(error).rstrip(".")
        raise VectorsError(f"{name} can't be read as a NumPy array: {reason}.") from None
    return found


@VECTOR_FORMATS.register("npy", title="NumPy", help="A .npy table, and its words in a .txt of the same name beside it.")
class NpyVectors:
    """Reads rows out of a memory map."""

    def recognises(self, path: Path, head: bytes) -> bool:
        """Its first bytes say so."""
        del path
        return head.startswith(b"\x93NUMPY")

    def read(self, path: Path, vocabulary: Vocabulary, progress: Progress) -> Found:
        """The rows of the vocabulary's words.

        Raises:
            VectorsError: naming the file and what is wrong.
        """
        with in_place(path) as plain:
            table = open_array(plain, called=path)
            if table.dtype.kind != "f":
                raise VectorsError(f"{path}: it holds {table.dtype}; word vectors are float16, float32 or float64.")
            return gather(path, table.shape, lambda first, last: table[first:last], vocabulary, progress)
