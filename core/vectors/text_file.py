"""Word vectors in GloVe's text format: a word and its numbers on each line, separated by spaces; plain or gzipped."""

import gzip
import math
from pathlib import Path

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
    size = path.stat().st_size or 1
    index = {token.encode(): row for token, row in vocabulary.index.items()}
    rows: dict[int, list[float]] = {}
    width = 0
    try:
        with path.open("rb") as raw, gzip.open(raw) if path.suffix == ".gz" else raw as lines:
            for number, line in enumerate(lines, start=1):
                fields = line.rstrip().count(b" ") + 1
                if number == 1 and fields == HEADER_FIELDS:
                    continue
                width = width or fields - 1
                if fields - 1 != width or width < 1:
                    raise VectorsError(f"{path}, line {number}: {fields - 1} numbers where {width} are expected.")
                row = index.get(line[: line.index(b" ")])
                if row is not None:
                    rows[row] = _numbers(line, path, number)
                if number % PROGRESS_LINES == 0:
                    progress(min(1.0, raw.tell() / size))
    except (OSError, EOFError) as error:
        raise VectorsError(f"{path} can't be read as word vectors: {error}.") from None
    if not rows:
        raise VectorsError(f"{path}: not one word of the texts has a vector here; is this GloVe's text format?")
    table = np.zeros((len(vocabulary), width), np.float32)
    known = np.zeros(len(vocabulary), bool)
    known[list(rows)] = True
    table[list(rows)] = list(rows.values())
    return Found(table, known)


def _numbers(line: bytes, path: Path, number: int) -> list[float]:
    try:
        numbers = [float(field) for field in line.split()[1:]]
    except ValueError:
        raise VectorsError(f"{path}, line {number}: not every field behind the word is a number.") from None
    if not all(map(math.isfinite, numbers)):
        raise VectorsError(f"{path}, line {number}: a number is NaN or infinite; mend or drop the line.")
    return numbers
