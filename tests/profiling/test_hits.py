"""A bit for each text, there and back."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.profiling.hits import pack_hits, unpack_hits


@given(st.lists(st.booleans(), min_size=1, max_size=100))
def test_hits_survive_in_a_bit_each(right):
    packed = pack_hits(torch.tensor(right))
    assert unpack_hits(packed, texts=len(right)).tolist() == right
    assert len(packed) == 4 * math.ceil(math.ceil(len(right) / 8) / 3)


def test_the_first_text_is_the_highest_bit():
    assert pack_hits(torch.tensor([True] + 7 * [False])) == "gA=="


@pytest.mark.parametrize(("packed", "texts"), [("gA==", 9), ("gA==", 0), ("g", 8), ("gA*=", 8)])
def test_what_is_not_of_so_many_texts_is_refused(packed, texts):
    with pytest.raises(ValueError, match=r"bit for each|base64|padding"):
        unpack_hits(packed, texts=texts)
