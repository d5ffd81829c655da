"""From a run to a bundle, on the command line: sizes, card, agreement with the run, and every refusal."""

import errno
import io
import json
import os
import re
import stat
import sys
import zipfile

import numpy as np
import pytest
import torch

from core.bundles import export_run, load_bundle
from core.bundles import predict as script
from core.bundles.export import bundle_files
from core.bundles.files import write_files
from core.bundles.predict import Classifier
from core.cli import main
from core.commands.predict import Counter
from core.data import load_corpus
from core.embeddings import DenseEmbedding, FixedPointEmbedding, LowRankEmbedding
from core.errors import BundleError, OutputError
from core.models import MODELS
from core.profiling.memory import parameter_count
from core.runs.store import RunStore
from core.runs.worker import execute
from tests.bundles.making import LEFT, lines_of, model_of, predict_py
from tests.test_pipeline import config

OVERHEAD_BYTES = 24 * 1024
"""At most what README.md, predict.py, config.json and the header of model.safetensors take together, for classes whose
names have no more than 4 kB; model.onnx and vocabulary.txt not counted. The rest is numbers."""


def finished(folder, **options):
    store = RunStore()
    run = store.create(config(folder, **options))
    return store, run, execute(store, run)


@pytest.mark.parametrize("model", ["cnn", "dan", "lstm"])
def test_three_ways_to_run_it_agree_on_the_whole_test_set(model, corpus_folder, tmp_path):
    onnx = pytest.importorskip("tests.bundles.test_onnx")
    store, run, result = finished(corpus_folder, model=model)
    test = load_corpus(str(corpus_folder), seed=0).test
    (corpus_folder / "train.tsv").unlink()  # a run needs its data no longer
    folder = export_run(store, run, tmp_path / "bundle", onnx=True)
    loaded = load_bundle(folder)
    found = loaded.probabilities(test.texts).numpy()
    for other in (Classifier(folder).probabilities(test.texts), onnx.answers(folder, test.texts)):
        np.testing.assert_allclose(other, found, rtol=0, atol=1e-4)
        assert (other.argmax(1) == found.argmax(1)).all()
    assert float((found.argmax(1) == test.labels).mean()) == result.deployed.test_accuracy


@pytest.mark.parametrize(
    ("kind", "table"),
    [
        ("dense", DenseEmbedding),
        ("fixed-point", lambda weight: FixedPointEmbedding(weight, bits=4, per="column")),
        ("low-rank", lambda weight: LowRankEmbedding(weight[:, :10], torch.ones(10, 50))),
    ],
)
@pytest.mark.parametrize("model", ["cnn", "dan", "lstm"])
def test_a_bundle_weighs_its_formula(kind, table, model, tmp_path):
    rows = 50_000
    component = MODELS.get(model)
    made = component.build(table(torch.randn(rows, 50)), 3, component.example)
    left = type(LEFT)(classes=LEFT.classes, tokens=tuple(f"w{row}" for row in range(rows)), max_tokens=9, models={})
    files = bundle_files(made, left, card="A card.\n")
    write_files(tmp_path / "bundle", files)
    loaded = load_bundle(tmp_path / "bundle")
    table_bytes = loaded.model.embedding.formula_bytes()
    formula = table_bytes + 4 * (parameter_count(loaded.model) - loaded.model.embedding.numbers())
    on_disk = sum(path.stat().st_size for path in (tmp_path / "bundle").iterdir())
    vocabulary = (tmp_path / "bundle" / "vocabulary.txt").stat().st_size
    assert formula < on_disk - vocabulary <= 1.02 * formula + OVERHEAD_BYTES
    numbers = (tmp_path / "bundle" / "model.safetensors").stat().st_size
    assert formula < numbers <= 1.02 * formula
    if kind == "low-rank":
        assert table_bytes == 4 * rows * 10, "folded"


def test_what_is_not_numbers_stays_below_the_stated_constant(corpus_folder, tmp_path):
    store, run, _ = finished(corpus_folder)
    folder = export_run(store, run, tmp_path / "bundle")
    rest = [path for path in folder.iterdir() if path.name not in {"model.safetensors", "vocabulary.txt"}]
    assert sum(path.stat().st_size for path in rest) < OVERHEAD_BYTES - 8 * 1024  # its own header, and names of classes


