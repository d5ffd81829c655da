"""What a search found. Accuracies are fractions from 0 to 1, sizes bytes of the deployed model's weights file."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from core.results import PairedTest

SCHEMA = 1


@dataclass(frozen=True)
class Candidate:
    """One method at one size, with its cheap scores.

    Attributes:
        compression: the share of the table that was asked to be saved.
        dev_accuracy: without re-training.
        overlap: eigenspace overlap with the table that was compressed, see `core.compression.overlap`.
    """

    method: str
    compression: float
    size_bytes: int
    dev_accuracy: float
    overlap: float


@dataclass(frozen=True)
class Tried:
    """A candidate that was re-trained, and whether it then kept the target.

    Attributes:
        check: whether it was tried to see how good the screen is, and not because the search led to it.
    """

    candidate: Candidate
    dev_accuracy: float
    meets: bool
    check: bool


@dataclass(frozen=True)
class Confirmation:
    """The chosen model and the dense one on test, with Wilson's interval of the chosen one's accuracy."""

    dense_accuracy: float
    test_accuracy: float
    test_interval: tuple[float, float]
    paired_test: PairedTest


@dataclass(frozen=True)
class Prediction:
    """Spearman's rank correlation of each cheap score with the re-trained accuracy, over all that were re-trained.

    `size_bytes` is what any screen must beat. None where it isn't defined: fewer than three, or all equal.
    """

    dev_accuracy: float | None
    overlap: float | None
    size_bytes: float | None


@dataclass(frozen=True)
class SearchResult:
    """All of a search.

    Attributes:
        config: `RunConfig.to_dict()` of the chosen configuration, or of the nearest miss.
        target: `Target`'s fields.
        dense_dev_accuracy: the yardstick for points lost.
        candidates: everything that was screened, smallest first.
        path: what was re-trained, in order.
        chosen: the answer; None where nothing that was tried keeps the target.
        confirmation: of the answer; test is read for nothing else.
        prediction: how well the screen foretold the re-trained accuracies.
    """

    config: dict[str, Any]
    target: dict[str, float | None]
    dense_dev_accuracy: float
    dense_size_bytes: int
    candidates: tuple[Candidate, ...]
    path: tuple[Tried, ...]
    chosen: Tried | None
    confirmation: Confirmation | None
    prediction: Prediction
    schema: int = SCHEMA

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries, lists and numbers, for JSON."""
        return dataclasses.asdict(self)
