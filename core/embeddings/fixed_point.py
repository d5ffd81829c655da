"""Numbers in 8, 4, 2 or 1 bits, really packed: `8/bits` of them in each stored byte.

A range is cut into 2^b equal cells of width `step`, and a number is stored as the index of its cell and read as the
cell's middle: ŵ = first + code·step, `first` the middle of the first cell, so |w − ŵ| ≤ step/2, float32's own rounding
aside, which is more than that for a `step` below 10⁻³⁸. No linear code of so many bits has a smaller worst case. Each
row or each column has a range of its own, no wider than float32's largest number.
"""

from dataclasses import dataclass
from typing import Any, Literal, Self

import torch
import torch.nn.functional as F
from torch import Tensor

from core.embeddings.base import EMBEDDINGS, FLOAT_BYTES, Embedding, TableSpec
from core.embeddings.dense import pool

Per = Literal["row", "column"]
BITS = (8, 4, 2, 1)


@dataclass(frozen=True)
class Grid:
    """The cells of a matrix (n, m): `first` and `step` are (n, 1) or (1, m), float32."""

    first: Tensor
    step: Tensor
    bits: int

    def encode(self, values: Tensor) -> Tensor:
        """The cell that each of `values` falls in, uint8, of their shape."""
        cells = (values - self.first) / self.step.clamp_min(torch.finfo(torch.float32).tiny)
        return cells.round().clamp(0, 2**self.bits - 1).to(torch.uint8)

    def decode(self, codes: Tensor) -> Tensor:
        """The middles of the cells `codes`, float32."""
        return torch.addcmul(self.first, codes.float(), self.step)


def grid_of(values: Tensor, *, bits: int, per: Per) -> Grid:
    """The grid that just covers each row or column of `values` (n, m)."""
    values, dim = values.detach(), 1 if per == "row" else 0
    low, high = values.amin(dim, keepdim=True), values.amax(dim, keepdim=True)  # aminmax takes twice the time of both
    step = (high - low) / 2**bits
    return Grid(low + step / 2, step, bits)


def pack(codes: Tensor, *, bits: int) -> Tensor:
    """`codes` (n, m) below 2^bits, 8/bits of them in a byte: uint8 (n, ⌈m·bits/8⌉), the first in the lowest bits."""
    each = 8 // bits
    padded = F.pad(codes, (0, -codes.shape[1] % each))
    shifts = torch.arange(0, 8, bits, dtype=torch.uint8, device=codes.device)
    shifted: Tensor = padded.unflatten(1, (-1, each)) << shifts  # (n, bytes, 8/bits)
    return shifted.sum(2, dtype=torch.uint8)


def unpack(packed: Tensor, *, bits: int, width: int) -> Tensor:
    """The codes (n, width) that `pack` packed."""
    if bits == 8:  # noqa: PLR2004 - a byte
        return packed
    shifts = torch.arange(0, 8, bits, dtype=torch.uint8, device=packed.device)
    codes: Tensor = (packed[:, :, None] >> shifts) & (2**bits - 1)  # (n, bytes, 8/bits)
    return codes.flatten(1)[:, :width]


def packed_bytes(rows: int, width: int, *, bits: int, per: Per) -> int:
    """n·⌈m·bits/8⌉ for the codes, and two floats for each row or column."""
    return rows * -(-width * bits // 8) + 2 * FLOAT_BYTES * (rows if per == "row" else width)


@EMBEDDINGS.register("fixed-point", title="Fixed point", help="Each number in 8, 4, 2 or 1 bits.")
class FixedPointEmbedding(Embedding):
    """Each number of the table in `bits` bits. Only the rows looked up are decoded. Nothing of it trains."""

    codes: Tensor
    first: Tensor
    step: Tensor

    def __init__(self, table: Tensor, *, bits: int, per: Per) -> None:
        """Hold `table` (V, d) in `bits` bits a number, with a range for each row or column.

        Raises:
            ValueError: when a byte can't be cut into so many bits.
        """
        super().__init__()
        if bits not in BITS:
            raise ValueError(f"{bits} bits don't divide a byte.")
        self.num_embeddings, self.embedding_dim = table.shape
        self.bits, self.per = bits, per
        values = table.detach().float()
        grid = grid_of(values, bits=bits, per=per)
        self.register_buffer("codes", pack(grid.encode(values), bits=bits))
        self.register_buffer("first", grid.first)
        self.register_buffer("step", grid.step)

    def forward(self, ids: Tensor, offsets: Tensor | None = None) -> Tensor:
        """See `Embedding.forward`."""
        grid = Grid(self.first, self.step, self.bits)
        if self.per == "row":
            grid = Grid(self.first.index_select(0, ids), self.step.index_select(0, ids), self.bits)
        return pool(self._decode(self.codes.index_select(0, ids), grid), offsets)

    def table(self) -> Tensor:
        """See `Embedding.table`."""
        return self._decode(self.codes, Grid(self.first, self.step, self.bits))

    def macs(self, tokens: int, *, pooled: bool = False) -> int:
        """T·d: every token's row is decoded, before any mean is taken."""
        del pooled
        return tokens * self.embedding_dim

    def formula_bytes(self) -> int:
        """See `packed_bytes`."""
        return packed_bytes(self.num_embeddings, self.embedding_dim, bits=self.bits, per=self.per)

    def spec(self) -> dict[str, Any]:
        """See `Embedding.spec`."""
        return {"rows": self.num_embeddings, "width": self.embedding_dim, "bits": self.bits, "per": self.per}

    @classmethod
    def from_spec(cls, spec: TableSpec) -> Self:
        """See `Embedding.from_spec`."""
        return cls(torch.empty(spec["rows"], spec["width"]), bits=spec["bits"], per=spec["per"])

    def numbers(self) -> int:
        """V·d, and two for each row or column."""
        return self.num_embeddings * self.embedding_dim + self.first.numel() + self.step.numel()

    def _decode(self, codes: Tensor, grid: Grid) -> Tensor:
        return grid.decode(unpack(codes, bits=self.bits, width=self.embedding_dim))
