"""Arithmetic of rank and size. Shapes: `V` vocabulary, `d` width, `r` rank."""

from core.counted import counted
from core.errors import ConfigError


def compression_of(rank: int, *, rows: int, width: int) -> float:
    """The share of the table saved, c = 1 − r(V + d)/(V·d); negative above the break-even rank."""
    return 1 - rank * (rows + width) / (rows * width)


def rank_for(compression: float, *, rows: int, width: int) -> int:
    """The largest rank that saves at least `compression`, r = max(1, ⌊(1 − c)·V·d/(V + d)⌋)."""
    exact = (1 - compression) * rows * width / (rows + width)
    return max(1, int(exact + 1e-9))  # the nudge keeps an exact integer from being rounded down


def break_even_rank(*, rows: int, width: int) -> float:
    """V·d/(V + d): above this rank two factors hold more numbers than the table."""
    return rows * width / (rows + width)


def check_rank(rank: int, *, rows: int, width: int, saved: float) -> list[str]:
    """Refuse a `rank` that a table of `rows` × `width` can't have; `saved` is the share of it that the rank saves.

    What is stored grows in proportion to the rank, so it breaks even at rank / (1 − saved), however many bits a number
    has; rows of A whose last byte isn't full move that by less than one.

    Returns:
        A sentence that warns of a rank above break-even, else nothing.

    Raises:
        ConfigError: when the rank is above min(V, d).
    """
    if rank > min(rows, width):
        shape = f"the table is {counted(rows, 'word')} × {width} numbers, so the rank is at most {min(rows, width)}"
        raise ConfigError("rank", rank, shape)
    if saved > 0:
        return []
    return [f"Rank {rank} is above the break-even rank of {rank / (1 - saved):.1f}: the table grows by {-saved:.1%}."]
