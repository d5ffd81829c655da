"""Tensor train: the trained table as a chain of three small tensors, by TT-SVD.

Oseledets, *Tensor-Train Decomposition*, SIAM J. Sci. Comput. 33(5), 2011; for embedding tables Yin et al., MLSys 2021
(see `core.embeddings.tensor_train`), who train the tensors from scratch. ‖W − Ŵ‖_F ≤ √(ε₁² + ε₂²), εₖ² the sum of the
squared singular values that are left out of the table's k-th unfolding.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from core.compression.methods import METHODS, Method
from core.compression.metrics import TableSource
from core.compression.size import DEFAULT_COMPRESSION, HOW_FAR, CompressionParameters, growth_warning, largest
from core.counted import counted
from core.embeddings import TensorTrainEmbedding
from core.embeddings.base import FLOAT_BYTES
from core.embeddings.tensor_train import TrainShape
from core.errors import ConfigError
from core.parameters import parameter


@dataclass(frozen=True)
class TensorTrainParameters(CompressionParameters):
    """How far to go: a `tt_rank`, or a `compression`."""

    tt_rank: int | None = parameter(
        None,
        minimum=1,
        maximum=100_000,
        one_of=HOW_FAR,
        start=8,
        help="Width of the links between the three tensors.",
    )


@METHODS.register(
    "tensor-train",
    title="Tensor train (TT-Rec)",
    help="The trained table as a chain of three small tensors; a row is computed when it is looked up.",
    example=TensorTrainParameters(tt_rank=2),
)
class TensorTrain(Method[TensorTrainParameters]):
    """Decompose the trained table into a chain."""

    retrains = "All three tensors train."

    def compress(self, source: TableSource) -> TensorTrainEmbedding:
        """See `Method.compress`."""
        rows, width = source.table.shape
        self.check(rows=rows, width=width)
        return TensorTrainEmbedding(tt_svd(source.table, self.shape(rows=rows, width=width)), rows=rows)

    def check(self, *, rows: int, width: int) -> list[str]:
        """See `Method.check`: the rank is at most what makes the chain exact."""
        most = exact_rank(rows=rows, width=width)
        if self.parameters.tt_rank is not None and self.parameters.tt_rank > most:
            table = f"a table of {counted(rows, 'word')} × {width} numbers"
            sentence = f"at {most}, {table} is exact already, so it is at most that"
            raise ConfigError("tt_rank", self.parameters.tt_rank, sentence)
        stored = FLOAT_BYTES * self.shape(rows=rows, width=width).numbers()
        return growth_warning(stored, rows=rows, width=width)

    def shape(self, *, rows: int, width: int) -> TrainShape:
        """The chain for a table of `rows` × `width`.

        Raises:
            ConfigError: when rank 1 doesn't save as much as is asked for.
        """
        rank = self.parameters.tt_rank or largest(
            range(1, exact_rank(rows=rows, width=width) + 1),
            lambda rank: FLOAT_BYTES * plan(rank, rows=rows, width=width).numbers(),
            compression=self.parameters.compression or DEFAULT_COMPRESSION,
            rows=rows,
            width=width,
        )
        return plan(rank, rows=rows, width=width)


def plan(rank: int, *, rows: int, width: int) -> TrainShape:
    """The chain of rank `rank`, or less where a link can't be so wide, for a table of `rows` × `width`."""
    (v1, v2, v3), (d1, d2, d3) = balanced_cover(rows), balanced_factors(width)
    r = min(rank, v1 * d1, v2 * d2 * v3 * d3)
    return TrainShape((v1, v2, v3), (d1, d2, d3), (r, min(rank, r * v2 * d2, v3 * d3)))


def exact_rank(*, rows: int, width: int) -> int:
    """The rank at which the chain holds any table of `rows` × `width`: both links are as wide as they can be."""
    return max(plan(rows * width, rows=rows, width=width).ranks)


def balanced_cover(rows: int) -> tuple[int, int, int]:
    """Three numbers, as equal as can be, whose product is at least `rows`."""
    first = next(size for size in range(round(rows ** (1 / 3)) - 1, rows + 1) if size**3 >= rows)
    second = next(size for size in range(1, first + 1) if first * size * size >= rows)
    return first, second, -(-rows // (first * second))


def balanced_factors(width: int) -> tuple[int, int, int]:
    """The three factors of `width` whose sum is smallest, in rising order."""
    found = [
        (first, second, width // first // second)
        for first in range(1, width + 1)
        if width % first == 0
        for second in range(first, width // first + 1)
        if width // first % second == 0 and second * second <= width // first
    ]
    return min(found, key=sum)


def tt_svd(table: Tensor, shape: TrainShape) -> tuple[Tensor, Tensor, Tensor]:
    """The cores of `table` (V, d), cut as `shape` says, by two truncated SVDs; rescaled to equal mean square."""
    (v1, v2, v3), (d1, d2, d3), (r, s) = shape.rows, shape.columns, shape.ranks
    padded = F.pad(table.double(), (0, 0, 0, v1 * v2 * v3 - len(table)))
    tensor = padded.reshape(v1, v2, v3, d1, d2, d3).permute(0, 3, 1, 4, 2, 5)  # (v₁, d₁, v₂, d₂, v₃, d₃)
    first, rest = _split(tensor.reshape(v1 * d1, -1), r)
    second, third = _split(rest.reshape(r * v2 * d2, v3 * d3), s)
    cores = [
        first.reshape(v1, d1, r),
        second.reshape(r, v2, d2, s).transpose(0, 1),
        third.reshape(s, v3, d3).transpose(0, 1),
    ]
    squares = torch.stack([core.square().mean() for core in cores])
    scales = (squares.log().mean().exp() / squares).sqrt() if squares.min() > 0 else torch.ones(3)
    one, two, three = (core * scale for core, scale in zip(cores, scales, strict=True))
    return one, two, three


def _split(matrix: Tensor, rank: int) -> tuple[Tensor, Tensor]:
    """The best factors (n, rank) and (rank, m) of `matrix` (n, m), the first orthonormal; signs fixed."""
    left = torch.linalg.svd(matrix, full_matrices=False)[0][:, :rank]
    signs = left[left.abs().argmax(0), torch.arange(rank)].sign()
    left = left * signs
    return left, left.T @ matrix
