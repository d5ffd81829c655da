"""What there is to know of a corpus before anything is trained on it."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from core.data.corpus import Corpus, Split
from core.data.leaks import key_of

RARE = 10  # training texts; a class with fewer is hardly learned
LENGTH_EDGES = (0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)  # words; the last bin is open


@dataclass(frozen=True)
class SplitProfile:
    """One split.

    Attributes:
        texts: how many.
        class_counts: texts of each class, in the order of `Corpus.classes`.
        length_counts: texts with at least so many words as `LENGTH_EDGES` says, and fewer than the next edge.
        empty: texts without a word.
        duplicates: texts that stand further up too, but for case and spaces.
        contradictions: duplicates whose label isn't that of the first.
    """

    texts: int
    class_counts: tuple[int, ...]
    length_counts: tuple[int, ...]
    empty: int
    duplicates: int
    contradictions: int


@dataclass(frozen=True)
class CorpusProfile:
    """A corpus in numbers.

    Attributes:
        name: of the corpus.
        classes: their names.
        train: the training split.
        dev: the split that choices are made on.
        test: the split that is reported once.
        train_in_dev: training texts that dev holds too.
        train_in_test: training texts that test holds too.
        dev_in_test: dev texts that test holds too.
        rare_classes: those with fewer than `RARE` training texts.
        content_hash: equal for equal texts, labels and splits, whatever file they came from.
    """

    name: str
    classes: tuple[str, ...]
    train: SplitProfile
    dev: SplitProfile
    test: SplitProfile
    train_in_dev: int
    train_in_test: int
    dev_in_test: int
    rare_classes: tuple[str, ...]
    content_hash: str

    @property
    def leaks(self) -> int:
        """Texts that stand in two splits, which `drop_leaks` would drop."""
        return self.train_in_dev + self.train_in_test + self.dev_in_test

    @property
    def splits(self) -> dict[str, SplitProfile]:
        """The three splits by name."""
        return {"train": self.train, "dev": self.dev, "test": self.test}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The profile that `dataclasses.asdict` wrote, before or after JSON."""
        splits = {name: SplitProfile(**_tuples(values[name])) for name in ("train", "dev", "test")}
        return cls(**_tuples(values) | splits)


def profile_corpus(corpus: Corpus) -> CorpusProfile:
    """Count classes, lengths, duplicates within and across splits, empty texts and rare classes."""
    keys = {name: [key_of(text) for text in split.texts] for name, split in _splits(corpus).items()}
    parts = {name: _profile(split, keys[name], len(corpus.classes)) for name, split in _splits(corpus).items()}
    counts = zip(corpus.classes, parts["train"].class_counts, strict=True)
    return CorpusProfile(
        corpus.name,
        corpus.classes,
        parts["train"],
        parts["dev"],
        parts["test"],
        train_in_dev=_shared(keys["train"], keys["dev"]),
        train_in_test=_shared(keys["train"], keys["test"]),
        dev_in_test=_shared(keys["dev"], keys["test"]),
        rare_classes=tuple(name for name, count in counts if count < RARE),
        content_hash=corpus.content_hash,
    )


def _splits(corpus: Corpus) -> dict[str, Split]:
    return {"train": corpus.train, "dev": corpus.dev, "test": corpus.test}


def _profile(split: Split, keys: list[str], classes: int) -> SplitProfile:
    lengths = np.array([key.count(" ") + 1 if key else 0 for key in keys])
    bins = np.bincount(np.searchsorted(LENGTH_EDGES, lengths, side="right") - 1, minlength=len(LENGTH_EDGES))
    first: dict[str, int] = {}
    labels = split.labels.tolist()
    contradictions = sum(first.setdefault(key, label) != label for key, label in zip(keys, labels, strict=True) if key)
    empty = keys.count("")
    return SplitProfile(
        texts=len(split),
        class_counts=tuple(np.bincount(split.labels, minlength=classes).tolist()),
        length_counts=tuple(bins.tolist()),
        empty=empty,
        duplicates=len(keys) - empty - len(first),
        contradictions=contradictions,
    )


def _shared(keys: list[str], others: list[str]) -> int:
    counts = Counter(keys)
    return sum(counts[key] for key in set(others) if key)


def _tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
