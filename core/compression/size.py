"""How far to go, in bytes: the largest of a method's sizes that saves as much as was asked for.

Compression here is of the embedding's bytes, c = 1 − stored / 4·V·d, so that methods are compared at equal size however
they store their numbers. Shapes: `V` vocabulary, `d` width.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.counted import counted
from core.embeddings.base import FLOAT_BYTES
from core.errors import ConfigError
from core.parameters import Parameters, parameter

DEFAULT_COMPRESSION = 0.9
HOW_FAR = "How far"  # the question that a compression, a rank, bits … answer


@dataclass(frozen=True)
class CompressionParameters(Parameters):
    """How far to go, as the share of the table's bytes to save."""

    compression: float | None = parameter(
        None,
        minimum=0,
        maximum=1,
        exclusive=True,
        unset="0.9, or 0.97 for quantised factors, if no size is set",
        one_of=HOW_FAR,
        start=DEFAULT_COMPRESSION,
        help="Share of the embedding table's bytes to save, such as 0.9.",
    )


def dense_bytes(*, rows: int, width: int) -> int:
    """4·V·d: what the table takes as it is."""
    return FLOAT_BYTES * rows * width


def factors_bytes(rank: int, *, rows: int, width: int) -> int:
    """4·r(V + d): what both factors take."""
    return FLOAT_BYTES * rank * (rows + width)


def folded_bytes(rank: int, *, rows: int) -> int:
    """4·V·r: the narrow table alone, once the second factor is folded into the layer that reads it."""
    return FLOAT_BYTES * rank * rows


def budget_bytes(compression: float, *, rows: int, width: int) -> int:
    """⌊(1 − c)·4·V·d⌋: what may be stored."""
    return int((1 - compression) * dense_bytes(rows=rows, width=width) + 1e-6)  # the nudge keeps whole numbers whole


def largest(sizes: Sequence[int], bytes_at: Callable[[int], int], *, compression: float, rows: int, width: int) -> int:
    """The last of `sizes` whose bytes save at least `compression`.

    Args:
        sizes: what a method can be asked for, fewest bytes first.
        bytes_at: bytes stored at a size; never falling along `sizes`.
        compression: c, in (0, 1).
        rows: V.
        width: d.

    Raises:
        ConfigError: when even the first is too big; says how much can be saved.
    """
    fitting = bisect_right(sizes, budget_bytes(compression, rows=rows, width=width), key=bytes_at)
    if fitting == 0:
        raise unreachable(compression, bytes_at(sizes[0]), bytes_at(sizes[-1]), rows=rows, width=width)
    return sizes[fitting - 1]


def unreachable(compression: float, fewest: int, most: int, *, rows: int, width: int) -> ConfigError:
    """The error that says that bytes from `fewest` to `most` can be had, and `compression` asks for still fewer."""
    whole = dense_bytes(rows=rows, width=width)
    low, high = (max(0.0, 1 - stored / whole) for stored in (most, fewest))
    table = f"a table of {counted(rows, 'word')} × {width} numbers"
    reach = f"from {low:.1%} to {high:.1%} of it" if high > 0 else "nothing"
    return ConfigError("compression", compression, f"this method can save {reach}, for {table}")


def growth_warning(stored: int, *, rows: int, width: int) -> list[str]:
    """A sentence when `stored` bytes are no fewer than the table's."""
    whole = dense_bytes(rows=rows, width=width)
    return (
        [] if stored < whole else [f"This stores {stored:,} bytes where the table has {whole:,}: it does not shrink."]
    )
