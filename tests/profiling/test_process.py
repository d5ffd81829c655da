"""The measuring process: what it keeps, what it refuses, how it ends."""

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

import core.profiling.process
from core.artifacts import load_model
from core.config import RunConfig
from core.errors import BundleError
from core.pipeline import run
from core.profiling.process import COSTS_FILE, measure_run, read_costs
from core.profiling.texts import TEXTS, TEXTS_FILE, load_texts, save_texts
from core.profiling.torch_ao import with_torch_ao
from core.profiling.variants import TITLES, names, variants
from core.results import Costs
from tests.conftest import ragged
from tests.test_pipeline import config


@pytest.fixture
def finished(corpus_folder, tmp_path):
    """The folder of a finished run, and what it found."""
    folder = tmp_path / "run"
    folder.mkdir()
    return folder, run(config(corpus_folder), folder=folder)


def test_every_form_is_measured_and_kept_with_the_run(finished):
    folder, result = finished
    shares = []
    costs = measure_run(folder, progress=shares.append)
    assert [TITLES[cost.name] for cost in costs.models] == [
        "dense",
        "factorised, naive",
        "factorised, pool first",
        "folded",
        "fixed-point, 8 bits",
        "torch.ao, 8 bits",
    ]
    by_name = {cost.name: cost for cost in costs.models}
    for file, name in names(rank=2, pooled=True).items():
        found = getattr(result, file)
        assert by_name[name].bytes_on_disk == found.bytes_on_disk
        assert by_name[name].resident_bytes == found.resident_bytes == by_name[name].formula_bytes
        assert by_name[name].macs_counted == by_name[name].macs
    for cost in costs.models:
        assert [latency.texts for latency in cost.latencies] == [1, TEXTS]
        assert all(0 < latency.p50_ms <= latency.p95_ms for latency in cost.latencies)
    assert shares == sorted(shares)
    assert read_costs(folder) == costs == Costs.from_dict(json.loads(json.dumps(costs.to_dict())))


def test_all_forms_of_a_factorised_model_answer_alike(finished):
    folder, _ = finished
    made = variants(folder)
    texts = load_texts(folder, rows=made["dense"].embedding.num_embeddings)
    for name in ("naive", "folded"):
        torch.testing.assert_close(made[name](texts), made["pool-first"](texts), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"model": "lstm"}, ["dense", "factorised", "folded", "fixed-point"]),
        ({"method": "low-rank-int8"}, ["dense", "pool-first", "folded", "fixed-point"]),
        ({"method": "fixed-point", "bits": 4, "rank": None}, ["dense", "compressed", "fixed-point"]),
    ],
)
def test_other_models_have_the_forms_that_make_sense(options, expected, corpus_folder, tmp_path):
    own = {name: value for name, value in {"rank": 2, **options}.items() if value is not None}
    base = {name: value for name, value in config(corpus_folder).to_dict().items() if name != "rank"}
    run(RunConfig.from_dict({**base, **own}), folder=tmp_path)
    assert list(variants(tmp_path)) == expected


@pytest.mark.parametrize("model", ["dan", "lstm"])
def test_torch_in_eight_bits_answers_as_the_dense_model_does_to_within_its_rounding(model, corpus_folder, tmp_path):
    run(config(corpus_folder, model=model), folder=tmp_path)
    dense = load_model(tmp_path, "dense")
    texts = load_texts(tmp_path, rows=dense.embedding.num_embeddings)
    peer, table = with_torch_ao(dense), dense.embedding.table().detach()
    step = (table.amax(1) - table.amin(1)).max() / 255
    rows = peer.embedding(texts.ids)
    assert (rows - table[texts.ids]).abs().max() <= step
    means = peer.embedding(texts.ids, texts.offsets)
    assert (means - dense.embedding(texts.ids, texts.offsets)).abs().max() <= step
    assert (peer(texts).argmax(1) == dense(texts).argmax(1)).double().mean() > 0.98
    rows, width = table.shape
    packed = torch.ops.quantized.embedding_bag_byte_prepack(table)  # what its kernel reads
    assert peer.embedding.formula_bytes() == packed.nbytes == rows * (width + 8)


def cut_weights(folder):
    (folder / "deployed.safetensors").write_bytes(b"no such thing")


def lose_texts(folder):
    (folder / TEXTS_FILE).unlink()


def foreign_words(folder):
    kept = load_file(folder / TEXTS_FILE)
    save_file({**kept, "ids": kept["ids"] + 1_000}, folder / TEXTS_FILE)


def lose_all(folder):
    shutil.rmtree(folder)
    folder.mkdir()


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (cut_weights, r"deployed\.safetensors can't be read .* run it again"),
        (lose_texts, r"texts\.safetensors can't be read .* run it again"),
        (foreign_words, r"its texts don't fit the models"),
        (lose_all, r"dense\.safetensors: .* run it again|can't be read .* run it again"),
    ],
)
def test_a_broken_folder_is_refused_with_a_sentence(finished, damage, sentence):
    folder, _ = finished
    damage(folder)
    with pytest.raises(BundleError, match=sentence) as caught:
        measure_run(folder)
    assert "\n" not in str(caught.value)
    assert read_costs(folder) is None


def test_it_takes_no_longer_than_it_may(finished):
    folder, _ = finished
    with pytest.raises(BundleError, match=r"more than 0\.1 seconds"):
        measure_run(folder, timeout_seconds=0.1)
    assert not (folder / COSTS_FILE).exists()


def test_whoever_watches_can_stop_it(finished):
    folder, _ = finished

    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure_run(folder, progress=stop)
    assert not (folder / COSTS_FILE).exists()


def test_a_process_that_dies_without_a_word_is_a_sentence(finished, monkeypatch):
    folder, _ = finished
    monkeypatch.setattr(core.profiling.process.sys, "executable", "/bin/false")
    with pytest.raises(BundleError, match="ended with 1"):
        measure_run(folder)


def test_costs_that_cannot_be_read_are_as_good_as_none(tmp_path):
    assert read_costs(tmp_path) is None
    for content in ("", "[]", '{"tokens": 3}', '{"tokens": 3, "models": [{"name": "dense"}]}'):
        (tmp_path / COSTS_FILE).write_text(content)
        assert read_costs(tmp_path) is None


@pytest.mark.parametrize("texts", [3, TEXTS, 1_000])
def test_texts_are_drawn_evenly_from_all_of_the_split(texts, tmp_path):
    test = ragged([1 + number % 5 for number in range(texts)], vocabulary=9, classes=2)
    save_texts(test, tmp_path)
    kept = load_texts(tmp_path, rows=9)
    assert len(kept) == TEXTS
    assert abs(float(kept.lengths.double().mean()) - float(test.lengths.double().mean())) < 0.1
    assert torch.equal(kept.ids[: kept.offsets[1]], test.ids[: test.offsets[1]])
