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
    """Rows for the words that a source knows: `table` (V, d) float32, zero elsewhere, and `known` (V,) bool."""

    table: NDArray[np.float32]
    known: NDArray[np.bool_]
    licence: str = ""


Progress = Callable[[float], None]
VectorSource = Callable[[Vocabulary, Any, Progress], Found]
VECTORS: Registry[VectorSource] = Registry("vectors", __name__)

__all__ = ["VECTORS", "Found", "Progress", "VectorSource"]
