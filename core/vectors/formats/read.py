"""A file of word vectors in whichever format it is; and what several formats share."""

import gzip
import io
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.files.source import MAX_RATIO
from core.data.vocabulary import Vocabulary
from core.errors import VectorsError
from core.vectors.formats import VECTOR_FORMATS
from core.vectors.sources import Found, Progress

GZIP = b"\x1f\x8b"
MARK = b"\xef\xbb\xbf"  # a byte order mark, as some editors put before a text
HEAD_BYTES = 65_536
BUFFER_BYTES = 1 << 20
FALLBACK = "text"  # what a file is that no other format recognises
MAX_WIDTH = 65_536  # numbers for a word
NOT_VECTORS = {
    b"\xba\x16O/": "a whole fastText model; give the .vec file beside it",
    b"PK\x03\x04": "a zip archive; unpack it and give the file inside",
    b"\x80\x02": "a Python pickle, which isn't read because it could run a program; save the vectors as text",
    b"\x80\x04": "a Python pickle, which isn't read because it could run a program; save the vectors as text",
    b"\x89PNG": "a PNG image; give word vectors",
}


@dataclass
class Gathered:
    """Rows found so far; the table is made when the width is known."""

    vocabulary: Vocabulary
    path: Path
    width: int
    duplicates: int = 0
    table: NDArray[np.float32] = field(init=False)
    known: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        """Make an empty table (V, d).

        Raises:
            VectorsError: for a width that no vectors have.
        """
        if not 1 <= self.width <= MAX_WIDTH:
            raise VectorsError(f"{self.path}: {self.width:,} numbers a word; from 1 to {MAX_WIDTH:,} can be read.")
        self.table = np.zeros((len(self.vocabulary), self.width), np.float32)
        self.known = np.zeros(len(self.vocabulary), bool)

    def is_new(self, row: int) -> bool:
        """Whether `row` has no numbers yet; a word that comes again is counted, and its first numbers stay."""
        self.duplicates += int(self.known[row])
        return not self.known[row]

    def put(self, row: int, numbers: NDArray[np.floating] | list[float], where: str) -> None:
        """Keep the `numbers` (d,) for `row`.

        Raises:
            VectorsError: when one is NaN or infinite, in float32 too.
        """
        with np.errstate(over="ignore"):
            self.table[row] = numbers
        if not np.isfinite(self.table[row]).all():
            raise VectorsError(f"{self.path}, {where}: a number is NaN or infinite; mend or drop the line.")
        self.known[row] = True

    def found(self) -> Found:
        """All of it.

        Raises:
            VectorsError: when the file knows no word of the vocabulary.
        """
        if not self.known.any():
            raise VectorsError(
                f"{self.path}: not one word of the texts has a vector here; is this a file of word vectors, in the "
                "language of the texts and in lower case?"
            )
        return Found(self.table, self.known, duplicates=self.duplicates)


def read_vectors(path: Path, vocabulary: Vocabulary, progress: Progress) -> Found:
    """The rows of the vocabulary's words from the file at `path`, whose content or name says its format.

    Raises:
        VectorsError: naming the file, the line or word, and what is wrong.
    """
    with unpacked(path) as (stream, _):
        head = stream.read(HEAD_BYTES)
    if not head:
        raise VectorsError(f"{path}: the file is empty; give word vectors.")
    kind = next((kind for magic, kind in NOT_VECTORS.items() if head.startswith(magic)), None)
    if kind:
        raise VectorsError(f"{path} is {kind}.")
    chosen = VECTOR_FORMATS.get(FALLBACK).build()
    for component in VECTOR_FORMATS:
        candidate = component.build()
        if candidate.recognises(path, head):
            chosen = candidate
            break
    return chosen.read(path, vocabulary, progress)


@contextmanager
def unpacked(path: Path, member: str = "") -> Iterator[tuple[io.BufferedReader, Callable[[], float]]]:
    """The bytes of `path`, unpacked where its content is gzip, and a function that says which share of them was read.

    Args:
        path: the file.
        member: the file inside to read, where `path` is a zip archive; nothing is unpacked to the disk.

    Raises:
        VectorsError: when it can't be read, or its packed data are damaged.
    """
    inside: Any
    place: Any
    try:
        with ExitStack() as stack:
            raw = stack.enter_context(path.open("rb"))
            if member:
                archive = stack.enter_context(zipfile.ZipFile(raw))
                inside = place = stack.enter_context(archive.open(member))
                size = max(1, archive.getinfo(member).file_size)
            else:
                inside = gzip.GzipFile(fileobj=raw) if raw.peek(2)[:2] == GZIP else raw
                place, size = raw, max(1, path.stat().st_size)
            stream = inside if inside is raw else io.BufferedReader(inside, BUFFER_BYTES)
            yield stream, lambda: min(1.0, place.tell() / size)
    except (OSError, EOFError, KeyError, zlib.error, zipfile.BadZipFile) as error:
        raise VectorsError(f"{path} can't be read as word vectors: {error}.") from None


def skip_mark(stream: "io.BufferedReader[Any]") -> None:
    """Read the byte order mark at the start of a text, where there is one."""
    if stream.peek(len(MARK)).startswith(MARK):
        stream.read(len(MARK))


@contextmanager
def in_place(path: Path) -> Iterator[Path]:
    """A file to read here and there: `path` itself, or where it is gzipped a temporary one with what is inside.

    Raises:
        VectorsError: when its packed data are damaged, unpack to too much, or there is no room for them.
    """
    with path.open("rb") as raw:
        packed = raw.read(2) == GZIP
    if not packed:
        yield path
        return
    with tempfile.NamedTemporaryFile(suffix=bare(path).suffix) as file:
        with unpacked(path) as (stream, _):
            most = MAX_RATIO * path.stat().st_size
            while chunk := stream.read(BUFFER_BYTES):
                if file.tell() + len(chunk) > most:
                    raise VectorsError(f"{path} unpacks to more than {MAX_RATIO} times its size; give the file inside.")
                file.write(chunk)
            file.flush()
        yield Path(file.name)


def bare(path: Path) -> Path:
    """`path` without `.gz`."""
    return path.with_name(path.name.removesuffix(".gz"))
