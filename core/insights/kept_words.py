"""Words at many ranks, as a recorded run keeps them: in little room, and with no model at hand.

What doesn't change with the rank is there once; words are their places in a list, and numbers have `DIGITS` digits.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from torch import Tensor

from core.insights.words import Band, Hurt, Lens, Neighbour, WordMap, Words, words
from core.record import Record

RANKS = (*range(1, 17), 18, 20, 22, 25, 28, 32, 36, 40, 45)  # close together where much changes
MAP_WORDS, LISTED_WORDS = 120, 12
DIGITS = 3  # significant ones; a screen shows no more


@dataclass(frozen=True)
class Bands(Record):
    """Errors at a rank, band by band: quantiles, and the words with the largest errors."""

    spread: tuple[tuple[float, ...], ...]
    worst: tuple[tuple[int, ...], ...]
    errors: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class AtRank(Record):
    """What one rank makes of words.

    Attributes:
        places: x and y of each word of the map, one behind the other.
        near: the neighbours of each listed word, and `cosines` to them.
    """

    rank: int
    places: tuple[float, ...]
    near: tuple[tuple[int, ...], ...]
    cosines: tuple[tuple[float, ...], ...]
    bands: Bands
    weighted_bands: Bands


@dataclass(frozen=True)
class KeptWords(Record):
    """All of it: `own` at the run's own rank, and what differs at `others`, whose words are places in `lexicon`."""

    own: Words
    lexicon: tuple[str, ...]
    others: tuple[AtRank, ...]

    @property
    def ranks(self) -> tuple[int, ...]:
        """The ranks that were kept, ascending."""
        return tuple(sorted([self.own.rank, *(other.rank for other in self.others)]))

    def at(self, rank: int) -> Words:
        """All of it at one of `ranks`."""
        if rank == self.own.rank:
            return self.own
        kept = next(other for other in self.others if other.rank == rank)
        pairs = zip(kept.places[::2], kept.places[1::2], strict=True)
        places = tuple(replace(place, cut=pair) for place, pair in zip(self.own.map.places, pairs, strict=True))
        near = (self._near(*each) for each in zip(kept.near, kept.cosines, strict=True))
        return replace(
            self.own,
            rank=rank,
            neighbours=tuple(replace(a, cut=cut) for a, cut in zip(self.own.neighbours, near, strict=True)),
            bands=self._bands(self.own.bands, kept.bands),
            weighted_bands=self._bands(self.own.weighted_bands, kept.weighted_bands),
            map=WordMap(self.own.map.variance, places),
        )

    def _near(self, near: Sequence[int], cosines: Sequence[float]) -> tuple[Neighbour, ...]:
        return tuple(Neighbour(self.lexicon[word], cosine) for word, cosine in zip(near, cosines, strict=True))

    def _bands(self, own: Sequence[Band], kept: Bands) -> tuple[Band, ...]:
        return tuple(
            replace(band, spread=spread, worst=tuple(map(Hurt, map(self.lexicon.__getitem__, worst), errors)))
            for band, spread, worst, errors in zip(own, kept.spread, kept.worst, kept.errors, strict=True)
        )


def keep_words(seen: Lens, compressed: Tensor, *, rank: int) -> KeptWords:
    """The words of a run that compressed to `rank`, at that and at `RANKS`; see `core.insights.words.words`."""

    def at(one: int) -> Words:
        return words(seen, compressed, rank=one, mapped=MAP_WORDS, listed=LISTED_WORDS)

    most = min(seen.table.rows.shape)
    found = [at(one) for one in sorted({*RANKS, most}) if one <= most and one != rank]
    lexicon = {word: place for place, word in enumerate(dict.fromkeys(_mentioned(found)))}
    return KeptWords(at(rank), tuple(lexicon), tuple(_kept(one, lexicon.__getitem__) for one in found))


def _mentioned(found: Iterable[Words]) -> Iterable[str]:
    """Every word that a list of what was found names."""
    for one in found:
        yield from (near.word for each in one.neighbours for near in each.cut)
        yield from (hurt.word for band in (*one.bands, *one.weighted_bands) for hurt in band.worst)


def _kept(found: Words, place_of: Callable[[str], int]) -> AtRank:
    def bands(every: Sequence[Band]) -> Bands:
        return Bands(
            tuple(_rounded(band.spread) for band in every),
            tuple(tuple(place_of(hurt.word) for hurt in band.worst) for band in every),
            tuple(_rounded(hurt.error for hurt in band.worst) for band in every),
        )

    return AtRank(
        found.rank,
        _rounded(value for place in found.map.places for value in place.cut),
        tuple(tuple(place_of(near.word) for near in each.cut) for each in found.neighbours),
        tuple(_rounded(near.cosine for near in each.cut) for each in found.neighbours),
        bands(found.bands),
        bands(found.weighted_bands),
    )


def _rounded(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(float(f"{value:.{DIGITS}g}") for value in values)
