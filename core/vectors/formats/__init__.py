"""Files of word vectors. One file a format. Shapes: `V` vocabulary, `d` width."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from core.data.vocabulary import Vocabulary
from core.registry import Registry
from core.vectors.sources import Found, Progress


class VectorFormat(Protocol):
    """How one format is recognised and read."""

    def recognises(self, path: Path, head: bytes) -> bool:
        """Whether the file at `path`, whose unpacked bytes begin with `head`, is of this format."""

    def read(self, path: Path, vocabulary: Vocabulary, progress: Progress) -> Found:
        """The rows of the vocabulary's words.

        Raises:
            VectorsError: naming the file, the line or word, and what is wrong.
        """


VECTOR_FORMATS: Registry[Callable[[], VectorFormat]] = Registry("vector format", __name__)

__all__ = ["VECTOR_FORMATS", "VectorFormat"]
