"""Arithmetic of rank and size. Shapes: `V` vocabulary, `d` width, `r` rank."""


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
