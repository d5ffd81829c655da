"""The largest size that saves enough, against trying them all."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.compression.any_model import ObservedSource
from core.compression.methods import METHODS, pruned_vocabulary
from core.compression.size import dense_bytes, largest
from core.embeddings.fixed_point import packed_bytes
from core.embeddings.hashed import hashed_rows
from core.embeddings.pruned import pruned_bytes
from core.embeddings.quantized_low_rank import quantized_bytes
from core.errors import ConfigError

V, D = 8_101, 100
COMPRESSIONS = (0.75, 0.9, 0.95, 0.97)


@settings(max_examples=100, deadline=None)
@given(
    steps=st.lists(st.integers(0, 40), min_size=1, max_size=12),
    compression=st.floats(0.01, 0.99),
    rows=st.integers(1, 20),
)
def test_largest_is_the_last_that_fits(steps, compression, rows):
    stored = [sum(steps[: number + 1]) + 1 for number in range(len(steps))]
    fitting = [
        number for number, size in enumerate(stored) if 1 - size / dense_bytes(rows=rows, width=3) >= compression
    ]
    if fitting:
        found = largest(range(len(steps)), stored.__getitem__, compression=compression, rows=rows, width=3)
        assert stored[found] == stored[fitting[-1]]
    else:
        with pytest.raises(ConfigError, match=r"this method can save (from|nothing)"):
            largest(range(len(steps)), stored.__getitem__, compression=compression, rows=rows, width=3)


def test_a_budget_that_comes_out_even_is_used_up():
    assert largest(range(1, 101), lambda size: 40 * size, compression=0.9, rows=100, width=10) == 10


def method(name, **parameters):
    return METHODS.get(name).build(METHODS.get(name).parameters(**parameters))


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_one_more_would_be_too_much(compression):
    shape = {"rows": V, "width": D}
    budget = (1 - compression) * dense_bytes(**shape)
    cases = [
        (method("pruned-vocabulary", compression=compression).keep(**shape), lambda n: pruned_bytes(n, width=D)),
        (method("hashed", compression=compression).buckets(**shape), lambda n: 4 * D * hashed_rows(n, rows=V)),
        (
            method("low-rank-int8", compression=compression).fixed_rank(**shape),
            lambda n: quantized_bytes(n, rows=V, width=D, bits=8),
        ),
        (
            method("low-rank-int4", compression=compression).fixed_rank(**shape),
            lambda n: quantized_bytes(n, rows=V, width=D, bits=4),
        ),
    ]
    for found, stored in cases:
        assert stored(found) <= budget
        assert stored(found + 1) > budget or found == D


@pytest.mark.parametrize(("compression", "bits"), [(0.5, 8), (0.74, 8), (0.75, 4), (0.9, 2), (0.96, 1)])
def test_fixed_point_takes_the_most_bits_that_save_enough(compression, bits):
    assert method("fixed-point", compression=compression).bits(rows=V, width=D) == bits
    assert packed_bytes(V, D, bits=bits, per="column") <= (1 - compression) * dense_bytes(rows=V, width=D)


@pytest.mark.parametrize(("by", "rounds"), [("task", 3), ("count", 1), ("norm", 1)])
def test_words_are_put_in_order_again_only_where_the_shared_row_decides(by, rounds, monkeypatch):
    generator = torch.Generator().manual_seed(0)
    table, counts = torch.randn(30, 4, generator=generator), torch.randint(50, (30,), generator=generator)
    source = ObservedSource(table, counts, torch.eye(4, dtype=torch.float64), seed=0)
    mean, means = pruned_vocabulary._mean, []
    monkeypatch.setattr(pruned_vocabulary, "_mean", lambda *given: means.append(mean(*given)) or means[-1])
    made = method("pruned-vocabulary", keep=5, keep_by=by).compress(source)
    assert len(means) == rounds + 1
    if by != "task":
        kept = (counts if by == "count" else table.norm(dim=1)).argsort(descending=True, stable=True)[:5]
        assert torch.equal(made.kept, kept.sort().values)


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_product_quantisation_tells_the_most_rows_apart(compression):
    budget = (1 - compression) * dense_bytes(rows=V, width=D)
    tried = [
        centroids**subvectors
        for subvectors in range(1, D + 1)
        for centroids in range(2, 257)
        if D % subvectors == 0 and V * subvectors + 4 * centroids * D <= budget
    ]
    subvectors, centroids = method("product-quantized", compression=compression).shape(rows=V, width=D)
    assert centroids**subvectors == max(tried)
