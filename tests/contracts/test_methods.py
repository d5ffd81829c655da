"""What every compression method must keep: sizes to the byte, packing without a trace, a whole run."""

import dataclasses
import re

import pytest
import torch
from safetensors.torch import load_file

from core.compression.fold import fold
from core.compression.methods import METHODS
from core.compression.metrics import Source
from core.config import RunConfig
from core.embeddings import DenseEmbedding
from core.errors import ConfigError
from core.models import MODELS
from core.parameters import specs
from core.pipeline import run
from core.profiling.memory import embedding_bytes, parameter_count, save_weights
from core.training.rows import RowWindow
from tests.conftest import ragged
from tests.test_pipeline import config, without_timings

V, D = 2_000, 48
EVERY = pytest.mark.parametrize("component", list(METHODS), ids=lambda component: component.name)
SIZED = [component for component in METHODS if "compression" in {spec.name for spec in specs(component.parameters)}]
EVERY_SIZED = pytest.mark.parametrize("component", SIZED, ids=lambda component: component.name)


@pytest.fixture(scope="module")
def source():
    torch.manual_seed(0)
    model = MODELS.get("lstm").build(DenseEmbedding(torch.randn(V, D)), 3, MODELS.get("lstm").parameters(units=8))
    batch = ragged([30] * 50, vocabulary=V, classes=3)
    return Source(model=model, counts=torch.bincount(batch.ids, minlength=V), train=batch, seed=0)


def chosen(component):
    return {name: value for name, value in dataclasses.asdict(component.example).items() if value is not None}


@EVERY
def test_says_what_trains(component):
    assert re.fullmatch(r"[A-Z].*\.", component.build.retrains)


@EVERY
def test_packed_gives_the_same_rows_in_as_many_bytes_as_the_formula_and_the_file(component, source, tmp_path):
    made = component.build(component.example).compress(source)
    packed = made.packed()
    batch = source.train
    for offsets in (None, batch.offsets):
        assert torch.equal(packed(batch.ids, offsets), made(batch.ids, offsets))
    assert torch.equal(packed.table(), made.table())
    assert packed.packed() is packed
    assert packed.rank == made.rank
    assert packed.macs(7) == made.macs(7) >= made.macs(7, pooled=True)
    stored = embedding_bytes(source.model.with_embedding(packed))
    assert stored == packed.formula_bytes() == made.formula_bytes()
    header = 8 + 120 * len(packed.state_dict())
    assert stored < save_weights(packed, tmp_path / "table.safetensors") <= max(1.02 * stored, stored + header)
    saved = load_file(tmp_path / "table.safetensors")
    assert all(torch.equal(saved[name], value) for name, value in packed.state_dict().items())
    again = component.build(component.example).compress(source).packed()
    for value in again.state_dict().values():
        value.zero_()
    again.load_state_dict(saved)
    assert torch.equal(again.table(), packed.table())


@EVERY
def test_folding_keeps_the_outputs_and_stores_no_more(component, source):
    model = source.model.eval()
    compressed = model.with_embedding(component.build(component.example).compress(source).packed())
    folded = fold(compressed)
    torch.testing.assert_close(folded(source.train), compressed(source.train), rtol=1e-3, atol=1e-4)
    if compressed.embedding.rank is None:
        assert folded is compressed
    else:
        assert folded.embedding.embedding_dim == compressed.embedding.rank
        assert embedding_bytes(folded) < embedding_bytes(compressed)
        assert folded.macs(20) < min(compressed.macs(20), model.macs(20))


@EVERY_SIZED
@pytest.mark.parametrize("compression", [0.5, 0.75, 0.9, 0.95, 0.98])
def test_saves_as_many_bytes_as_asked_or_says_how_many_it_can(component, compression, source):
    method = component.build(component.parameters(compression=compression))
    try:
        warnings = method.check(rows=V, width=D)
    except ConfigError as error:
        most = re.search(r"from [\d.]+% to ([\d.]+)%", str(error))
        assert float(most[1]) / 100 < compression
        with pytest.raises(ConfigError, match=re.escape(str(error))):
            method.compress(source)
        method = component.build(component.parameters(compression=float(most[1]) / 100 - 1e-3))
        compression = float(most[1]) / 100 - 2e-3
    else:
        if warnings:  # floats can't be fewer than rank 1's
            assert re.fullmatch(r"Rank 1, the smallest there is, saves .*", warnings[0])
            compression = 1 - (V + D) / (V * D)
    saved = 1 - method.compress(source).formula_bytes() / source.model.embedding.formula_bytes()
    assert saved >= compression - 1e-9


