"""Two thin factors in a few bits each: what rank saves and what bits save multiply.

A has a range for each of its r columns, B for each of its r rows. A is nearly all of the numbers and gets the few bits;
B keeps 8.
"""

from typing import Any, Self, cast

import torch
from torch import Tensor, nn

from core.embeddings.base import EMBEDDINGS, Embedding, TableSpec
from core.embeddings.dense import look_up, pool
from core.embeddings.fixed_point import FixedPointEmbedding, Grid, grid_of, packed_bytes
from core.embeddings.low_rank import LowRankEmbedding

RIGHT_BITS = 8


def quantized_bytes(rank: int, *, rows: int, width: int, bits: int) -> int:
    """V·⌈r·bits/8⌉ + r·d, and two floats for each of A's columns and B's rows."""
    left = packed_bytes(rows, rank, bits=bits, per="column")
    return left + packed_bytes(rank, width, bits=RIGHT_BITS, per="row")


def quantized_macs(rank: int, *, width: int, tokens: int, pooled: bool) -> int:
    """T·r and r·d to decode A's rows and B, and r·d for each row given out; a mean is one row."""
    return tokens * rank + rank * width + (1 if pooled else tokens) * rank * width


@EMBEDDINGS.register(
    "quantized-low-rank", title="Low rank, being quantised", help="Two thin factors that train as if rounded."
)
class QuantizedLowRankEmbedding(LowRankEmbedding):
    """Factors that train as floats and act as if stored already: every look-up rounds them to the grid.

    Gradients pass the rounding as if it were not there (straight-through; Bengio et al., arXiv 1308.3432), so that
    training sees, and makes up for, the very errors that `packed` will store.
    """

    def __init__(self, left: Tensor, right: Tensor, *, bits: int) -> None:
        """Hold copies of the factors `left` A (V, r), to be stored in `bits` bits, and `right` B (r, d)."""
        super().__init__(left, right)
        self.bits = bits

    def forward(self, ids: Tensor, offsets: Tensor | None = None) -> Tensor:
        """See `Embedding.forward`. Ranges are those of whole columns; only the rows looked up are rounded."""
        rows = _round(look_up(self.left, ids, None), grid_of(self.left, bits=self.bits, per="column"))  # (N, r)
        return pool(rows, offsets) @ self._rounded_right()  # (N or B, r) @ (r, d)

    def table(self) -> Tensor:
        """See `Embedding.table`."""
        return _round(self.left, grid_of(self.left, bits=self.bits, per="column")) @ self._rounded_right()

    def row_parameters(self) -> tuple[nn.Parameter, ...]:
        """None: the range of A's columns, by which its rows are rounded, is that of all rows."""
        return ()

    def macs(self, tokens: int, *, pooled: bool = False) -> int:
        """See `quantized_macs`."""
        return quantized_macs(self.rank, width=self.embedding_dim, tokens=tokens, pooled=pooled)

    def formula_bytes(self) -> int:
        """See `quantized_bytes`."""
        return quantized_bytes(self.rank, rows=self.num_embeddings, width=self.embedding_dim, bits=self.bits)

    def spec(self) -> dict[str, Any]:
        """See `Embedding.spec`."""
        return {**super().spec(), "bits": self.bits}

    @classmethod
    def from_spec(cls, spec: TableSpec) -> Self:
        """See `Embedding.from_spec`."""
        left, right = torch.empty(spec["rows"], spec["rank"]), torch.empty(spec["rank"], spec["width"])
        return cls(left, right, bits=spec["bits"])

    def packed(self) -> "PackedLowRankEmbedding":
        """Both factors, packed."""
        return PackedLowRankEmbedding(
            FixedPointEmbedding(self.left, bits=self.bits, per="column"),
            FixedPointEmbedding(self.right, bits=RIGHT_BITS, per="row"),
        )

    def folded(self) -> tuple[Embedding, Tensor]:
        """See `PackedLowRankEmbedding.folded`."""
        return self.packed().folded()

    def _rounded_right(self) -> Tensor:
        return _round(self.right, grid_of(self.right, bits=RIGHT_BITS, per="row"))


@EMBEDDINGS.register("packed-low-rank", title="Low rank, quantised", help="Two thin factors, packed.")
class PackedLowRankEmbedding(Embedding):
    """Factors stored in a few bits. Nothing of it trains."""

    rank: int

    def __init__(self, left: FixedPointEmbedding, right: FixedPointEmbedding) -> None:
        """Hold the packed factors `left` A (V, r) and `right` B (r, d)."""
        super().__init__()
        self.num_embeddings, self.rank = left.num_embeddings, left.embedding_dim
        self.embedding_dim = right.embedding_dim
        self.left, self.right = left, right

    def forward(self, ids: Tensor, offsets: Tensor | None = None) -> Tensor:
        """See `Embedding.forward`."""
        return cast(Tensor, self.left(ids, offsets)) @ self.right.table()  # (N or B, r) @ (r, d)

    def table(self) -> Tensor:
        """See `Embedding.table`."""
        return self.left.table() @ self.right.table()

    def macs(self, tokens: int, *, pooled: bool = False) -> int:
        """See `quantized_macs`."""
        return quantized_macs(self.rank, width=self.embedding_dim, tokens=tokens, pooled=pooled)

    def formula_bytes(self) -> int:
        """See `quantized_bytes`."""
        return self.left.formula_bytes() + self.right.formula_bytes()

    def spec(self) -> dict[str, Any]:
        """See `Embedding.spec`."""
        return {"rows": self.num_embeddings, "width": self.embedding_dim, "rank": self.rank, "bits": self.left.bits}

    @classmethod
    def from_spec(cls, spec: TableSpec) -> Self:
        """See `Embedding.from_spec`."""
        left, right = torch.empty(spec["rows"], spec["rank"]), torch.empty(spec["rank"], spec["width"])
        return cls(
            FixedPointEmbedding(left, bits=spec["bits"], per="column"),
            FixedPointEmbedding(right, bits=RIGHT_BITS, per="row"),
        )

    def numbers(self) -> int:
        """r(V + d), and two for each of A's columns and B's rows."""
        return self.left.numbers() + self.right.numbers()

    def folded(self) -> tuple[Embedding, Tensor]:
        """A as a packed narrow table, and B in full."""
        return self.left, self.right.table()


def _round(values: Tensor, grid: Grid) -> Tensor:
    """`values` on the `grid`, to the bit as they will be stored; the gradient is passed on as it is."""
    stored: Tensor = grid.decode(grid.encode(values.detach()))
    return stored + (values - values.detach())
