"""Texts that stand in two splits: a model that has seen them is asked what it was told."""

import dataclasses
from collections.abc import Iterable

import numpy as np

from core.data.corpus import Corpus, Split
from core.errors import DataError


def key_of(text: str) -> str:
    """What two texts share that differ in case and spaces only."""
    return " ".join(text.casefold().split())


def keys_of(texts: Iterable[str]) -> set[str]:
    """The keys of all `texts` that aren't empty."""
    return {key for text in texts if (key := key_of(text))}


def drop_leaks(corpus: Corpus) -> Corpus:
    """The corpus without training texts that dev or test holds too, nor dev texts that test holds; test stays whole.

    Raises:
        DataError: when train or dev would be left without a text of some class, or empty.
    """
    test, dev = keys_of(corpus.test.texts), keys_of(corpus.dev.texts)
    kept = {"train": _without(corpus.train, test | dev), "dev": _without(corpus.dev, test)}
    lost = sorted(set(corpus.train.labels.tolist()) - set(kept["train"].labels.tolist()))
    if lost:
        raise DataError(
            f"{corpus.name}: without the texts that dev and test hold too, train has none of class "
            f"{corpus.classes[lost[0]]!r}; add texts, or keep the duplicates."
        )
    if not len(kept["dev"]):
        raise DataError(f"{corpus.name}: test holds every text of dev; give other texts, or keep the duplicates.")
    return dataclasses.replace(corpus, train=kept["train"], dev=kept["dev"])


def _without(split: Split, keys: set[str]) -> Split:
    places = [place for place, text in enumerate(split.texts) if key_of(text) not in keys]
    return split.select(np.array(places, dtype=np.int64))
