"""Word vectors by name or by path. Shapes: `V` vocabulary, `d` width."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.data.vocabulary import Vocabulary
from core.errors import UnknownSourceError, VectorsError
from core.parameters import Parameters
from core.paths import looking_at
from core.vectors.cache import kept
from core.vectors.formats.read import read_vectors
from core.vectors.sources import VECTORS, Found, Progress

DRAWN_ROWS = 4_096  # at a time: all of a big table in float64 would be the peak of its memory
PATHS = "the path of a file of word vectors (GloVe, word2vec, fastText .vec, .npy, .safetensors)"
SPREAD = 0.1  # standard deviation of the rows where the source knows no word at all


@dataclass(frozen=True)
class Vectors:
    """A table for a vocabulary: `table` (V, d) float32, `known` (V,), whether the source has the word, `duplicates`."""

    name: str
    table: NDArray[np.float32]
    known: NDArray[np.bool_]
    licence: str = ""
    duplicates: int = 0

    def coverage(self, vocabulary: Vocabulary) -> float:
        """The share of training tokens whose word the source knows."""
        return float(vocabulary.counts[self.known].sum() / max(1, vocabulary.counts.sum()))


def load_vectors(
    name: str, vocabulary: Vocabulary, *, parameters: Parameters, seed: int, progress: Progress
) -> Vectors:
    """The vectors of the source `name`, or of the file of that path, for the words of `vocabulary`.

    Raises:
        UnknownSourceError: when it is neither.
        VectorsError: when the file can't be used.
        MissingPackageError: when the packaged vectors aren't installed.
    """
    if name in VECTORS.names():
        found = VECTORS.get(name).build(vocabulary, parameters, progress)
    else:
        with looking_at(name, VectorsError):
            if not Path(name).is_file():
                raise UnknownSourceError("vectors", name, VECTORS.names(), PATHS)
        found = kept(Path(name), vocabulary, lambda: read_vectors(Path(name), vocabulary, progress))
    table = fill_unknown(found, seed=seed)
    return Vectors(Path(name).name, table, found.known, licence=found.licence, duplicates=found.duplicates)


def fill_unknown(found: Found, *, seed: int) -> NDArray[np.float32]:
    """The table, with words the source doesn't know drawn from a normal as wide as the known rows; row 0 is zero.

    Raises:
        VectorsError: when float32 can't hold what is drawn.
    """
    spread = _spread(found.table[found.known]) if found.known.any() else SPREAD
    table, rng = found.table.copy(), np.random.default_rng(seed)
    for start in range(0, len(table), DRAWN_ROWS):
        rows, unknown = table[start : start + DRAWN_ROWS], ~found.known[start : start + DRAWN_ROWS]
        with np.errstate(over="ignore"):
            rows[unknown] = rng.normal(0, spread, rows.shape).astype(np.float32)[unknown]
        if not np.isfinite(rows).all():
            raise VectorsError("The vectors' numbers are too large to draw unknown words alike: scale them down first.")
    table[0] = 0
    return table


def _spread(known: NDArray[np.float32]) -> float:
    """Standard deviation, in float64 where float32 can't hold the squares, which takes twice the memory."""
    with np.errstate(over="ignore", invalid="ignore"):
        spread = float(known.std())
    return spread if 0 < spread < np.inf else float(known.std(dtype=np.float64))
