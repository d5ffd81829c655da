"""Ragged batches against plain Python lists."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ragged

lengths = st.lists(st.integers(1, 6), min_size=1, max_size=12)


def texts_of(batch):
    """The batch as lists of ids."""
    return [part.tolist() for part in batch.ids.split(batch.lengths.tolist())]


@given(lengths, st.randoms(use_true_random=False))
def test_select_takes_the_named_texts(sizes, random):
    batch = ragged(sizes, vocabulary=50, classes=3)
    chosen = random.choices(range(len(sizes)), k=5)
    picked = batch.select(torch.tensor(chosen))
    assert texts_of(picked) == [texts_of(batch)[position] for position in chosen]
    assert picked.labels.tolist() == batch.labels[chosen].tolist()


@given(lengths, st.integers(1, 5))
def test_split_loses_nothing(sizes, size):
    batch = ragged(sizes, vocabulary=50, classes=3)
    parts = list(batch.split(size))
    assert all(len(part) == size for part in parts[:-1])
    assert [text for part in parts for text in texts_of(part)] == texts_of(batch)


@given(lengths)
def test_split_takes_a_size_for_each_part(sizes):
    batch = ragged(sizes, vocabulary=50, classes=3)
    first, second = batch.split([len(sizes) // 2, len(sizes) - len(sizes) // 2])
    assert texts_of(first) + texts_of(second) == texts_of(batch)
    assert len(first) == len(sizes) // 2
    assert second.labels.tolist() == batch.labels[len(sizes) // 2 :].tolist()
