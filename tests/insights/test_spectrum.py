"""Spectra against planted ones, NumPy's SVD and the factors' own error."""

import json

import numpy as np
import pytest
import torch

from core.compression.factorize import decompose
from core.compression.metrics import Metric
from core.data import Corpus, Split
from core.data.batch import Batch
from core.insights.opened import Texts, open_models, read_texts
from core.insights.spectrum import Spectrum, class_places, spectrum
from core.insights.tables import MIN_COUNT, Table, take_apart
from core.pipeline import run
from tests.test_pipeline import config

PLANTED = (8.0, 4.0, 2.0, 1.0)


def orthogonal(rows, columns, seed):
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(rows, columns)))[0]


def planted():
    """A table of 12 words × 4 with the singular values `PLANTED`, and where its words lie along each direction."""
    left = orthogonal(12, 4, 0)
    rows = torch.from_numpy(left @ np.diag(PLANTED) @ orthogonal(4, 4, 1).T)
    decomposition = decompose(rows, Metric(torch.ones(12, dtype=torch.float64), torch.eye(4, dtype=torch.float64)))
    tokens = ("<unk>", *(f"w{row}" for row in range(1, 12)))
    return Table(rows, tokens, None, {"plain": decomposition}), left


def texts():
    """Four texts of two classes: words 1 and 2 are of the first, words 3 and 4 of the second."""
    batch = Batch(torch.tensor([1, 2, 2, 3, 4, 3]), torch.tensor([0, 2, 3, 5, 6]), torch.tensor([0, 0, 1, 1]))
    split = Split(("a", "b", "c", "d"), batch.labels.numpy())
    return Texts(Corpus("x", ("first", "second"), split, split, split), batch, batch, torch.ones(12))


def test_planted_singular_values_come_back_with_their_energy_and_error():
    (found,) = spectrum(planted()[0], None).spectra
    assert found.singular_values == pytest.approx(PLANTED, rel=1e-9)
    squares = np.square(PLANTED)
    for rank in (1, 2, 3, 4):
        assert found.energy(rank) == pytest.approx(squares[:rank].sum() / squares.sum())
        assert found.relative_error(rank) == pytest.approx((squares[rank:].sum() / squares.sum()) ** 0.5, abs=1e-12)


def test_the_error_is_that_of_the_factors():
    table, _ = planted()
    (found,) = spectrum(table, None).spectra
    factors = table.decompositions["plain"].factors(2)
    lost = torch.linalg.norm(table.rows - factors.left.double() @ factors.right.double())
    assert found.relative_error(2) == pytest.approx(float(lost / torch.linalg.norm(table.rows)), rel=1e-5)


def test_a_direction_is_named_by_the_words_at_its_ends():
    table, left = planted()
    (found,) = spectrum(table, None).spectra
    for place, direction in enumerate(found.directions):
        order = [f"w{row}" for row in 1 + left[1:, place].argsort()]
        ends = (list(direction.low.words), list(direction.high.words))
        half = len(direction.low.words)
        planted_ends = (order[:half], order[::-1][:half])
        assert ends in (planted_ends, planted_ends[::-1])
        assert direction.low.classes == direction.high.classes == ()


def test_a_class_is_placed_by_the_mean_of_its_texts_means():
    places = torch.arange(12, dtype=torch.float64) ** 2
    means = np.array([(1 + 4) / 2, 4, (9 + 16) / 2, 9])
    expected = [(means[:2].mean() - means.mean()) / means.std(), (means[2:].mean() - means.mean()) / means.std()]
    found = class_places(places, texts())
    assert [place.name for place in found] == ["first", "second"]
    assert [place.deviation for place in found] == pytest.approx(expected)


def test_classes_stand_at_opposite_ends():
    (found,) = spectrum(planted()[0], texts()).spectra
    for direction in found.directions:
        assert {place.name for end in (direction.low, direction.high) for place in end.classes} == {"first", "second"}
        assert all(place.deviation < 0 for place in direction.low.classes)
        assert all(place.deviation > 0 for place in direction.high.classes)


def test_a_runs_spectrum_is_numpys_in_every_metric(corpus_folder, tmp_path):
    chosen = config(corpus_folder)
    result = run(chosen, folder=tmp_path)
    models = open_models(tmp_path)
    known = read_texts(chosen, result.dataset, models["dense"])
    table = take_apart(models, known, chosen)
    found = spectrum(table, known)
    assert Spectrum.from_dict(json.loads(json.dumps(found.to_dict()))) == found
    assert {each.metric for each in found.spectra} == {"plain", "frequency", "layer", "task"}
    rows, counts = table.rows.double().numpy(), known.counts.double().numpy()
    reader = models["dense"].model.get_parameter("hidden.0.weight").detach().double().numpy()
    weights = ((counts + 0.1) ** 0.25)[:, None]
    expected = {"plain": rows, "frequency": weights * rows, "layer": weights * rows @ reader.T}
    by_name = {each.metric: each.singular_values for each in found.spectra}
    for name, matrix in expected.items():
        values = np.linalg.svd(matrix, compute_uv=False)[:16]
        assert by_name[name] == pytest.approx(values, rel=1e-4, abs=1e-3 * values[0])
    assert found.frequent == int((counts[1:] >= MIN_COUNT).sum())


def test_without_texts_two_metrics_are_left(corpus_folder, tmp_path):
    chosen = config(corpus_folder)
    run(chosen, folder=tmp_path)
    models = open_models(tmp_path)
    table = take_apart(models, None, chosen)
    assert set(table.decompositions) == {"plain", "layer"}
    reader = models["dense"].model.get_parameter("hidden.0.weight").detach()
    values = torch.linalg.svdvals((table.rows @ reader.T).double())[:16]
    found = spectrum(table, None)
    assert found.spectra[1].singular_values == pytest.approx(values.tolist(), rel=1e-4, abs=1e-3 * float(values[0]))
    assert found.frequent == len(table.tokens) - 1
