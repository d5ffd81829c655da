"""Folding: multiply the second factor into the layer that reads the embedding.

With e = A[x] B and a reader W (h, d), W e = (W Bᵀ) A[x]: the same outputs to rounding, from a table and a reader
of width r. The folded model stores V·r + r·h numbers there and computes less than the dense one. A quantised A stays
quantised.
"""

import torch

from core.models.base import TextClassifier


@torch.no_grad()
def fold(model: TextClassifier) -> TextClassifier:
    """The same function with a narrow table; a model without factors comes back as it is."""
    factors = model.embedding.folded()
    if factors is None:
        return model
    narrow, right = factors
    readers = {name: weight @ right.T for name, weight in model.readers().items()}  # (h, d) @ (d, r)
    return model.with_embedding(narrow, readers)
