"""Neighbours, errors and maps against NumPy and scikit-learn."""

import json

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from sklearn.metrics.pairwise import cosine_similarity

from core.compression.factorize import decompose
from core.compression.metrics import Metric
from core.insights.kept_words import LISTED_WORDS, KeptWords, keep_words
from core.insights.kept_words import MAP_WORDS as KEPT_MAP
from core.insights.tables import Table
from core.insights.words import (
    MAP_WORDS,
    NEIGHBOURS,
    Lens,
    Words,
    bands,
    furthest,
    lens,
    neighbours,
    principal_axes,
    relative_errors,
    word_map,
    words,
)

ROWS, WIDTH = 400, 6


@pytest.fixture
def seen():
    generator = torch.Generator().manual_seed(0)
    rows = torch.randn(ROWS, WIDTH, generator=generator) * torch.tensor([5.0, 4.0, 3.0, 2.0, 1.0, 0.5])
    rows[7] = 0
    mixing = torch.randn(WIDTH, WIDTH, generator=generator).double()
    metric = Metric(torch.ones(ROWS, dtype=torch.float64), mixing @ mixing.T)
    counts = torch.arange(ROWS, 0, -1)
    tokens = ("<unk>", *(f"w{row}" for row in range(1, ROWS)))
    return lens(Table(rows, tokens, counts, {"own": decompose(rows, metric)}), "own"), mixing


