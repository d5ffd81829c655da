"""What a data set is, once read: texts with labels, in three splits."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Split:
    """Texts and the class of each, as an index into `Corpus.classes`."""

    texts: tuple[str, ...]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        """How many texts."""
        return len(self.texts)

    def select(self, places: NDArray[np.int64]) -> "Split":
        """The texts at `places` (K,), in that order."""
        return Split(tuple(self.texts[place] for place in places), self.labels[places])


@dataclass(frozen=True)
class Corpus:
    """A text-classification data set: train for fitting, dev for every choice, test for reporting once.

    `notes` are sentences that whoever uses it should read.
    """

    name: str
    classes: tuple[str, ...]
    train: Split
    dev: Split
    test: Split
    source: str = ""
    licence: str = ""
    notes: tuple[str, ...] = ()

    @cached_property
    def majority_share(self) -> float:
        """The share of the most frequent class in test: what a constant answer reaches."""
        return float(np.bincount(self.test.labels).max() / len(self.test))

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of classes, texts, labels and splits, as hexadecimal digits: the name and the file don't matter."""
        digest = hashlib.sha256()
        for words in (self.classes, self.train.texts, self.dev.texts, self.test.texts):
            digest.update(f"{len(words)}\n".encode())
            for word in words:
                content = word.encode()
                digest.update(b"%d\n%b" % (len(content), content))
        for split in (self.train, self.dev, self.test):
            digest.update(split.labels.astype("<i8").tobytes())
        return digest.hexdigest()