def test_the_command_line_exports_and_predicts(corpus_folder, tmp_path, capsys, monkeypatch):
    _, run, result = finished(corpus_folder, compression=0.9, rank=None)
    monkeypatch.chdir(tmp_path)
    assert main(["export", run]) == 0
    folder = tmp_path / f"tiny-dan-low-rank-{run}"
    assert str(folder.name) in capsys.readouterr().out
    assert stat.S_IMODE((folder / "predict.py").stat().st_mode) == 0o644
    card = (folder / "README.md").read_text(encoding="utf-8")
    low, high = result.deployed.test_interval
    assert f"{result.deployed.test_accuracy:.1%} | {low:.1%}–{high:.1%}" in card
    assert f"{result.dense.test_accuracy:.1%}" in card
    assert "McNemar" in card
    assert "not known to Ranklens" in card
    assert str(tmp_path) not in card + (folder / "config.json").read_text(), "no path of the machine it was made on"
    assert main(["export", run, "--out", "small.zip"]) == 0
    capsys.readouterr()
    (tmp_path / "texts.txt").write_bytes("\ufeffw1 lovely\r\n\nw2 aw’ful dull\n".encode())
    assert main(["predict", "small.zip", "--input", "texts.txt"]) == 0
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["text"] for each in printed] == ["w1 lovely", "", "w2 aw’ful dull"]
    assert [printed[0]["label"], printed[2]["label"]] == ["positive", "negative"]
    assert list(printed[0]) == ["text", "label", "probabilities"]
    answered = lines_of(predict_py(folder, text="w1 lovely\n\nw2 aw’ful dull\n"))
    assert [each["label"] for each in answered] == [each["label"] for each in printed]
    assert main(["export", run, "--out", "half.zip", "--half"]) == 0
    assert (tmp_path / "half.zip").stat().st_size < (tmp_path / "small.zip").stat().st_size
    card = zipfile.ZipFile(tmp_path / "half.zip").read("README.md").decode()
    assert re.search(r"in half precision \(16 bits\), \d kB instead of \d+, .* Of 256 test texts", card, re.DOTALL)
    capsys.readouterr()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"bad poor")))
    assert main(["predict", str(folder)]) == 0
    assert json.loads(capsys.readouterr().out)["label"] == "negative"


def error_of(arguments, capsys):
    assert main(arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("Error: ")
    return line


def test_refusals_are_one_line(corpus_folder, tmp_path, capsys):
    store = RunStore()
    assert "no run 'nonsense'" in error_of(["export", "nonsense"], capsys)
    queued = store.create(config(corpus_folder))
    assert "is queued, and only one that is done" in error_of(["export", queued], capsys)
    _, run, _ = finished(corpus_folder)
    (tmp_path / "there").mkdir()
    assert "exists already" in error_of(["export", run, "--out", str(tmp_path / "there")], capsys)
    assert "doesn't exist; make it first" in error_of(["export", run, "--out", str(tmp_path / "no" / "x.zip")], capsys)
    assert "there is no such bundle" in error_of(["predict", str(tmp_path / "nothing")], capsys)
    bundle = export_run(store, run, tmp_path / "bundle")
    assert "No such file" in error_of(["predict", str(bundle), "--input", str(tmp_path / "nothing")], capsys)
    (tmp_path / "latin").write_bytes(b"fine\ncaf\xe9\n")
    assert main(["predict", str(bundle), "--input", str(tmp_path / "latin")]) == 2
    assert "latin, line 2: this isn't UTF-8" in capsys.readouterr().err
    (store.folder(run) / "models.json").unlink()
    assert "run it again" in error_of(["export", run, "--out", str(tmp_path / "other")], capsys)


def test_a_person_who_waits_sees_how_far_it_is(monkeypatch, capsys):
    counter = Counter()
    counter.show(3)
    counter.close()
    assert capsys.readouterr().err == "", "nobody watches"
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    counter = Counter()
    counter.show(3)
    assert capsys.readouterr().err == "", "it has only begun"
    monkeypatch.setattr("core.commands.predict.QUIET_SECONDS", -1.0)
    counter.show(1234)
    counter.close()
    assert capsys.readouterr().err == "\r1,234 texts\n"


def test_an_interrupt_is_exit_code_130(tmp_path, monkeypatch, capsys):
    def interrupted(path):
        raise KeyboardInterrupt

    monkeypatch.setattr("core.commands.predict.load_bundle", interrupted)
    assert main(["predict", str(tmp_path)]) == 130
    assert "Interrupted" in capsys.readouterr().err


def test_a_model_that_the_script_does_not_know_is_refused(monkeypatch):
    monkeypatch.delitem(script.MODELS, "lstm")
    with pytest.raises(BundleError, match="can't run the model 'lstm' yet; it knows cnn, dan"):
        bundle_files(model_of("lstm-mean"), LEFT, card="")


@pytest.mark.parametrize("name", ["bundle", "bundle.zip"])
def test_a_failed_export_leaves_nothing_and_speaks_of_its_own_path(name, tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    told = rf"{re.escape(str(tmp_path / name))} can't be written \(No space left on device\): .* another path"
    with pytest.raises(OutputError, match=told):
        write_files(tmp_path / name, {"README.md": b""})
    assert not list(tmp_path.iterdir())


def test_what_is_exported_has_the_permissions_that_the_umask_gives(tmp_path):
    before = os.umask(0o027)
    try:
        for name in ("bundle", "bundle.zip"):
            write_files(tmp_path / name, {"README.md": b""})
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("bundle", "bundle/README.md", "bundle.zip")]
    assert modes == [0o750, 0o640, 0o640]


def test_a_target_that_cannot_be_written_is_refused_before_the_model_is_read(corpus_folder, tmp_path, monkeypatch):
    store, run, _ = finished(corpus_folder)
    monkeypatch.setattr("core.bundles.export.load_model", lambda *_: pytest.fail("it was read"))
    for target in (tmp_path, tmp_path / "nowhere" / "bundle.zip"):
        with pytest.raises(OutputError):
            export_run(store, run, target)