def test_a_cut_table_is_the_product_of_the_factors_of_that_rank(seen):
    made, _ = seen
    for rank in (1, 3, WIDTH):
        factors = made.table.decompositions["own"].factors(rank)
        torch.testing.assert_close(made.cut(rank), factors.left @ factors.right, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(made.cut(WIDTH), made.table.rows, rtol=1e-3, atol=1e-3)


def test_neighbours_are_those_of_the_largest_cosine(seen):
    made, _ = seen
    compressed = made.table.rows.flip(1)
    for own, found in zip((5, 2), neighbours(made, compressed, rank=2, rows=(5, 2)), strict=True):
        assert found.word == f"w{own}"
        for near, table in ((found.dense, made.table.rows), (found.cut, made.cut(2)), (found.compressed, compressed)):
            cosines = cosine_similarity(table.numpy()[own : own + 1], table.numpy())[0]
            order = [row for row in np.argsort(-cosines) if row not in (0, own)][:NEIGHBOURS]
            assert [each.cosine for each in near] == pytest.approx(cosines[order], abs=1e-5)
            assert [each.word for each in near] == [f"w{row}" for row in order]
    assert [each.word for each in found.compressed] == [each.word for each in found.dense]


def test_errors_are_relative_norms_in_every_direction_or_as_the_metric_weighs_them(seen):
    made, mixing = seen
    rows, cut = made.table.rows.double().numpy(), made.cut(2).double().numpy()
    for weighted, matrix in ((False, np.eye(WIDTH)), (True, mixing.numpy())):
        expected = np.linalg.norm((rows - cut) @ matrix, axis=1) / np.linalg.norm(rows @ matrix, axis=1).clip(1e-30)
        found = relative_errors(made, 2, weighted=weighted)
        assert found[7] == 0
        np.testing.assert_allclose(found, expected, rtol=2e-3, atol=1e-4)
    assert relative_errors(made, WIDTH, weighted=True).max() == 0


def test_bands_hold_every_word_once_in_the_order_of_frequency(seen):
    made, _ = seen
    found = bands(made, 2, weighted=False)
    assert [(band.first, band.last) for band in found] == [(1, 100), (101, 300), (301, ROWS - 1)]
    assert found[0].counts == (ROWS - 1, ROWS - 100)
    errors = relative_errors(made, 2, weighted=False).numpy()
    assert found[1].spread == pytest.approx(np.quantile(errors[101:301], (0.05, 0.25, 0.5, 0.75, 0.95)), rel=1e-4)
    assert found[1].worst[0].error == pytest.approx(errors[101:301].max())
    assert found[1].worst[0].word == f"w{101 + errors[101:301].argmax()}"


def test_the_map_is_a_principal_component_analysis_of_the_dense_rows_and_keeps_its_axes(seen):
    made, _ = seen
    axes = principal_axes(made.table)
    rows = made.table.rows[1 : MAP_WORDS + 1].numpy()
    pca = PCA(2, svd_solver="full").fit(rows)
    assert axes.variance == pytest.approx(pca.explained_variance_ratio_, rel=1e-4)
    found = word_map(made, axes, rank=2)
    for which, table in (("dense", made.table.rows), ("cut", made.cut(2))):
        expected = pca.transform(table[1 : MAP_WORDS + 1].numpy())
        places = np.array([getattr(place, which) for place in found.places])
        signs = np.sign((places * expected).sum(0))
        np.testing.assert_allclose(places * signs, expected, rtol=1e-3, atol=1e-3)


def test_any_word_can_be_put_on_the_map(seen):
    made, _ = seen
    axes = principal_axes(made.table)
    (place,) = word_map(made, axes, rank=2, rows=torch.tensor([390])).places
    assert place.word == "w390"
    full = word_map(made, axes, rank=WIDTH, rows=torch.tensor([390])).places[0]
    assert full.cut == pytest.approx(place.dense, abs=1e-3)


def test_what_is_recorded_survives_json(seen):
    made, _ = seen
    found = words(made, made.cut(3), rank=2)
    assert Words.from_dict(json.loads(json.dumps(found.to_dict()))) == found
    assert [each.word for each in found.neighbours] == [place.word for place in furthest(found.map)]
    assert found.neighbours[0].compressed != found.neighbours[0].dense


def test_the_cut_table_is_written_out_for_all_words_at_once(seen, monkeypatch):
    made, cut, whole = seen[0], Lens.cut, []

    def counted(self, rank, rows=slice(None)):
        whole.extend([rows] if isinstance(rows, slice) else [])
        return cut(self, rank, rows)

    monkeypatch.setattr(Lens, "cut", counted)
    words(made, made.table.rows, rank=2)
    assert len(whole) == 2  # for neighbours and for errors


def test_kept_words_are_those_of_every_rank_but_for_their_last_digits(seen):
    made, _ = seen
    compressed = made.cut(3)
    kept = keep_words(made, compressed, rank=2)
    kept = KeptWords.from_dict(json.loads(json.dumps(kept.to_dict())))
    assert kept.ranks == (1, 2, 3, 4, 5, 6)
    for rank in kept.ranks:
        told, found = kept.at(rank), words(made, compressed, rank=rank, mapped=KEPT_MAP, listed=LISTED_WORDS)
        assert told.rank == rank
        assert len(told.neighbours) == LISTED_WORDS
        for mine, other in zip(told.neighbours, found.neighbours, strict=True):
            assert [near.word for near in mine.cut] == [near.word for near in other.cut]
            assert [near.cosine for near in mine.cut] == pytest.approx([near.cosine for near in other.cut], rel=1e-2)
            assert (mine.word, mine.dense, mine.compressed) == (other.word, other.dense, other.compressed)
        for mine, other in zip(told.map.places, found.map.places, strict=True):
            assert (mine.word, mine.dense) == (other.word, other.dense)
            assert mine.cut == pytest.approx(other.cut, rel=1e-2)
        for mine, other in zip(told.bands + told.weighted_bands, found.bands + found.weighted_bands, strict=True):
            assert [hurt.word for hurt in mine.worst] == [hurt.word for hurt in other.worst]
            assert mine.spread == pytest.approx(other.spread, rel=1e-2, abs=1e-6)
            assert (mine.first, mine.last, mine.counts) == (other.first, other.last, other.counts)


def test_a_tiny_table_has_as_many_neighbours_as_it_can():
    rows = torch.eye(3)
    metric = Metric(torch.ones(3, dtype=torch.float64), torch.eye(3, dtype=torch.float64))
    made = lens(Table(rows, ("<unk>", "a", "b"), None, {"plain": decompose(rows, metric)}), "plain")
    assert [each.word for each in neighbours(made, rows, rank=1, rows=[1])[0].dense] == ["b"]
    assert bands(made, 1, weighted=False)[0].counts == ()
