"""Eigenspace overlap against planted truths and the definition with its V×k bases."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.compression.overlap import eigenspace_overlap

V, D = 40, 6


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def by_definition(table, compressed):
    """With the left singular vectors written out."""
    bases = []
    for each in (table, compressed):
        left, values, _ = torch.linalg.svd(each.double(), full_matrices=False)
        bases.append(left[:, values > 1e-5 * values[0]])
    return float((bases[0].T @ bases[1]).square().sum()) / max(basis.shape[1] for basis in bases)


def test_a_table_overlaps_with_itself():
    assert eigenspace_overlap(normal(V, D), normal(V, D)) == pytest.approx(1, abs=1e-9)


def test_nothing_overlaps_with_its_orthogonal_complement():
    basis = torch.linalg.qr(normal(V, 2 * D).double())[0]
    assert eigenspace_overlap(basis[:, :D], basis[:, D:]) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("angle", [0.1, 0.7, 1.5])
def test_a_turned_direction_overlaps_by_its_cosine_squared(angle):
    table, turned = torch.zeros(V, 2), torch.zeros(V, 2)
    table[0, 0], table[1, 1] = 3.0, 0.5
    turned[0, 0], turned[2, 0], turned[1, 1] = math.cos(angle), math.sin(angle), 7.0
    assert eigenspace_overlap(table, turned) == pytest.approx((math.cos(angle) ** 2 + 1) / 2, abs=1e-6)


@pytest.mark.parametrize("rank", [1, 3, 5])
def test_a_truncated_table_keeps_its_share_of_the_rank(rank):
    table = normal(V, D)
    left, values, right = torch.linalg.svd(table, full_matrices=False)
    truncated = (left[:, :rank] * values[:rank]) @ right[:rank]
    assert eigenspace_overlap(table, truncated) == pytest.approx(rank / D, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.floats(0.01, 2))
def test_it_is_the_definition_and_does_not_care_for_order_or_basis(seed, noise):
    table = normal(V, D, seed=seed)
    other = table + noise * normal(V, D, seed=seed + 1)
    found = eigenspace_overlap(table, other)
    assert 0 <= found <= 1 + 1e-9
    assert found == pytest.approx(by_definition(table, other), abs=1e-6)
    order = torch.randperm(V, generator=torch.Generator().manual_seed(seed))
    assert eigenspace_overlap(table[order], other[order]) == pytest.approx(found, abs=1e-6)
    change = torch.linalg.qr(normal(D, D, seed=seed + 2))[0] * torch.arange(1, D + 1)
    assert eigenspace_overlap(table, other @ change) == pytest.approx(found, abs=1e-4)
    assert eigenspace_overlap(other, table) == pytest.approx(found, abs=1e-6)


def test_tables_that_cannot_be_compared_are_refused():
    with pytest.raises(ValueError, match="rows"):
        eigenspace_overlap(normal(V, D), normal(V - 1, D))
    with pytest.raises(ValueError, match="spans nothing"):
        eigenspace_overlap(normal(V, D), torch.zeros(V, D))
