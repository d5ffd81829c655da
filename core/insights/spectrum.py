"""The spectrum of a run's table in each metric, and what its strongest directions tell apart.

With D W R ≈ U Σ Vᵀ (see `core.compression.factorize`), a word's *place* along direction i is (W R V)_i: what column i
of A says of it. A text's place is the mean of its words'. A class's place is told as its *deviation*: the mean place of
its training texts, less the mean place of all, in standard deviations of all texts' places.

Shapes: `V` rows, `d` width, `B` texts.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.compression.factorize import Decomposition
from core.embeddings.dense import look_up
from core.insights.opened import Texts
from core.insights.tables import Table
from core.record import Record

DIRECTIONS, WORDS, CLASSES = 6, 8, 2


@dataclass(frozen=True)
class ClassPlace(Record):
    """A class, and how far its texts are from the middle of all, in standard deviations."""

    name: str
    deviation: float


@dataclass(frozen=True)
class End(Record):
    """One end of a direction: the frequent words that are furthest there, and the classes, the furthest first."""

    words: tuple[str, ...]
    classes: tuple[ClassPlace, ...]


@dataclass(frozen=True)
class Direction(Record):
    """A singular direction: its share of the energy, and both its ends. Which is which is arbitrary."""

    energy: float
    low: End
    high: End


@dataclass(frozen=True)
class MetricSpectrum(Record):
    """The table in one metric: all singular values, largest first, and the strongest directions."""

    metric: str
    singular_values: tuple[float, ...]
    directions: tuple[Direction, ...]

    def energy(self, rank: int) -> float:
        """The share of energy that the rank keeps, Σ_{i≤r} σᵢ² / Σ σᵢ²."""
        squares = [value**2 for value in self.singular_values]
        return sum(squares[:rank]) / (sum(squares) or 1.0)

    def relative_error(self, rank: int) -> float:
        """√(1 − energy): ‖D (W − A B) M^½‖_F / ‖D W M^½‖_F at that rank."""
        squares = [value**2 for value in self.singular_values]
        return float((sum(squares[rank:]) / (sum(squares) or 1.0)) ** 0.5)


@dataclass(frozen=True)
class Spectrum(Record):
    """A table of `rows` × `width` in each metric; `frequent` words were asked for their place."""

    rows: int
    width: int
    frequent: int
    spectra: tuple[MetricSpectrum, ...]


def spectrum(table: Table, texts: Texts | None) -> Spectrum:
    """The spectra of `table`, the first `DIRECTIONS` named by words, and by classes where the `texts` are there."""
    rows, width = table.rows.shape
    spectra = []
    for metric, decomposition in table.decompositions.items():
        values = tuple(decomposition.energies.sqrt().tolist())
        named = tuple(_direction(table, texts, decomposition, place) for place in range(min(DIRECTIONS, len(values))))
        spectra.append(MetricSpectrum(metric, values, named))
    return Spectrum(rows, width, table.frequent, tuple(spectra))


def _direction(table: Table, texts: Texts | None, decomposition: Decomposition, place: int) -> Direction:
    places = table.rows @ decomposition.directions[:, place].to(table.rows.dtype)  # (V,)
    order = (1 + places[1 : table.frequent + 1].argsort()).tolist()  # rows, from the low to the high end
    words = [table.tokens[row] for row in order]
    classes = [] if texts is None else class_places(places, texts)
    low = tuple(sorted((each for each in classes if each.deviation < 0), key=lambda each: each.deviation))
    high = tuple(sorted((each for each in classes if each.deviation > 0), key=lambda each: -each.deviation))
    energy = float(decomposition.energies[place] / decomposition.energies.sum().clamp_min(1e-300))
    half = min(WORDS, len(words) // 2)
    return Direction(
        energy,
        End(tuple(words[:half]), low[:CLASSES]),
        End(tuple(words[::-1][:half]), high[:CLASSES]),
    )


def class_places(places: Tensor, texts: Texts) -> list[ClassPlace]:
    """Every class's deviation along a direction on which each word has one of `places` (V,)."""
    each = look_up(places[:, None], texts.train.ids, texts.train.offsets)[:, 0].double()  # (B,)
    spread = float(each.std(correction=0)) or 1.0
    means = torch.zeros(len(texts.corpus.classes), dtype=torch.float64)
    means.index_add_(0, texts.train.labels, each)
    means /= texts.train.labels.bincount(minlength=len(means)).clamp_min(1)
    deviations = ((means - each.mean()) / spread).tolist()
    return [ClassPlace(name, value) for name, value in zip(texts.corpus.classes, deviations, strict=True)]
