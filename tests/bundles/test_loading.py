"""Bundles that were altered, cut off, or made to do harm: one sentence each, and nothing left behind."""

import dataclasses
import hashlib
import json
import random
import stat
import struct
import zipfile

import pytest
import torch
from safetensors.torch import save

from core.bundles import files as limits
from core.bundles import load_bundle
from core.bundles.export import bundle_files
from core.bundles.files import write_files, zipped
from core.data.files.read import MAX_CLASSES, MAX_LABEL
from core.embeddings import DenseEmbedding
from core.errors import BundleError
from core.models import MODELS
from core.models.dan import DanParameters
from tests.bundles.making import LEFT, TEXTS, model_of, write

FILES = bundle_files(model_of("dan", "product-quantized"), LEFT, card="A card.\n")


def changed(**parts):
    """The files, with parts of config.json changed and its hashes made to fit: an attacker's, not an accident's."""
    others = {name: parts.pop(name, content) for name, content in FILES.items() if name != "config.json"}
    config = {**json.loads(FILES["config.json"]), **parts}
    config["files"] = {name: hashlib.sha256(content).hexdigest() for name, content in others.items()}
    return {"config.json": json.dumps(config).encode(), **others}


def weights(**tensors):
    return {"model.safetensors": save({**model_of("dan", "product-quantized").state_dict(), **tensors})}


NO_CLASSES = {"output.weight": torch.zeros(0, 7), "output.bias": torch.zeros(0)}


def test_folder_and_zip_give_the_same_answers(tmp_path):
    model = model_of("lstm-mean", "low-rank-int8")
    folder, archive = write(tmp_path / "bundle", model), write(tmp_path / "bundle.zip", model)
    one, other = load_bundle(folder), load_bundle(archive)
    assert torch.equal(one.probabilities(TEXTS), other.probabilities(TEXTS))
    assert one.tokens == other.tokens == LEFT.tokens
    assert one.classes == LEFT.classes
    assert not one.model.training
    assert zipfile.ZipFile(archive).testzip() is None
    assert archive.read_bytes() == write(tmp_path / "again.zip", model).read_bytes()


def test_as_many_and_as_long_classes_as_there_may_be_come_back(tmp_path):
    drawn = random.Random(0)
    characters = "".join(map(chr, range(0x20000, 0x2A000)))  # of four bytes each
    classes = tuple("".join(drawn.choices(characters, k=MAX_LABEL)) for _ in range(MAX_CLASSES))
    dense = DenseEmbedding(torch.zeros(len(LEFT.tokens), 2))
    model = MODELS.get("dan").build(dense, len(classes), DanParameters(hidden="")).eval()
    left = dataclasses.replace(LEFT, classes=classes)
    files = bundle_files(model, left, card=", ".join(classes))
    assert len(files["config.json"]) < 4.1 * MAX_LABEL * MAX_CLASSES
    for name in ("bundle", "bundle.zip"):
        write_files(tmp_path / name, files)
        assert load_bundle(tmp_path / name).classes == classes


@pytest.mark.parametrize("name", ["model.safetensors", "vocabulary.txt", "README.md", "predict.py"])
@pytest.mark.parametrize("where", ["folder", "zip"])
def test_a_changed_byte_or_a_missing_file_is_named(name, where, tmp_path):
    content = bytearray(FILES[name])
    content[len(content) // 2] ^= 1
    target = tmp_path / f"bundle{'.zip' if where == 'zip' else ''}"
    write_files(target, {**FILES, name: bytes(content)})
    with pytest.raises(BundleError, match=rf"{name} isn't the file that was exported"):
        load_bundle(target)
    other = tmp_path / f"other{'.zip' if where == 'zip' else ''}"
    write_files(other, {key: value for key, value in FILES.items() if key != name})
    with pytest.raises(BundleError, match=rf"other.*{name} is missing"):
        load_bundle(other)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (changed(schema=99), "schema 99, and 1 is known here; update"),
        (changed(schema=None), "schema None"),
        (changed(classes=["one", "two"]), r"'output\.\w+' are \(3,"),
        (changed(classes=[], **weights(**NO_CLASSES)), "classes aren't two or more different names"),
        (changed(classes=["x", "x", "y"]), "classes aren't two or more different names"),
        (changed(classes="abc"), "classes isn't a list of names"),
        (changed(classes=None), "can't be used"),
        (changed(tokenizer={"rule": "other", "max_tokens": 3}), "the tokenizer is 'other'"),
        (changed(tokenizer={"rule": "penn-treebank-folded", "max_tokens": -1}), "max_tokens is -1"),
        (changed(tokenizer={"rule": "penn-treebank-folded", "max_tokens": 9, "cjk": 1}), "cjk is 1"),
        (changed(tokenizer=3), "can't be used"),
        (changed(model={"kind": "transformer"}), "choose one of cnn, dan, lstm"),
        (changed(embedding={"kind": "dense", "rows": 60, "width": 12}), "surplus 'embedding.codebooks'"),
        (changed(embedding={"kind": "dense", "rows": 10**15, "width": 12}), "weights"),
        (changed(**{"vocabulary.txt": b"<unk>\na\n"}), "2 lines, and the table 60 rows"),
        (changed(**{"vocabulary.txt": b"\xff\n"}), "vocabulary.txt can't be read"),
        (changed(**{"model.safetensors": b"\x80\x02}q\x00."}), "model.safetensors can't be read"),
        (changed(**{"model.safetensors": struct.pack("<Q", 1 << 60) + b"{}"}), "model.safetensors can't be read"),
        (changed(**weights(more=torch.zeros(3))), "surplus 'more'"),
        (changed(**weights(**{"output.bias": torch.zeros(4)})), r"'output.bias' are \(4,\)"),
        (changed(**weights(**{"output.bias": torch.full((3,), torch.nan)})), "NaN"),
        ({**FILES, "config.json": "".join(f"[{n}," for n in range(50_000)).encode()}, "isn't that of a bundle"),
        ({**FILES, "config.json": b"\xff"}, "isn't that of a bundle"),
        ({**FILES, "config.json": b"{}"}, "isn't that of a bundle"),
        ({**FILES, "config.json": b'{"schema": 1}'}, "can't be used"),
        ({**FILES, "config.json": random.Random(0).randbytes((4 << 20) + 1)}, "4,194,304 are allowed"),
    ],
)
@pytest.mark.parametrize("where", ["bundle", "bundle.zip"])
def test_what_does_not_fit_is_refused(files, sentence, where, tmp_path):
    write_files(tmp_path / where, files)
    with pytest.raises(BundleError, match=sentence) as refused:
        load_bundle(tmp_path / where)
    assert str(tmp_path / where) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_code_without_a_centroid_is_found_at_once(tmp_path):
    codes = torch.full_like(model_of("dan", "product-quantized").embedding.codes, 255)
    write_files(tmp_path / "bundle", changed(**weights(**{"embedding.codes": codes})))
    with pytest.raises(BundleError, match="the table can't be read"):
        load_bundle(tmp_path / "bundle")


