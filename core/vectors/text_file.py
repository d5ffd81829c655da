"""Word vectors in GloVe's text format: a word and its numbers on each line, separated by spaces; plain or gzipped."""

import gzip
import math
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from core.data.vocabulary import Vocabulary
from core.errors import VectorsError
from core.vectors.sources import Found, Progress

PROGRESS_LINES = 5_000
HEADER_FIELDS = 2  # word2vec's first line: how many words, how wide


def read_text_vectors(path: Path, vocabulary: Vocabulary, progress: Progress) -> Found:
    """The rows of the vocabulary's words; the file is streamed, and numbers are parsed for those words only.

    Raises:
        VectorsError: naming the file and the line of uneven width, of text that isn't a number, of NaN or infinity.
    """
    index = {token.encode(): row for token, row in vocabulary.index.items()}
    rows: dict[int, list[float]] = {}
    width = 0
    for number, line in _lines(path, progress):
        width = line.count(b" ")
        row = index.get(line[: line.index(b" ")])
        if row is not None:
            rows[row] = _numbers(line, path, number)
    if not rows:
        raise VectorsError(f"{path}: not one word of the texts has a vector here; is this GloVe's text format?")
    table = np.zeros((len(vocabulary), width), np.float32)
    known = np.zeros(len(vocabulary), bool)
    known[list(rows)] = True
    table[list(rows)] = list(rows.values())
    return Found(table, known)


def write_raw(path: Path, target: BinaryIO, progress: Progress) -> tuple[int, int]:
    """Write the numbers of all words to `target` as float32, row behind row; the file is streamed.

    Returns:
        V and d.

    Raises:
        VectorsError: as `read_text_vectors`.
    """
    rows = width = 0
    for number, line in _lines(path, progress):
        numbers = array("f", _numbers(line, path, number))
        if len(numbers) != (width or len(numbers)):
            raise VectorsError(f"{path}, line {number}: {len(numbers)} numbers where {width} are expected.")
        target.write(numbers)
        rows, width = rows + 1, len(numbers)
    if not rows:
        raise VectorsError(f"{path} is empty.")
    return rows, width


def _lines(path: Path, progress: Progress) -> Iterator[tuple[int, bytes]]:
    """Number and text of every line with a vector; all have as many fields."""
    size = path.stat().st_size or 1
    width = 0
    try:
        with path.open("rb") as raw, gzip.open(raw) if path.suffix == ".gz" else raw as lines:
            for number, line in enumerate(lines, start=1):
                stripped = line.rstrip()
                fields = stripped.count(b" ") + 1
                if number == 1 and fields == HEADER_FIELDS:
                    continue
                width = width or fields - 1
                if fields - 1 != width or width < 1:
                    raise VectorsError(f"{path}, line {number}: {fields - 1} numbers where {width} are expected.")
                yield number, stripped
                if number % PROGRESS_LINES == 0:
                    progress(min(1.0, raw.tell() / size))
    except (OSError, EOFError) as error:
        raise VectorsError(f"{path} can't be read as word vectors: {error}.") from None


def _numbers(line: bytes, path: Path, number: int) -> list[float]:
    try:
        numbers = [float(field) for field in line.split()[1:]]
    except ValueError:
        raise VectorsError(f"{path}, line {number}: not every field behind the word is a number.") from None
    if not all(map(math.isfinite, numbers)):
        raise VectorsError(f"{path}, line {number}: a number is NaN or infinite; mend or drop the line.")
    return numbers
