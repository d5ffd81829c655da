"""The words of a table that is stored without them: a text file beside it, a word a line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from core.data.vocabulary import Vocabulary
from core.errors import VectorsError
from core.vectors.formats.read import Gathered, bare, skip_mark, unpacked
from core.vectors.sources import Found, Progress

MAX_WORD = 65_536  # bytes
CHUNK_ROWS = 8_192


def gather(
    path: Path,
    shape: tuple[int, ...],
    rows: Callable[[int, int], Any],
    vocabulary: Vocabulary,
    progress: Progress,
) -> Found:
    """The rows of the vocabulary's words, out of a table of the given `shape`.

    Args:
        path: the table's file; the words are beside it, in a `.txt` of the same name or in `words.txt`.
        shape: of the table, which must be (words, d).
        rows: gives the table's rows from the first position up to the second.
        vocabulary: the words to look for.
        progress: hears the share that was read.

    Raises:
        VectorsError: when the words aren't there, aren't as many as the rows, or a row holds NaN.
    """
    if len(shape) != 2:  # noqa: PLR2004 - words, numbers
        raise VectorsError(f"{path}: the array has {len(shape)} dimensions; it must have two, words and numbers.")
    words = find_words(path)
    gathered = Gathered(vocabulary, path, shape[1])
    index = {token.encode(): row for token, row in vocabulary.index.items()}
    wanted: list[tuple[int, int]] = []  # position in the table, row of the vocabulary
    number = 0
    with unpacked(words) as (stream, _):
        skip_mark(stream)
        while line := stream.readline(MAX_WORD):
            row = index.get(line.rstrip(b"\r\n"))
            if row is not None and gathered.is_new(row):
                gathered.known[row] = True
                wanted.append((number, row))
            number += 1
    if number != shape[0]:
        raise VectorsError(f"{words} has {number:,} words, but {path} has {shape[0]:,} rows; they must be as many.")
    gathered.known[:] = False
    at = 0
    for start in range(0, number, CHUNK_ROWS):
        chunk = None
        while at < len(wanted) and wanted[at][0] < start + CHUNK_ROWS:
            position, row = wanted[at]
            chunk = rows(start, min(start + CHUNK_ROWS, number)) if chunk is None else chunk
            gathered.put(row, np.asarray(chunk[position - start]), f"row {position + 1:,}")
            at += 1
        progress(min(1.0, (start + CHUNK_ROWS) / number))
    return gathered.found()


def find_words(path: Path) -> Path:
    """The file with the words of the table at `path`.

    Raises:
        VectorsError: when there is none.
    """
    own = bare(path).with_suffix(".txt").name
    names = [own, f"{own}.gz", "words.txt", "words.txt.gz"]
    for name in names:
        if path.with_name(name).is_file():
            return path.with_name(name)
    raise VectorsError(f"{path}: its words must be beside it, one a line, in {names[0]} or words.txt.")
