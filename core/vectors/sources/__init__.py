"""Where word vectors come from. One file a source. Shapes: `V` vocabulary, `d` width."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.vocabulary import Vocabulary
from core.registry import Registry


@dataclass(frozen=True)
class Found:
    """Rows for the words that a source knows.

    Attributes:
        table: (V, d) float32, zero for words that it doesn't know.
        known: (V,) whether it knows the word.
        duplicates: how many words of the vocabulary it holds more than once, counted at each return; the first is used.
    """

    table: NDArray[np.float32]
    known: NDArray[np.bool_]
    licence: str = ""
    duplicates: int = 0


Progress = Callable[[float], None]
VectorSource = Callable[[Vocabulary, Any, Progress], Found]
VECTORS: Registry[VectorSource] = Registry("vectors", __name__)

__all__ = ["VECTORS", "Found", "Progress", "VectorSource"]
