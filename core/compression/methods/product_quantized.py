"""Product quantisation of the trained table: k-means in each piece of the rows.

What FastText.zip does to its tables (see `core.embeddings.product_quantized`). ‖W − Ŵ‖_F² is the sum of the k-means
inertias of the pieces.
"""

from dataclasses import dataclass
from math import log2

import torch
from torch import Tensor

from core.compression.methods import METHODS, Method
from core.compression.metrics import TableSource
from core.compression.size import (
    DEFAULT_COMPRESSION,
    HOW_FAR,
    CompressionParameters,
    budget_bytes,
    growth_warning,
    unreachable,
)
from core.counted import counted
from core.embeddings import ProductQuantizedEmbedding
from core.embeddings.base import FLOAT_BYTES
from core.embeddings.product_quantized import MOST_CENTROIDS, product_quantized_bytes
from core.errors import ConfigError
from core.parameters import parameter

ITERATIONS = 25


@dataclass(frozen=True)
class ProductQuantizedParameters(CompressionParameters):
    """How far to go: `subvectors`, with or without `centroids`, or a `compression`."""

    subvectors: int | None = parameter(
        None,
        minimum=1,
        maximum=100_000,
        one_of=HOW_FAR,
        start=10,
        help="Pieces that each row is cut into; a byte for each of them is stored.",
    )
    centroids: int | None = parameter(
        None,
        minimum=2,
        maximum=MOST_CENTROIDS,
        unset="as many as fit, up to 256",
        help="Different values that a piece can take.",
    )


@METHODS.register(
    "product-quantized",
    title="Product quantised",
    help="Each piece of a row becomes one of a few centroids, found by k-means; the centroids train on.",
    example=ProductQuantizedParameters(subvectors=4, centroids=8),
)
class ProductQuantized(Method[ProductQuantizedParameters]):
    """Find centroids for each piece of the rows."""

    retrains = "The centroids train; which one a word uses stays."

    def compress(self, source: TableSource) -> ProductQuantizedEmbedding:
        """See `Method.compress`."""
        rows, width = source.table.shape
        self.check(rows=rows, width=width)
        subvectors, centroids = self.shape(rows=rows, width=width)
        pieces = [cluster(piece, centroids, seed=source.seed) for piece in source.table.chunk(subvectors, dim=1)]
        codes, codebooks = zip(*pieces, strict=True)
        return ProductQuantizedEmbedding(torch.stack(codes, dim=1), torch.stack(codebooks))

    def check(self, *, rows: int, width: int) -> list[str]:
        """See `Method.check`: the pieces are equally wide, and there are at most as many centroids as words."""
        subvectors, centroids = self.shape(rows=rows, width=width)
        if width % subvectors:
            divisors = ", ".join(map(str, _divisors(width)))
            raise ConfigError("subvectors", subvectors, f"it must divide the width {width}: choose one of {divisors}")
        if centroids > rows:
            raise ConfigError(
                "centroids", centroids, f"the table has {counted(rows, 'word')}, so it must be at most {rows}"
            )
        stored = product_quantized_bytes(rows, width, subvectors=subvectors, centroids=centroids)
        return growth_warning(stored, rows=rows, width=width)

    def shape(self, *, rows: int, width: int) -> tuple[int, int]:
        """Subvectors and centroids: where compression decides, those that tell the most rows apart, m·log₂K.

        Raises:
            ConfigError: when one byte a row and two centroids are more than may be stored.
        """
        most = min(MOST_CENTROIDS, rows)
        if self.parameters.subvectors is not None:
            return self.parameters.subvectors, self.parameters.centroids or most
        compression = self.parameters.compression or DEFAULT_COMPRESSION
        budget = budget_bytes(compression, rows=rows, width=width)
        chosen = self.parameters.centroids
        fitting = [
            (subvectors, chosen or min(most, left))
            for subvectors in _divisors(width)
            if (left := (budget - rows * subvectors) // (FLOAT_BYTES * width)) >= (chosen or 2)
        ]
        if not fitting:
            sizes = (1, chosen or 2), (width, chosen or most)
            fewest, largest = (product_quantized_bytes(rows, width, subvectors=m, centroids=k) for m, k in sizes)
            raise unreachable(compression, fewest, largest, rows=rows, width=width)
        return max(fitting, key=lambda shape: shape[0] * log2(shape[1]))


def cluster(piece: Tensor, centroids: int, *, seed: int) -> tuple[Tensor, Tensor]:
    """k-means of `piece` (V, s): each row's code (V,) and the centroids (K, s).

    Fewer different rows than centroids leave the rest of the centroids at zero, unused.
    """
    # Imported here because it takes a second, and nothing else needs it.
    from sklearn.cluster import KMeans  # noqa: PLC0415
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    distinct = piece.unique(dim=0)
    generator = torch.Generator().manual_seed(seed)
    start = distinct[torch.randperm(len(distinct), generator=generator)[:centroids]]  # half the time of k-means++
    found = KMeans(len(start), init=start.numpy(), n_init=1, max_iter=ITERATIONS)
    with threadpool_limits(1):  # several threads add up in an order of their own, and change the last bits
        codes = torch.from_numpy(found.fit_predict(piece.numpy()))
    codebook = piece.new_zeros(centroids, piece.shape[1])
    codebook[: found.n_clusters] = torch.from_numpy(found.cluster_centers_)
    return codes, codebook


def _divisors(width: int) -> list[int]:
    return [number for number in range(1, width + 1) if width % number == 0]