@EVERY_SIZED
def test_more_compression_never_stores_more(component):
    sizes = []
    torch.manual_seed(0)
    model = MODELS.get("dan").build(DenseEmbedding(torch.randn(200, 12)), 3, MODELS.get("dan").parameters())
    batch = ragged([30, 20], vocabulary=200, classes=3)
    small = Source(model=model, counts=torch.bincount(batch.ids, minlength=200), train=batch, seed=0)
    for compression in (0.3, 0.6, 0.7, 0.75, 0.8):
        made = component.build(component.parameters(compression=compression)).compress(small)
        sizes.append(made.formula_bytes())
    assert sizes == sorted(sizes, reverse=True)


@EVERY
@pytest.mark.parametrize("model", MODELS.names())
def test_a_whole_run(component, model, corpus_folder, tmp_path):
    own = {name: value for name, value in config(corpus_folder).to_dict().items() if name not in {"rank", "method"}}
    every = RunConfig.from_dict({**own, "model": model, "method": component.name, **chosen(component)})
    result = run(every, folder=tmp_path)
    assert result.deployed.test_accuracy == result.compressed.test_accuracy
    assert result.deployed.dev_accuracy == result.compressed.dev_accuracy
    assert result.compressed.dev_accuracy >= result.compressed.before_retraining.dev_accuracy
    assert (result.compressed.compression > 0) == component.build.compresses
    stored = load_file(tmp_path / "compressed.safetensors")
    table = [value for name, value in stored.items() if name.startswith("embedding.")]
    assert sum(value.nbytes for value in table) == result.compressed.embedding_bytes
    if component.name.startswith(("low-rank-int", "fixed-point")):
        assert {torch.uint8} <= {value.dtype for value in table}
    if model == "dan":
        assert without_timings(run(every).to_dict()) == without_timings(result.to_dict())


@EVERY
def test_compress_now_sets_the_rank_where_there_is_one(component, source):
    method = component.build(component.example).at_rank(3)
    made = method.compress(source)
    assert made.rank in {3, None}
    assert (made.rank is None) == ("rank" not in {spec.name for spec in specs(component.parameters)})


def test_numbers_that_share_a_byte_are_counted_one_by_one(source):
    bits = METHODS.get("fixed-point").build(METHODS.get("fixed-point").parameters(bits=1)).compress(source)
    factors = METHODS.get("low-rank-int4").build(METHODS.get("low-rank-int4").parameters(rank=6)).compress(source)
    dense, packed = (parameter_count(source.model.with_embedding(table)) for table in (source.model.embedding, bits))
    assert packed == dense + 2 * D
    assert factors.packed().numbers() == 6 * (V + D) + 4 * 6


@pytest.mark.parametrize(
    ("method", "options", "sentence"),
    [
        ("fixed-point", {"bits": 3}, "bits can't be 3: choose one of 8, 4, 2, 1"),
        ("fixed-point", {"bits": 16}, "choose one of 8, 4, 2, 1"),
        ("fixed-point", {"bits": 4, "compression": 0.9}, "one is enough"),
        ("fixed-point", {"per": "table"}, "choose one of column, row"),
        ("product-quantized", {"centroids": 257}, "at most 256"),
        ("product-quantized", {"subvectors": 2, "compression": 0.9}, "one is enough"),
        ("hashed", {"buckets": 2, "compression": 0.9}, "one is enough"),
        ("tensor-train", {"tt_rank": 2, "compression": 0.9}, "one is enough"),
        ("pruned-vocabulary", {"keep": 2, "compression": 0.9}, "one is enough"),
        ("random-low-rank", {"energy": 0.9}, "energy"),
        ("dense+", {"rank": 2}, "rank"),
    ],
)
def test_contradictions_are_refused(method, options, sentence):
    with pytest.raises(ConfigError, match=sentence):
        RunConfig.from_dict({"method": method, **options})


