"""GloVe's text format, with or without word2vec's header, which is fastText's `.vec`: a word and its numbers a line.

A word may hold spaces, as some of GloVe 840B do: the last `d` fields are its numbers.
"""

import io
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from core.data.vocabulary import Vocabulary
from core.errors import VectorsError
from core.vectors.formats import VECTOR_FORMATS
from core.vectors.formats.read import Gathered, skip_mark, unpacked
from core.vectors.sources import Found, Progress

PROGRESS_LINES = 5_000
HEADER_FIELDS = 2  # word2vec's first line: how many words, how wide
MAX_LINE = 4_000_000  # bytes
MEND = "mend or drop the line."


@VECTOR_FORMATS.register("text", title="Text", help="GloVe, word2vec text or fastText .vec: a word and its numbers.")
class TextVectors:
    """Streams the file; numbers are parsed for the vocabulary's words only."""

    def recognises(self, path: Path, head: bytes) -> bool:
        """Never: it is what a file is taken for that no other format recognises."""
        del path, head
        return False

    def read(self, path: Path, vocabulary: Vocabulary, progress: Progress, *, member: str = "") -> Found:
        """The rows of the vocabulary's words; of the file called `member` where `path` is a zip archive.

        Raises:
            VectorsError: naming the file and the line of uneven width, of text that isn't a number, of NaN or infinity,
                or the header that says something else than the lines.
        """
        index = {token.encode(): row for token, row in vocabulary.index.items()}
        gathered: Gathered | None = None
        with unpacked(path, member) as (stream, share):
            declared = read_header(stream)
            width, number = (declared[1] if declared else 0), int(declared is not None)
            while line := stream.readline(MAX_LINE):
                number += 1
                fields = line.rstrip().count(b" ") + 1
                width = width or fields - 1
                if fields - 1 != width or width < 1:
                    _check_spaced(path, number, line, width=width, header=declared is not None)
                    continue
                gathered = gathered or Gathered(vocabulary, path, width)
                row = index.get(line[: line.index(b" ")])
                if row is not None and gathered.is_new(row):
                    gathered.put(row, _numbers(line, path, number, width), f"line {number:,}")
                if number % PROGRESS_LINES == 0:
                    progress(share())
        if declared and number - 1 < declared[0]:
            raise VectorsError(
                f"{path}, line 1: the header says {declared[0]:,} words, but the file ends after {number - 1:,}; "
                "fetch it again or mend the header."
            )
        return (gathered or Gathered(vocabulary, path, width or 1)).found()


def write_raw(path: Path, target: BinaryIO, progress: Progress) -> tuple[int, int]:
    """Write the numbers of all words to `target` as float32, row behind row; the file is streamed.

    Returns:
        V and d.

    Raises:
        VectorsError: as `TextVectors.read`.
    """
    rows = 0
    with unpacked(path) as (stream, share):
        declared = read_header(stream)
        width, number = (declared[1] if declared else 0), int(declared is not None)
        while line := stream.readline(MAX_LINE):
            number += 1
            fields = line.rstrip().split(b" ")
            width = width or len(fields) - 1
            if len(fields) - 1 != width or width < 1:
                _check_spaced(path, number, line, width=width, header=declared is not None)
            numbers = _numbers(b" ".join([b"-", *fields[len(fields) - width :]]), path, number, width)
            if not np.isfinite(numbers).all():
                raise VectorsError(f"{path}, line {number:,}: a number is NaN or infinite; {MEND}")
            target.write(numbers.tobytes())
            rows += 1
            if number % PROGRESS_LINES == 0:
                progress(share())
    if not rows:
        raise VectorsError(f"{path} is empty.")
    return rows, width


def read_header(stream: "io.BufferedReader[Any]") -> tuple[int, int] | None:
    """How many words and numbers the first line says; None, and no more than a mark is read, where it is a word's."""
    skip_mark(stream)
    line = stream.peek(1)[:100].partition(b"\n")[0]
    fields = line.split()
    if len(fields) != HEADER_FIELDS or not all(field.isdigit() and len(field) < 12 for field in fields):  # noqa: PLR2004
        return None
    stream.readline(MAX_LINE)
    return int(fields[0]), int(fields[1])


def _check_spaced(path: Path, number: int, line: bytes, *, width: int, header: bool) -> None:
    """Let a line pass whose word holds spaces: no token does, so nobody looks for it.

    Raises:
        VectorsError: when it isn't one: too few numbers, or more numbers than the others have.
    """
    if len(line) == MAX_LINE:
        raise VectorsError(f"{path}, line {number:,}: more than {MAX_LINE:,} bytes; is a line end missing?")
    fields = line.rstrip().split(b" ")
    extra = fields[1 : len(fields) - width]
    if width < 1 or len(fields) - 1 < width or all(map(is_number, extra)):
        source = ", as the header says" if header else ""
        raise VectorsError(
            f"{path}, line {number:,}: {len(fields) - 1} numbers where {width} are expected{source}; {MEND}"
        )


def is_number(field: bytes) -> bool:
    """Whether `field` is a number."""
    try:
        float(field)
    except ValueError:
        return False
    return True


def _numbers(line: bytes, path: Path, number: int, width: int) -> NDArray[np.float32]:
    """The numbers (d,) behind the first space; NumPy's own parser takes two thirds of the time of a list of floats."""
    try:
        numbers = np.fromstring(line[line.index(b" ") :], np.float32, sep=" ")
    except ValueError:
        raise VectorsError(f"{path}, line {number:,}: not every field behind the word is a number; {MEND}") from None
    if len(numbers) != width:  # where two spaces follow each other
        raise VectorsError(f"{path}, line {number:,}: {len(numbers)} numbers where {width} are expected; {MEND}")
    return numbers
