"""word2vec's binary format: a line with two numbers, then each word, a space and its float32 numbers."""

import io
from pathlib import Path

import numpy as np

from core.data.vocabulary import Vocabulary
from core.errors import VectorsError
from core.vectors.formats import VECTOR_FORMATS
from core.vectors.formats.read import Gathered, unpacked
from core.vectors.formats.text import is_number, read_header
from core.vectors.sources import Found, Progress

PROGRESS_WORDS = 5_000
MAX_WORD = 4_096  # bytes
CHUNK_BYTES = 1 << 20
CONTROL = frozenset(range(0x20)) - frozenset(b"\t\r\n")  # bytes that text doesn't hold


@VECTOR_FORMATS.register("word2vec-binary", title="word2vec, binary", help="Words and float32 numbers, as word2vec's.")
class Word2VecBinary:
    """Streams the file; numbers are kept for the vocabulary's words only."""

    def recognises(self, path: Path, head: bytes) -> bool:
        """A header of two numbers, behind which the first line isn't a word and numbers as text, nor any other text."""
        stream = io.BufferedReader(io.BytesIO(head))
        if not read_header(stream):
            return False
        rest = stream.read()
        fields = rest.partition(b"\n")[0].split()[1:]
        if fields and all(map(is_number, fields)):
            return False
        return path.suffix == ".bin" or any(byte in CONTROL for byte in rest)

    def read(self, path: Path, vocabulary: Vocabulary, progress: Progress) -> Found:
        """The rows of the vocabulary's words.

        Raises:
            VectorsError: naming the file and the word at which it is cut off or isn't of this format.
        """
        index = {token.encode(): row for token, row in vocabulary.index.items()}
        with unpacked(path) as (stream, share):
            words, width = read_header(stream) or (0, 0)
            gathered = Gathered(vocabulary, path, width)
            record, buffer, at = 4 * width, b"", 0
            for number in range(1, words + 1):
                if len(buffer) - at < MAX_WORD + 1 + record:
                    buffer, at = buffer[at:] + stream.read(CHUNK_BYTES + record), 0
                space = buffer.find(b" ", at, at + MAX_WORD + 1)
                where = f"word {number:,} of {words:,}"
                if space < 0 and len(buffer) - at > MAX_WORD:
                    raise VectorsError(
                        f"{path}, {where}: it has more than {MAX_WORD:,} bytes; the header's width {width} is wrong, "
                        "or this isn't word2vec's format."
                    )
                if space < 0 or len(buffer) < space + 1 + record:
                    raise VectorsError(f"{path}, {where}: the file is cut off there; fetch it again.")
                row = index.get(buffer[at:space].lstrip(b"\n"))
                if row is not None and gathered.is_new(row):
                    gathered.put(row, np.frombuffer(buffer, "<f4", width, space + 1), where)
                at = space + 1 + record
                if number % PROGRESS_WORDS == 0:
                    progress(share())
        return gathered.found()