@pytest.mark.parametrize(
    ("method", "options", "sentence"),
    [
        ("product-quantized", {"subvectors": 5}, "it must divide the width 48: choose one of 1, 2, 3, 4, 6, 8, 12"),
        ("product-quantized", {"subvectors": 4, "centroids": 250}, "the table has 100 words"),
        ("hashed", {"buckets": 101}, "the table has 100 words"),
        ("pruned-vocabulary", {"keep": 100}, "must be less than 100"),
        ("tensor-train", {"tt_rank": 17}, "is exact already"),
        ("low-rank-int8", {"rank": 49}, "the rank is at most 48"),
        ("random-low-rank", {"rank": 49}, "the rank is at most 48"),
        ("low-rank-int8", {"compression": 0.999}, "this method can save from"),
    ],
)
def test_sizes_that_do_not_fit_the_table_are_refused_before_training(method, options, sentence):
    component = METHODS.get(method)
    with pytest.raises(ConfigError, match=sentence):
        component.build(component.parameters(**options)).check(rows=100, width=48)


@pytest.mark.parametrize(
    ("method", "options", "sentence"),
    [
        ("low-rank", {"rank": 40}, "above the break-even rank"),
        ("low-rank", {"compression": 0.99}, "Rank 1, the smallest there is, saves 96.9%"),
        ("hashed", {"buckets": 100}, "does not shrink"),
        ("tensor-train", {"tt_rank": 16}, "does not shrink"),
        ("pruned-vocabulary", {"keep": 99}, "does not shrink"),
        ("product-quantized", {"subvectors": 48, "centroids": 100}, "does not shrink"),
    ],
)
def test_sizes_that_may_not_be_meant_are_warned_of(method, options, sentence):
    component = METHODS.get(method)
    (warning,) = component.build(component.parameters(**options)).check(rows=100, width=48)
    assert sentence in warning


@pytest.mark.parametrize(
    ("method", "options", "sentence"),
    [
        ("low-rank", {}, "Rank 1, the smallest there is, saves 66.7% of this table, not 90.0%."),
        ("low-rank", {"energy": 0.5}, None),
        ("low-rank", {"rank": 1}, None),
        ("low-rank", {"rank": 4}, "Rank 4 is above the break-even rank of 3.0: the table grows by 33.3%."),
        ("low-rank-int8", {"rank": 4}, None),
    ],
)
def test_a_small_tables_rank_is_warned_of_at_the_default_size_too(method, options, sentence):
    component = METHODS.get(method)
    found = component.build(component.parameters(**options)).check(rows=12, width=4)
    assert found == ([sentence] if sentence else [])


def test_a_quantised_methods_break_even_rank_is_its_own():
    component, rows, width = METHODS.get("low-rank-int8"), 4, 4
    (warning,) = component.build(component.parameters(rank=4)).check(rows=rows, width=width)
    even = 4 * rows * width / (rows + width + 16)  # bytes of W by those of each rank: codes, and two ranges
    assert f"above the break-even rank of {even:.1f}: " in warning


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("low-rank", {"rank": 2}),
        ("hashed", {"buckets": 2}),
        ("product-quantized", {"subvectors": 1, "centroids": 2}),
        ("pruned-vocabulary", {"keep": 1}),
        ("fixed-point", {"compression": 0.99}),
    ],
)
def test_a_table_of_one_word_is_called_so(method, options):
    component = METHODS.get(method)
    with pytest.raises(ConfigError, match=r"\b1 word\b"):
        component.build(component.parameters(**options)).check(rows=1, width=48)


@EVERY
def test_row_parameters_narrowed_to_the_rows_in_use_give_the_same_rows(component, source):
    made = component.build(component.example).compress(source)
    wanted = made(source.train.ids).detach()
    parameters = made.row_parameters()
    with RowWindow(parameters, torch.optim.SGD(source.model.parameters())).over(source.train) as narrowed:
        assert torch.equal(made(narrowed.ids), wanted)
        assert all(len(parameter) < V for parameter in parameters)
    assert torch.equal(made(source.train.ids), wanted)