def evil_zip(path, *, name="evil", content=b"x", mode=0, deflate=False):
    path.write_bytes(zipped(FILES))
    with zipfile.ZipFile(path, "a") as archive:
        member = zipfile.ZipInfo(name)
        member.external_attr = mode << 16
        archive.writestr(member, content, zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED)
    return path


@pytest.mark.parametrize(
    ("member", "sentence"),
    [
        ({"name": "../outside.txt"}, r"member '\.\./outside\.txt', which no bundle has"),
        ({"name": "/etc/cron.d/evil"}, "no bundle has"),
        ({"name": "C:\\evil"}, "no bundle has"),
        ({"name": "sub/config.json"}, "no bundle has"),
        ({"name": "code.pkl"}, "no bundle has"),
        ({"name": "model.onnx", "content": b"/etc/passwd", "mode": stat.S_IFLNK | 0o777}, "isn't a plain file"),
        ({"name": "model.onnx", "content": bytes(10**6), "deflate": True}, "1,000,000 bytes, over 100 times"),
        ({"name": "model.onnx"}, r"model\.onnx is not in config\.json"),
    ],
)
def test_a_zip_that_means_harm_is_refused(member, sentence, tmp_path):
    path = evil_zip(tmp_path / "bundle.zip", **member)
    with pytest.raises(BundleError, match=sentence):
        load_bundle(path)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_may_be_there_once(tmp_path):
    with pytest.raises(BundleError, match="no bundle has"):
        load_bundle(evil_zip(tmp_path / "bundle.zip", name="config.json"))


def test_a_zip_that_holds_too_much_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "MOST_BYTES", 1000)
    monkeypatch.setattr(zipfile.ZipFile, "read", None)
    path = write(tmp_path / "bundle.zip")
    with pytest.raises(BundleError, match="bytes, and 1,000 are allowed"):
        load_bundle(path)


def test_a_zip_that_is_none_or_cut_off_or_encrypted_is_refused(tmp_path):
    path = tmp_path / "bundle.zip"
    with pytest.raises(BundleError, match="there is no such bundle"):
        load_bundle(path)
    path.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(BundleError, match="isn't a whole zip"):
        load_bundle(path)
    whole = zipped(FILES)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BundleError, match="isn't a whole zip"):
        load_bundle(path)
    damaged = bytearray(whole)
    damaged[300] ^= 0xFF
    path.write_bytes(damaged)
    with pytest.raises(BundleError, match=r"bundle\.zip"):
        load_bundle(path)
    locked = bytearray(whole)
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(locked)
    with pytest.raises(BundleError, match="is encrypted"):
        load_bundle(path)


def test_a_link_in_a_folder_is_refused(tmp_path):
    folder = write(tmp_path / "bundle")
    (folder / "README.md").unlink()
    (folder / "README.md").symlink_to("/etc/passwd")
    with pytest.raises(BundleError, match=r"README\.md isn't a plain file"):
        load_bundle(folder)


def test_files_of_others_in_a_folder_are_left_alone(tmp_path):
    folder = write(tmp_path / "bundle")
    (folder / "__pycache__").mkdir()
    (folder / ".DS_Store").write_text("")
    assert load_bundle(folder).classes == LEFT.classes
