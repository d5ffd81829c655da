"""Pre-trained word vectors, aligned with a vocabulary."""

from core.vectors.load import Vectors, load_vectors
from core.vectors.sources import VECTORS

__all__ = ["VECTORS", "Vectors", "load_vectors"]
