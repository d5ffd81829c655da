"""Folding: multiply the second factor into the layer that reads the embedding.

With e = A[x] B and a reader W (h, d), W e = (W Bᵀ) A[x]: the same outputs to rounding, from a table and a reader
of width r. The folded model stores V·r + r·h numbers there and computes less than the dense one.
"""

import torch

from core.embeddings import DenseEmbedding, LowRankEmbedding
from core.models.base import TextClassifier


@torch.no_grad()
def fold(model: TextClassifier) -> TextClassifier:
    """The same function with a narrow dense table; a model without factors comes back as it is."""
    embedding = model.embedding
    if not isinstance(embedding, LowRankEmbedding):
        return model
    readers = {name: weight @ embedding.right.T for name, weight in model.readers().items()}  # (h, d) @ (d, r)
    return model.with_embedding(DenseEmbedding(embedding.left), readers)
