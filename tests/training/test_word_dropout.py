"""Texts thinned out for a training step."""

import torch

from core.training.word_dropout import drop_words
from tests.conftest import ragged

V, C = 50, 3


def test_dropped_words_leave_every_text_one():
    batch = ragged([1, 4, 200], vocabulary=V, classes=C)
    read = drop_words(batch, 0.95)
    assert (read.lengths >= 1).all()
    assert read.offsets[-1] == len(read.ids) < len(batch.ids)
    assert torch.equal(read.labels, batch.labels)
    assert drop_words(batch, 0.0) is batch


def test_the_share_left_out_is_the_one_asked_for():
    torch.manual_seed(0)
    batch = ragged([1000] * 20, vocabulary=V, classes=C)
    kept = drop_words(batch, 0.3).lengths / batch.lengths
    torch.testing.assert_close(kept.mean(), torch.tensor(0.7), atol=0.01, rtol=0)  # 3 standard errors
