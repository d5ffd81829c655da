"""Hashed, product-quantised, tensor-train and pruned tables against what they must equal by definition."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from core.compression.methods import METHODS
from core.compression.methods.hashed import fit_additive
from core.compression.methods.tensor_train import balanced_cover, balanced_factors, exact_rank, plan, tt_svd
from core.compression.metrics import Source
from core.embeddings import (
    DenseEmbedding,
    HashedEmbedding,
    ProductQuantizedEmbedding,
    TensorTrainEmbedding,
)
from core.models import MODELS
from tests.conftest import ragged

V, D, C = 50, 12, 3


def table(rows=V, width=D, seed=0):
    return torch.randn(rows, width, generator=torch.Generator().manual_seed(seed))


def source(weight=None, counts=None):
    torch.manual_seed(0)
    embedding = DenseEmbedding(table() if weight is None else weight)
    model = MODELS.get("dan").build(embedding, C, MODELS.get("dan").parameters())
    batch = ragged([30, 40, 20], vocabulary=V, classes=C)
    counts = torch.bincount(batch.ids, minlength=V) if counts is None else counts
    return Source(model=model, counts=counts, train=batch, seed=0)


def compress(name, given, **parameters):
    component = METHODS.get(name)
    return component.build(component.parameters(**parameters)).compress(given)


@pytest.mark.parametrize("buckets", [3, 7, 10, 49, 50])
def test_additive_tables_are_composed_exactly(buckets):
    rows = torch.arange(V)
    planted = table(buckets)[rows % buckets] + table(V, seed=1)[rows // buckets]
    found = compress("hashed", source(planted), buckets=buckets)
    torch.testing.assert_close(found.table(), planted, rtol=0, atol=1e-4)


@pytest.mark.parametrize("buckets", [4, 20])
def test_composition_is_the_weighted_least_squares_one(buckets):
    rows, weights = torch.arange(V), torch.rand(V, dtype=torch.float64) + 0.1
    design = torch.cat(
        [torch.nn.functional.one_hot(rows % buckets), torch.nn.functional.one_hot(rows // buckets)], dim=1
    ).double()
    root = weights.sqrt()[:, None]
    solved = torch.linalg.lstsq(root * design, root * table().double(), driver="gelsd").solution
    found = HashedEmbedding(*fit_additive(table(), weights, buckets=buckets), rows=V)
    torch.testing.assert_close(found.table(), (design @ solved).float(), rtol=0, atol=1e-5)


def test_no_two_words_share_both_rows():
    made = HashedEmbedding(torch.arange(7.0)[:, None], 100 * torch.arange(8.0)[:, None], rows=V)
    assert len(made.table().unique()) == V


def test_error_of_product_quantisation_is_the_inertia_of_k_means():
    made = compress("product-quantized", source(), subvectors=3, centroids=6)
    codebooks, inertia = made.codebooks.detach(), 0.0
    for number, piece in enumerate(table().chunk(3, dim=1)):
        distances = torch.cdist(piece, codebooks[number])  # (V, K)
        assert torch.equal(distances.argmin(1).to(torch.uint8), made.codes[:, number])
        inertia += float(distances.amin(1).square().sum())
        for centroid in range(6):  # where k-means stands still, each centroid is the mean of its rows
            mean = piece[made.codes[:, number] == centroid].mean(0)
            torch.testing.assert_close(codebooks[number, centroid], mean, rtol=0, atol=1e-5)
    assert float((made.table().detach() - table()).square().sum()) == pytest.approx(inertia, rel=1e-4)


def test_as_many_centroids_as_different_rows_are_exact():
    repeated = table(5).repeat(10, 1)
    made = compress("product-quantized", source(repeated), subvectors=2, centroids=8)
    torch.testing.assert_close(made.table(), repeated)


def test_codes_that_fit_no_byte_are_refused():
    with pytest.raises(ValueError, match="257 centroids"):
        ProductQuantizedEmbedding(torch.zeros(4, 1), torch.zeros(1, 257, 2))


@pytest.mark.parametrize("rank", [1, 3, 6, 10])
def test_error_of_a_tensor_train_is_within_the_tails_of_the_unfoldings(rank):
    shape = plan(rank, rows=V, width=D)
    (v1, v2, v3), (d1, d2, d3) = shape.rows, shape.columns
    padded = torch.zeros(v1 * v2 * v3, D)
    padded[:V] = table()
    found = TensorTrainEmbedding(tt_svd(table(), shape), rows=len(padded)).table().detach()
    tensor = padded.reshape(v1, v2, v3, d1, d2, d3).permute(0, 3, 1, 4, 2, 5)
    unfoldings = tensor.reshape(v1 * d1, -1), tensor.reshape(-1, v3 * d3)
    tails = [
        float(torch.linalg.svdvals(unfolding)[kept:].square().sum())
        for unfolding, kept in zip(unfoldings, shape.ranks, strict=True)
    ]
    error = float((found - padded).square().sum())
    assert max(tails) * (1 - 1e-5) <= error <= sum(tails) * (1 + 1e-5)


def test_tensor_train_of_exact_rank_is_the_identity():
    made = compress("tensor-train", source(), tt_rank=exact_rank(rows=V, width=D))
    torch.testing.assert_close(made.table(), table(), rtol=0, atol=1e-5)


def test_tensor_train_finds_a_planted_chain():
    shape = plan(3, rows=64, width=24)
    (v1, v2, v3), (d1, d2, d3), (r, s) = shape.rows, shape.columns, shape.ranks
    cores = torch.randn(v1, d1, r), torch.randn(v2, r, d2, s), torch.randn(v3, s, d3)
    planted = TensorTrainEmbedding(cores, rows=64).table().detach()
    found = TensorTrainEmbedding(tt_svd(planted, shape), rows=64)
    torch.testing.assert_close(found.table(), planted, rtol=0, atol=1e-4)
    squares = [float(core.detach().square().mean()) for core in found.parameters()]
    assert squares == pytest.approx([squares[0]] * 3, rel=1e-4)


@pytest.mark.parametrize(("rows", "cover"), [(1, (1, 1, 1)), (64, (4, 4, 4)), (65, (5, 4, 4)), (8101, (21, 20, 20))])
def test_rows_are_cut_into_three_nearly_equal_numbers(rows, cover):
    assert balanced_cover(rows) == cover
    assert cover[0] * cover[1] * cover[2] >= rows


@pytest.mark.parametrize(("width", "factors"), [(100, (4, 5, 5)), (300, (5, 6, 10)), (7, (1, 1, 7)), (1, (1, 1, 1))])
def test_columns_are_cut_into_three_nearly_equal_factors(width, factors):
    assert balanced_factors(width) == factors


def test_macs_of_a_tensor_train_are_those_that_torch_counts():
    made = compress("tensor-train", source(), tt_rank=4)
    with FlopCounterMode(display=False) as counter:
        made(torch.arange(9))
    assert counter.get_total_flops() == 2 * made.macs(9)


def test_kept_words_are_exact_and_the_rest_share_their_mean():
    counts = torch.arange(V) * 3
    made = compress("pruned-vocabulary", source(counts=counts), keep=10, keep_by="count")
    assert made.kept.tolist() == list(range(40, 50))
    assert torch.equal(made.table()[40:], table()[40:])
    weights = counts[:40].double() + 0.1
    mean = (weights[:, None] * table()[:40].double()).sum(0) / weights.sum()
    torch.testing.assert_close(made.table()[:40], mean.float().expand(40, D))


def test_norm_keeps_the_longest_rows():
    made = compress("pruned-vocabulary", source(), keep=5, keep_by="norm")
    assert set(made.kept.tolist()) == set(table().norm(dim=1).topk(5).indices.tolist())


def test_task_keeps_no_word_that_differs_where_nothing_reads():
    given = source(0.1 * table(), counts=torch.ones(V, dtype=torch.int64))
    with torch.no_grad():
        given.model.hidden[0].weight[:, D // 2 :] = 0  # nothing reads the second half of a row
        given.model.embedding.weight[:10] = 0
        given.model.embedding.weight[:10, D // 2 :] = 50.0
    by_task = compress("pruned-vocabulary", given, keep=20, keep_by="task")
    by_norm = compress("pruned-vocabulary", given, keep=20, keep_by="norm")
    assert not set(by_task.kept.tolist()) & set(range(10))
    assert set(by_norm.kept.tolist()) >= set(range(10))


def test_random_factors_have_the_tables_mean_square():
    wide = source(3 * torch.randn(V, 200))
    made = compress("random-low-rank", wide, rank=30)
    assert float(made.table().detach().square().mean()) == pytest.approx(9, rel=0.2)
    assert not torch.equal(made.left, compress("random-low-rank", source(), rank=12).left[:, :1].expand(-1, 30))
