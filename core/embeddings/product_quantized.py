"""Each row is cut into pieces, and each piece is one of a few centroids.

Jégou, Douze, Schmid, *Product Quantization for Nearest Neighbor Search*, TPAMI 33(1), 2011; for text classifiers
Joulin et al., *FastText.zip*, arXiv 1612.03651.
"""

from typing import Any, Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.embeddings.base import EMBEDDINGS, FLOAT_BYTES, Embedding, TableSpec
from core.embeddings.dense import pool

MOST_CENTROIDS = 256  # so that a code is a byte


def product_quantized_bytes(rows: int, width: int, *, subvectors: int, centroids: int) -> int:
    """V·m for the codes, 4·K·d for the codebooks."""
    return rows * subvectors + FLOAT_BYTES * centroids * width


@EMBEDDINGS.register(
    "product-quantized", title="Product-quantised", help="A byte for each piece of a row names one of a few centroids."
)
class ProductQuantizedEmbedding(Embedding):
    """A byte for each of a row's m pieces, which names one of K centroids. The centroids train, the bytes stay."""

    codes: Tensor

    def __init__(self, codes: Tensor, codebooks: Tensor) -> None:
        """Hold copies of `codes` (V, m), below K, and `codebooks` (m, K, d/m).

        Raises:
            ValueError: when a code doesn't fit a byte.
        """
        super().__init__()
        if codebooks.shape[1] > MOST_CENTROIDS:
            raise ValueError(f"A byte can't name {codebooks.shape[1]} centroids.")
        self.num_embeddings = len(codes)
        self.embedding_dim = codebooks.shape[0] * codebooks.shape[2]
        self.register_buffer("codes", codes.detach().to(torch.uint8, copy=True))
        self.codebooks = nn.Parameter(codebooks.detach().clone().float())

    def forward(self, ids: Tensor, offsets: Tensor | None = None) -> Tensor:
        """See `Embedding.forward`."""
        return pool(self._rows(self.codes.index_select(0, ids)), offsets)

    def table(self) -> Tensor:
        """See `Embedding.table`."""
        return self._rows(self.codes)

    def macs(self, tokens: int, *, pooled: bool = False) -> int:
        """Zero: stored pieces are laid side by side."""
        del tokens, pooled
        return 0

    def formula_bytes(self) -> int:
        """See `product_quantized_bytes`."""
        subvectors, centroids, _ = self.codebooks.shape
        return product_quantized_bytes(
            self.num_embeddings, self.embedding_dim, subvectors=subvectors, centroids=centroids
        )

    def spec(self) -> dict[str, Any]:
        """See `Embedding.spec`."""
        return {
            "rows": self.num_embeddings,
            "width": self.embedding_dim,
            "subvectors": self.codebooks.shape[0],
            "centroids": self.codebooks.shape[1],
        }

    @classmethod
    def from_spec(cls, spec: TableSpec) -> Self:
        """See `Embedding.from_spec`."""
        subvectors = spec["subvectors"]
        codebooks = torch.empty(subvectors, spec["centroids"], spec["width"] // subvectors)
        return cls(torch.empty(spec["rows"], subvectors, dtype=torch.uint8), codebooks)

    def _rows(self, codes: Tensor) -> Tensor:
        subvectors, centroids, _ = self.codebooks.shape
        first = centroids * torch.arange(subvectors, device=codes.device)
        return F.embedding(codes.long() + first, self.codebooks.flatten(0, 1)).flatten(1)  # (N, m, d/m) → (N, d)
