"""What compression does to words: their neighbours, their errors and their places on a map, at any rank.

One decomposition a metric serves all ranks: Ŵ at rank r is the product of the first r columns of A and rows of B.

Shapes: `V` rows, `d` width, `r` rank, `K` words of a map.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from core.insights.tables import Table
from core.record import Record

NEIGHBOURS, WORST, MAP_WORDS, LABELLED = 8, 6, 250, 30
BAND_EDGES = (100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 1_000_000)  # the last place of each band
SPREAD = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Neighbour(Record):
    """A word and its cosine to another."""

    word: str
    cosine: float


@dataclass(frozen=True)
class Neighbours(Record):
    """A word's nearest words in the dense table, at a rank before re-training, and in the run's compressed model."""

    word: str
    dense: tuple[Neighbour, ...]
    cut: tuple[Neighbour, ...]
    compressed: tuple[Neighbour, ...]


@dataclass(frozen=True)
class Hurt(Record):
    """A word and its relative error."""

    word: str
    error: float


@dataclass(frozen=True)
class Band(Record):
    """Words from the `first` to the `last` place by frequency, counted from 1.

    Attributes:
        counts: how often the first and the last of them occur in training; empty where nobody knows any more.
        spread: the quantiles `SPREAD` of their relative errors.
        worst: those with the largest.
    """

    first: int
    last: int
    counts: tuple[int, ...]
    spread: tuple[float, ...]
    worst: tuple[Hurt, ...]


@dataclass(frozen=True)
class Place(Record):
    """Where a word is on a map, in the dense table and at a rank, as (x, y)."""

    word: str
    dense: tuple[float, ...]
    cut: tuple[float, ...]


@dataclass(frozen=True)
class WordMap(Record):
    """Words on the two strongest principal axes of the dense table, and the shares of variance that these hold."""

    variance: tuple[float, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Words(Record):
    """Everything at one rank in one metric, as a recorded run keeps it.

    Attributes:
        bands: every direction counts alike.
        weighted_bands: directions count as the metric says.
    """

    metric: str
    rank: int
    neighbours: tuple[Neighbours, ...]
    bands: tuple[Band, ...]
    weighted_bands: tuple[Band, ...]
    map: WordMap


@dataclass(frozen=True)
class Lens:
    """A table W and its full factors in one metric: Ŵ at rank r is `left[:, :r] @ right[:r]`.

    Attributes:
        left: A (V, d).
        right: B (d, d).
    """

    table: Table
    metric: str
    left: Tensor
    right: Tensor

    def cut(self, rank: int, rows: Tensor | slice = slice(None)) -> Tensor:
        """`rows` of Ŵ at that rank."""
        return self.left[rows, :rank] @ self.right[:rank]


def lens(table: Table, metric: str) -> Lens:
    """The `table` as it can be seen in that metric, at all ranks."""
    decomposition = table.decompositions[metric]
    factors = decomposition.factors(min(decomposition.rows.shape))
    return Lens(table, metric, factors.left, factors.right)


def nearest(rows: Tensor, tokens: tuple[str, ...], chosen: Sequence[int]) -> Iterator[tuple[Neighbour, ...]]:
    """For each `chosen` row, the words whose `rows` (V, d) have the largest cosine to it; row 0 is nobody's."""
    units = F.normalize(rows)
    for row, cosines in zip(chosen, units[list(chosen)] @ units.T, strict=True):  # (V,)
        cosines[[0, row]] = -torch.inf
        best = cosines.topk(min(NEIGHBOURS, len(tokens) - 2) if row else min(NEIGHBOURS, len(tokens) - 1))
        yield tuple(
            Neighbour(tokens[place], cosine)
            for place, cosine in zip(best.indices.tolist(), best.values.tolist(), strict=True)
        )


def neighbours(seen: Lens, compressed: Tensor, *, rank: int, rows: Sequence[int]) -> tuple[Neighbours, ...]:
    """The neighbours of the words in `rows`, in W, in Ŵ at `rank` and in the `compressed` model's table (V, d)."""
    tokens = seen.table.tokens
    found = (nearest(table, tokens, rows) for table in (seen.table.rows, seen.cut(rank), compressed))
    return tuple(Neighbours(tokens[row], *near) for row, *near in zip(rows, *found, strict=True))


