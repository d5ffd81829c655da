"""Float32 products added up in float64, against float64 throughout, and torch's own SVD."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.compression import gram
from core.compression.factorize import decompose
from core.compression.gram import InMemory, chunk_rows, weighted_gram
from core.compression.metrics import Metric
from core.errors import VectorsError

D = 24


def spectrum_table(rows, decay, *, seed=0):
    generator = torch.Generator().manual_seed(seed)
    rotation = torch.linalg.qr(torch.randn(D, D, generator=generator))[0]
    deviations = torch.arange(1, D + 1, dtype=torch.float32) ** -decay
    return torch.randn(rows, D, generator=generator) @ (deviations[:, None] * rotation)


def plain(rows):
    return Metric(torch.ones(rows, dtype=torch.float64), torch.eye(D, dtype=torch.float64))


def exact(table, weights):
    weighted = table.double() * weights[:, None]
    return weighted.T @ weighted


@pytest.fixture
def products(monkeypatch):
    """The types that chunks were multiplied in, pass by pass."""
    seen = []
    original = gram._accumulate

    def spy(rows, row_weights, dtype, *others):
        seen.append(dtype)
        return original(rows, row_weights, dtype, *others)

    monkeypatch.setattr(gram, "_accumulate", spy)
    return seen


@pytest.mark.parametrize("decay", [0, 1])
def test_float32_products_leave_every_singular_value_right(decay, products):
    table = spectrum_table(gram.MANY_ROWS, decay)
    found = decompose(table, plain(len(table)))
    assert products == [torch.float32]
    values = torch.linalg.eigvalsh(exact(table, torch.ones(len(table)))).flip(0)
    assert float((found.energies - values).abs().max()) < 1e-7 * float(values[0])
    torch.testing.assert_close(found.energies.sqrt(), values.sqrt(), rtol=1e-5, atol=0)


@pytest.mark.parametrize("rank", [1, 3, 20])
def test_error_equals_that_of_torch_svd(rank):
    table = spectrum_table(gram.MANY_ROWS, 1)
    found = decompose(table, plain(len(table)))
    factors = found.factors(rank)
    u, s, v = torch.linalg.svd(table, full_matrices=False)
    best = (table.double() - (u[:, :rank] * s[:rank]).double() @ v[:rank].double()).norm()
    ours = (table.double() - factors.left.double() @ factors.right.double()).norm()
    assert float(ours) <= float(best) * (1 + 1e-5)
    assert found.relative_error(rank) == pytest.approx(float(ours / table.double().norm()), rel=1e-5)


@pytest.mark.parametrize("weighted", [False, True])
def test_a_steep_table_is_flattened_and_its_smallest_values_are_right(weighted, products):
    table = spectrum_table(gram.MANY_ROWS, 4)  # eigenvalues fall by eleven orders: in float32 alone half would drown
    generator = torch.Generator().manual_seed(1)
    weights = torch.rand(len(table), generator=generator, dtype=torch.float64) + 0.5
    weights = weights if weighted else torch.ones_like(weights)
    found = decompose(table, Metric(weights, torch.eye(D, dtype=torch.float64)))
    assert products == [torch.float32]
    values, vectors = torch.linalg.eigh(exact(table, weights))
    torch.testing.assert_close(found.energies.sqrt(), values.flip(0).sqrt(), rtol=1e-3, atol=0)
    for rank in (1, 4, 8, 20):
        kept = vectors[:, -rank:]
        rows = table.double() * weights[:, None]
        best = (rows - rows @ kept @ kept.T).norm()
        ours = (rows - rows @ found.directions[:, :rank] @ found.inverse[:rank]).norm()
        assert float(ours) <= float(best) * (1 + 1e-5)


def test_first_rows_that_mislead_cost_a_second_pass_and_nothing_else(products):
    table = spectrum_table(gram.MANY_ROWS, 5)
    table[: gram.SAMPLE * D] = spectrum_table(gram.SAMPLE * D, 0, seed=1) * 1e-6
    found = weighted_gram(InMemory(table), torch.ones(len(table)))
    assert products == [torch.float32, torch.float64]
    torch.testing.assert_close(found, exact(table, torch.ones(len(table))), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("scale", [1e30, 1e-30])
def test_what_float32_cannot_square_is_multiplied_in_float64(scale, products):
    table = spectrum_table(gram.MANY_ROWS, 0) * scale
    found = weighted_gram(InMemory(table), torch.ones(len(table)))
    assert products == [torch.float32, torch.float64]
    torch.testing.assert_close(found / scale**2, exact(table, torch.ones(len(table))) / scale**2, rtol=1e-9, atol=1e-6)


def test_a_singular_table_is_multiplied_in_float64(products):
    table = spectrum_table(gram.MANY_ROWS, 0)
    table[:, 5] = table[:, 4]
    decompose(table, plain(len(table)))
    assert products == [torch.float32, torch.float64]


@settings(max_examples=25, deadline=None)
@given(rows=st.integers(1, 300), size=st.integers(1, 64), blocks=st.integers(1, 30), seed=st.integers(0, 99))
def test_how_it_is_cut_does_not_matter(rows, size, blocks, seed):
    table = spectrum_table(rows, 0.5, seed=seed)
    weights = torch.rand(rows, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gram, "CHUNK_ROWS", size)
        patch.setattr(gram, "BLOCKS", blocks)
        found = weighted_gram(InMemory(table), weights)
    torch.testing.assert_close(found, exact(table, weights), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
@pytest.mark.parametrize("rows", [100, gram.MANY_ROWS])
def test_a_row_with_nan_or_infinity_is_named(bad, rows):
    table = spectrum_table(rows, 0)
    table[rows - 3, 2] = bad
    with pytest.raises(VectorsError, match=f"Row {rows - 3:,} "):
        weighted_gram(InMemory(table), torch.ones(rows))


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("block", [gram.unsplit, gram.threads])
def test_overlapping_blocks_leave_torch_its_threads(block, two_threads):
    def other():
        with block():
            inside.set()
            left.wait(10)
            return torch.get_num_threads()

    inside, left = Event(), Event()
    with ThreadPoolExecutor(1) as pool:
        with block(), block():
            counted = pool.submit(other)
            assert inside.wait(10)
        assert torch.get_num_threads() == 2
        left.set()
        assert counted.result() == 1
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(torch.get_num_threads).result() == 2


def test_a_block_inside_another_changes_nothing(two_threads):
    with gram.unsplit():
        with gram.unsplit():
            pass
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 2


def test_chunks_fit_the_cache_at_any_width():
    assert chunk_rows(1) == gram.CHUNK_ROWS
    assert all(1 <= chunk_rows(width) * width <= gram.CHUNK_NUMBERS for width in (10, 300, 5_000, 16_384))
