"""Fixed point: fewer bits for each number. The baseline that Acharya et al., AAAI 2019, compare with.

Linear, with a range for each row or column: |w − ŵ| ≤ step/2 = (high − low)/2^(bits + 1), float32's rounding aside.
"""

from dataclasses import dataclass
from typing import cast

from core.compression.methods import METHODS, Method
from core.compression.metrics import TableSource
from core.compression.size import HOW_FAR, CompressionParameters, growth_warning, largest
from core.embeddings import FixedPointEmbedding
from core.embeddings.fixed_point import BITS, Per, packed_bytes
from core.errors import ConfigError, VectorsError
from core.parameters import parameter

DEFAULT_BITS = 8


@dataclass(frozen=True)
class FixedPointParameters(CompressionParameters):
    """How many bits a number gets: `bits`, or as many as `compression` leaves."""

    bits: int | None = parameter(
        None,
        unset="8, if compression isn't set",
        one_of=HOW_FAR,
        start=DEFAULT_BITS,
        help="Bits for each number: 8, 4, 2 or 1.",
    )
    per: str = parameter("column", choices=("column", "row"), help="What has a range of numbers of its own.")

    def __post_init__(self) -> None:
        """Check the fields, and that `bits` divide a byte."""
        if self.bits is not None and self.bits not in BITS:
            raise ConfigError("bits", self.bits, f"choose one of {', '.join(map(str, BITS))}")
        super().__post_init__()


@METHODS.register(
    "fixed-point",
    title="Fixed point",
    help="Each number of the trained table in 8, 4, 2 or 1 bits, really packed; the rest is re-trained around it.",
    example=FixedPointParameters(bits=4),
)
class FixedPoint(Method[FixedPointParameters]):
    """Round the trained table to a grid."""

    retrains = "The packed table stays; the rest trains around it."

    def compress(self, source: TableSource) -> FixedPointEmbedding:
        """See `Method.compress`.

        Raises:
            VectorsError: when a row's or column's range is wider than float32's largest number.
        """
        rows, width = source.table.shape
        made = FixedPointEmbedding(source.table, bits=self.bits(rows=rows, width=width), per=self._per)
        if not made.step.isfinite().all():
            raise VectorsError("The table's numbers are too far apart for a grid in float32: scale it down first.")
        return made

    def check(self, *, rows: int, width: int) -> list[str]:
        """See `Method.check`."""
        return growth_warning(self._bytes_at(self.bits(rows=rows, width=width), rows, width), rows=rows, width=width)

    def bits(self, *, rows: int, width: int) -> int:
        """Bits for each number of a table of `rows` × `width`.

        Raises:
            ConfigError: when one bit doesn't save as much as is asked for.
        """
        compression = self.parameters.compression
        if compression is None:
            return self.parameters.bits or DEFAULT_BITS
        sizes = sorted(BITS)
        return largest(
            sizes, lambda bits: self._bytes_at(bits, rows, width), compression=compression, rows=rows, width=width
        )

    @property
    def _per(self) -> Per:
        return cast(Per, self.parameters.per)

    def _bytes_at(self, bits: int, rows: int, width: int) -> int:
        return packed_bytes(rows, width, bits=bits, per=self._per)
