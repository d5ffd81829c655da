"""`.safetensors`, with its words in a text file beside it."""

from pathlib import Path

from safetensors import SafetensorError, safe_open

from core.data.vocabulary import Vocabulary
from core.errors import VectorsError
from core.vectors.formats import VECTOR_FORMATS
from core.vectors.formats.read import bare, in_place
from core.vectors.formats.word_list import gather
from core.vectors.sources import Found, Progress

FLOATS = ("F16", "F32", "F64")
HEADER_AT = 8  # behind its length


@VECTOR_FORMATS.register(
    "safetensors",
    title="safetensors",
    help="A file with one table, and its words in a .txt of the same name beside it.",
)
class SafetensorsVectors:
    """Reads rows by slices."""

    def recognises(self, path: Path, head: bytes) -> bool:
        """Its name, or the JSON header behind eight bytes."""
        return bare(path).suffix == ".safetensors" or (
            head[HEADER_AT:].startswith(b'{"') and head[6:HEADER_AT] == b"\0\0"
        )

    def read(self, path: Path, vocabulary: Vocabulary, progress: Progress) -> Found:
        """The rows of the vocabulary's words.

        Raises:
            VectorsError: naming the file and what is wrong.
        """
        try:
            with in_place(path) as plain, safe_open(plain, framework="numpy") as file:
                names = list(file.keys())
                if len(names) != 1:
                    held = ", ".join(name[:40] for name in names[:5]) or "nothing"
                    raise VectorsError(f"{path}: it must hold one table, but holds {held}; save the vectors alone.")
                table = file.get_slice(names[0])
                if table.get_dtype() not in FLOATS:
                    raise VectorsError(f"{path}: it holds {table.get_dtype()}; word vectors are {', '.join(FLOATS)}.")
                shape = tuple(table.get_shape())
                return gather(path, shape, lambda first, last: table[first:last], vocabulary, progress)
        except (SafetensorError, OSError) as error:
            raise VectorsError(f"{path} can't be read as safetensors: {error}.") from None
