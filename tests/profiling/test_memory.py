"""Bytes allocated against bytes by formula, for every kind of table in every model."""

import pytest
import torch
from torch import nn

from core.profiling.memory import formula_bytes, peak_rss_bytes, resident_bytes
from tests.profiling.making import models

PACKED = [case for case in models() if case[2] != "trained"]


@pytest.mark.parametrize(("kind", "method", "form", "model"), PACKED, ids=lambda value: str(value)[:20])
def test_what_is_allocated_is_what_the_formula_says(kind, method, form, model):
    assert resident_bytes(model) == formula_bytes(model)


def test_what_is_shared_counts_once_and_a_view_counts_whole():
    big = torch.zeros(100, 10)
    model = nn.Module()
    model.first, model.again = nn.Parameter(big), nn.Parameter(big)
    assert resident_bytes(model) == 4_000
    view = nn.Module()
    view.register_buffer("rows", big[:1])
    assert resident_bytes(view) == 4_000


def test_a_process_has_held_at_least_what_it_holds():
    before = peak_rss_bytes()
    held = torch.ones(64 * 1024 * 1024)  # 256 MiB, written to
    assert peak_rss_bytes() >= max(before, held.nbytes)
