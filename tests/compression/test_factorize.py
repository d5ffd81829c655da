"""Factorisation against planted spectra, torch's own SVD, and the weighted norm itself."""

import pytest
import torch

from core.compression.factorize import decompose
from core.compression.metrics import Metric
from core.compression.rank import break_even_rank, compression_of, rank_for
from core.errors import VectorsError

V, D = 60, 12
torch.manual_seed(0)
TABLE = torch.randn(V, D)
PLAIN = Metric(torch.ones(V, dtype=torch.float64), torch.eye(D, dtype=torch.float64))


def weighted(seed=1):
    generator = torch.Generator().manual_seed(seed)
    root = torch.randn(D, D, generator=generator, dtype=torch.float64)
    return Metric(torch.rand(V, generator=generator, dtype=torch.float64) + 0.1, root @ root.T)


def error(table, factors, metric):
    """‖D (W − A B) M^½‖_F, by a Cholesky root instead of an eigenvalue one."""
    root = torch.linalg.cholesky(metric.directions)
    return float(
        (metric.row_weights[:, None] * (table.double() - factors.left.double() @ factors.right.double()) @ root).norm()
    )


def test_planted_spectrum_is_found():
    left, right = (torch.linalg.qr(torch.randn(size, D, dtype=torch.float64))[0] for size in (V, D))
    planted = torch.linspace(12, 1, D, dtype=torch.float64)
    found = decompose(left * planted @ right.T, PLAIN)
    torch.testing.assert_close(found.energies.sqrt(), planted, rtol=1e-10, atol=0)


@pytest.mark.parametrize("rank", [1, 5, D])
def test_plain_equals_truncated_svd(rank):
    u, s, v = torch.linalg.svd(TABLE.double(), full_matrices=False)
    factors = decompose(TABLE, PLAIN).factors(rank)
    expected = u[:, :rank] * s[:rank] @ v[:rank]
    torch.testing.assert_close((factors.left @ factors.right).double(), expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("rank", [1, 4, 11])
def test_weighted_error_is_the_tail_of_the_spectrum(rank):
    metric = weighted()
    found = decompose(TABLE, metric)
    tail = float(found.energies[rank:].sum().sqrt())
    assert error(TABLE, found.factors(rank), metric) == pytest.approx(tail, rel=1e-4)
    assert error(TABLE, found.factors(rank), metric) < error(TABLE, decompose(TABLE, PLAIN).factors(rank), metric)


def test_full_rank_is_the_identity_in_any_metric():
    factors = decompose(TABLE, weighted()).factors(D)
    torch.testing.assert_close(factors.left @ factors.right, TABLE, rtol=1e-4, atol=1e-4)


def test_factors_are_balanced_and_repeatable():
    first, again = (decompose(TABLE, weighted()).factors(3) for _ in range(2))
    torch.testing.assert_close(first.left.square().mean(), first.right.square().mean(), rtol=1e-5, atol=0)
    assert torch.equal(first.left, again.left)
    assert torch.equal(first.right, again.right)


@pytest.mark.parametrize("scale", [1e-38, 1e-25, 1e18, 1e30])
def test_a_table_of_any_scale_has_balanced_factors(scale):
    factors = decompose((TABLE.double() * scale).float(), PLAIN).factors(D)
    product = factors.left.double() @ factors.right.double()
    torch.testing.assert_close(product / scale, TABLE.double(), rtol=0, atol=1e-5)
    torch.testing.assert_close(factors.left.double().norm() / V**0.5, factors.right.double().norm() / D**0.5)


@pytest.mark.parametrize("scale", [1e-60, 1e-40, 1e40, 1e60])
def test_a_metric_of_any_scale_has_balanced_factors(scale):
    factors = decompose(TABLE, Metric(PLAIN.row_weights, PLAIN.directions * scale)).factors(D)
    torch.testing.assert_close(factors.left @ factors.right, TABLE, rtol=0, atol=1e-5)
    torch.testing.assert_close(factors.left.double().norm() / V**0.5, factors.right.double().norm() / D**0.5)


def test_factors_that_float32_can_not_hold_are_refused():
    metric = Metric(PLAIN.row_weights, PLAIN.directions * 1e-80)
    with pytest.raises(VectorsError, match="too large to be factorised"):
        decompose(TABLE, metric).factors(1)


def test_singular_directions_are_floored():
    singular = Metric(PLAIN.row_weights, torch.diag(torch.tensor([1.0] + [0.0] * (D - 1), dtype=torch.float64)))
    factors = decompose(TABLE, singular).factors(1)
    torch.testing.assert_close((factors.left @ factors.right)[:, 0], TABLE[:, 0], rtol=1e-3, atol=1e-3)


def test_energy_gives_the_smallest_rank_that_keeps_it():
    found = decompose(TABLE, PLAIN)
    for share in (0.1, 0.5, 0.9, 0.999):
        rank = found.rank_for_energy(share)
        assert found.kept[rank - 1] >= share
        assert rank == 1 or found.kept[rank - 2] < share


@pytest.mark.parametrize("wanted", [0.5, 0.8, 0.9, 0.95, 0.98])
def test_rank_for_compression_is_the_largest_that_saves_enough(wanted):
    rank = rank_for(wanted, rows=8_000, width=100)
    assert compression_of(rank, rows=8_000, width=100) >= wanted > compression_of(rank + 1, rows=8_000, width=100)


def test_break_even_saves_nothing():
    assert compression_of(round(break_even_rank(rows=100, width=100)), rows=100, width=100) == 0