def relative_errors(seen: Lens, rank: int, *, weighted: bool) -> Tensor:
    """(V,) ‖w − ŵ‖ / ‖w‖ of each row w, or, `weighted`, ‖(w − ŵ) M^½‖ / ‖w M^½‖; 0 for a row of zeros.

    W R V has orthogonal directions, so the latter needs only A: the norm of what is cut off a row, against that of all.
    """
    if weighted:
        lost, whole = seen.left[:, rank:], seen.left
    else:
        lost, whole = seen.table.rows - seen.cut(rank), seen.table.rows
    errors: Tensor = lost.norm(dim=1) / whole.norm(dim=1).clamp_min(torch.finfo(torch.float32).tiny)
    return errors


def bands(seen: Lens, rank: int, *, weighted: bool) -> tuple[Band, ...]:
    """The errors of all words, by their place in the order of frequency."""
    errors, tokens, counts = relative_errors(seen, rank, weighted=weighted), seen.table.tokens, seen.table.counts
    found, first = [], 1
    for edge in BAND_EDGES:
        last = min(edge, len(tokens) - 1)
        if last < first:
            break
        mine = errors[first : last + 1]
        worst = mine.topk(min(WORST, len(mine)))
        found.append(
            Band(
                first,
                last,
                () if counts is None else (int(counts[first]), int(counts[last])),
                tuple(mine.quantile(torch.tensor(SPREAD, dtype=mine.dtype)).tolist()),
                tuple(
                    Hurt(tokens[first + place], error)
                    for place, error in zip(worst.indices.tolist(), worst.values.tolist(), strict=True)
                ),
            )
        )
        first = last + 1
    return tuple(found)


@dataclass(frozen=True)
class Axes:
    """The principal axes of frequent words: their mean (d,), two axes (d, 2), and the shares of variance of these."""

    mean: Tensor
    axes: Tensor
    variance: tuple[float, ...]


def principal_axes(table: Table) -> Axes:
    """The two directions along which the dense rows of the map's words differ most."""
    rows = table.rows[1 : _map_words(table) + 1].double()
    mean = rows.mean(0)
    _, values, right = torch.linalg.svd(rows - mean, full_matrices=False)
    variance = (values**2 / (values**2).sum().clamp_min(1e-300))[:2]
    largest = right[:2].abs().argmax(1, keepdim=True)
    signs = right[:2].gather(1, largest).sign()  # left open by the SVD; fixed, so that equal tables give equal maps
    return Axes(mean.float(), (right[:2] * signs).T.float(), tuple(variance.tolist()))


def word_map(seen: Lens, axes: Axes, *, rank: int, rows: Tensor | None = None) -> WordMap:
    """The frequent words, or those in `rows` (K,), on the dense table's `axes`, before and at `rank`."""
    rows = torch.arange(1, _map_words(seen.table) + 1) if rows is None else rows
    dense, cut = ((each - axes.mean) @ axes.axes for each in (seen.table.rows[rows], seen.cut(rank, rows)))  # (K, 2)
    places = zip(rows.tolist(), dense.tolist(), cut.tolist(), strict=True)
    return WordMap(axes.variance, tuple(Place(seen.table.tokens[row], tuple(a), tuple(b)) for row, a, b in places))


def furthest(found: WordMap, most: int = LABELLED) -> list[Place]:
    """The words that are furthest from the middle of the dense map: those that a reader can tell apart."""
    return sorted(found.places, key=lambda place: -sum(value**2 for value in place.dense))[:most]


def words(seen: Lens, compressed: Tensor, *, rank: int, mapped: int = MAP_WORDS, listed: int = LABELLED) -> Words:
    """All of it at `rank`: a map of `mapped` words, and the neighbours of the `listed` ones that stand out on it."""
    rows = torch.arange(1, min(mapped, seen.table.frequent) + 1)
    found = word_map(seen, principal_axes(seen.table), rank=rank, rows=rows)
    row_of = {token: row for row, token in enumerate(seen.table.tokens)}
    shown = furthest(found, listed)
    return Words(
        metric=seen.metric,
        rank=rank,
        neighbours=neighbours(seen, compressed, rank=rank, rows=[row_of[place.word] for place in shown]),
        bands=bands(seen, rank, weighted=False),
        weighted_bands=bands(seen, rank, weighted=True),
        map=found,
    )


def _map_words(table: Table) -> int:
    return min(MAP_WORDS, table.frequent)
