"""Files of the user's own: the same corpus through every format, and what is found by looking."""

import csv
import gzip
import json
from functools import partial

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data import FORMATS, FileParameters, describe_file, drop_leaks, load_corpus, profile_corpus
from core.data.corpus import Corpus, Split
from core.data.files.columns import NUMBER, is_fraction
from core.data.files.read import glance_at, read_file
from core.errors import DataError, StoppedError

ROWS = [(f"text {number}, “quoted” é {number % 7}", f"c{number % 3}") for number in range(60)]
WITH_SPLITS = [(text, label, ("train", "train", "dev", "test")[n // 3 % 4]) for n, (text, label) in enumerate(ROWS)]


def write(path, rows, columns):
    """`rows` in the format that the name of `path` says."""
    plain = path.with_name(path.name.removesuffix(".gz"))
    match plain.suffix:
        case ".csv":
            with plain.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([columns, *rows])
        case ".tsv":
            plain.write_text("\n".join("\t".join(row) for row in [columns, *rows]) + "\n", encoding="utf-8")
        case ".jsonl":
            lines = (json.dumps(dict(zip(columns, row, strict=True))) for row in rows)
            plain.write_text("\n".join(lines), encoding="utf-8")
        case ".parquet":
            pd.DataFrame(rows, columns=columns).to_parquet(plain)
    if plain != path:
        path.write_bytes(gzip.compress(plain.read_bytes()))
        plain.unlink()
    return path


def read(path, **parameters):
    return read_file(path, FileParameters(**parameters), lambda fraction: None)["train"]


@pytest.mark.parametrize("packed", ["", ".gz"])
@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".parquet"])
def test_same_corpus_through_every_format(tmp_path, suffix, packed):
    reference = load_corpus(str(write(tmp_path / "reference.csv", ROWS, ["text", "label"])), seed=3)
    found = load_corpus(str(write(tmp_path / f"other{suffix}{packed}", ROWS, ["text", "label"])), seed=3)
    assert found.content_hash == reference.content_hash
    assert found.name == "other"
    assert (found.train.texts, found.classes) == (reference.train.texts, reference.classes)
    np.testing.assert_array_equal(found.test.labels, reference.test.labels)
    assert sorted(found.train.texts + found.dev.texts + found.test.texts) == sorted(text for text, _ in ROWS)


@pytest.mark.parametrize("suffix", [".csv", ".tsv.gz", ".jsonl", ".parquet"])
def test_split_column_equals_a_folder(tmp_path, suffix):
    single = write(tmp_path / f"all{suffix}", WITH_SPLITS, ["text", "label", "split"])
    folder = tmp_path / "folder"
    folder.mkdir()
    for split in ("train", "dev", "test"):
        write(folder / f"{split}{suffix}", [row[:2] for row in WITH_SPLITS if row[2] == split], ["text", "label"])
    assert load_corpus(str(single), seed=0).content_hash == load_corpus(str(folder), seed=1).content_hash
    assert load_corpus(str(tmp_path / "folder" / ".." / "folder"), seed=0).name == "folder"


plain_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
line_text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
label_text = line_text.map(str.strip).filter(bool)


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".parquet"])
@given(data=st.data())
def test_round_trip(tmp_path_factory, suffix, data):
    text = line_text if suffix == ".tsv" else plain_text
    rows = data.draw(st.lists(st.tuples(text, label_text), min_size=1, max_size=5))
    path = write(tmp_path_factory.mktemp("r") / f"x{suffix}", rows, ["text", "label"])
    found = read(path, text_column="text", label_column="label", encoding="auto" if suffix == ".parquet" else "utf-8")
    assert list(zip(found.texts, found.labels, strict=True)) == rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
def test_delimiter_and_encoding_are_found(tmp_path, delimiter, encoding):
    path = tmp_path / "x.csv"
    text = "a “café”" if encoding == "cp1252" or encoding.startswith("utf") else "a café"
    rows = ["review{0}sentiment", f'"{text}, and; more|\ttabs\r\nand a ""line"""{{0}}good', "plain one{0}bad"]
    path.write_bytes("\r\n".join(rows).format(delimiter).encode(encoding))
    found = describe_file(path, FileParameters())
    expected = {"utf-8-sig": "utf-8", "cp1252": "windows-1252"}.get(encoding, encoding)
    assert (found.encoding, found.header) == (expected, True)
    assert (found.text_column, found.label_column) == ("review", "sentiment")
    assert read(path).texts == (f'{text}, and; more|\ttabs\r\nand a "line"', "plain one")


@pytest.mark.parametrize(
    ("content", "text", "label", "header"),
    [
        ("id,phrase,kind\n1,a long enough text,x\n2,another of them,y\n3,and a third one,x\n", "phrase", "kind", True),
        ("a long text,pos\nanother one,neg\nthe third of them,pos\n", "1", "2", False),
        ("label,text\nx,y\n", "text", "label", True),
        ("1,good film indeed\n0,bad film\n1,great film\n", "2", "1", False),
        ("show me flights to rome,topic\n" + "a text,topic\nanother one,other\n" * 30, "1", "2", False),
        ("where are you,question\n" + "what is it,question\nit is this,answer\n" * 30, "1", "2", False),
        ("text,topic\n" + "a text,topic\nanother one,other\n" * 30, "text", "topic", True),
        ("topic,kind\nsome text,a\n", "kind", "topic", True),
    ],
)
def test_columns_are_guessed(tmp_path, content, text, label, header):
    (tmp_path / "x.csv").write_text(content)
    found = describe_file(tmp_path / "x.csv", FileParameters())
    assert (found.text_column, found.label_column, found.header) == (text, label, header)


def test_columns_can_be_chosen_and_formulas_stay_text(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("text,title,label,other\nt1,=1+1,l1,o1\nt2,<script>alert(1)</script>,l2,o2\n")
    found = read(path, text_column="title", label_column="other")
    assert found.texts == ("=1+1", "<script>alert(1)</script>")
    assert found.labels == ("o1", "o2")


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"text_column": "title"}, "there is no column 'title'"),
        ({"text_column": "text"}, "2 columns are called 'text'"),
        ({"encoding": "utf-16"}, "isn't utf-16 text"),
    ],
)
def test_wrong_choice_is_refused(tmp_path, parameters, sentence):
    (tmp_path / "x.csv").write_bytes(b"text,label,text\na,b,cc\n")
    with pytest.raises(DataError, match=sentence):
        read(tmp_path / "x.csv", **parameters)


def test_typed_labels_equal_written_ones(tmp_path):
    path = tmp_path / "x.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"text": ["a", "b"], "label": [1, 0], "yes": [True, False]}), path)
    assert read(path).labels == ("1", "0")
    assert read(path, label_column="yes").labels == ("true", "false")


def test_links_are_followed_and_devices_refused(tmp_path):
    write(tmp_path / "real.csv", ROWS, ["text", "label"])
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    assert len(read(tmp_path / "link.csv").texts) == len(ROWS)
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    with pytest.raises(DataError, match="isn't a file"):
        read(tmp_path / "zero.csv")


def test_reading_stops_when_progress_says_so(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"text,label\n" + b"some text,b\n" * 200_000)
    heard = []

    def progress(fraction):
        heard.append(fraction)
        if fraction > 0.4:
            raise StoppedError

    with pytest.raises(StoppedError):
        load_corpus(str(tmp_path / "x.csv"), seed=0, progress=progress)
    assert heard == sorted(heard)
    assert heard[-1] < 0.9


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ("0 1 2", ("0", "1", "2")),
        ("4.0 5.0 3.0", ("3", "4", "5")),  # pandas writes whole numbers so where one of them is missing
        ("1 1.0 2 -3.0", ("-3", "1", "2")),
        ("1.0 2.0 other", ("1.0", "2.0", "other")),
        ("1,0 2,0", ("1,0", "2,0")),
        ("1e3 2e3", ("1e3", "2e3")),
        ("v1.5 v2.5", ("v1.5", "v2.5")),
        ("1.5 2.5 other", ("1.5", "2.5", "other")),  # a word among them: they are names
        ("1.2.3 1.2.4", ("1.2.3", "1.2.4")),
    ],
)
def test_labels_that_only_look_like_measures_are_classes(tmp_path, labels, classes):
    rows = "".join(f"text {n};{label}\n" for n in range(20) for label in labels.split())
    (tmp_path / "x.csv").write_text("text;label\n" + rows)
    assert load_corpus(str(tmp_path / "x.csv"), seed=0).classes == classes


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_typed_whole_numbers_are_the_classes_that_csv_would_hold(tmp_path, suffix):
    rows = pd.DataFrame({"text": [f"text {n}" for n in range(40)], "label": [float(n % 2) for n in range(40)]})
    path = tmp_path / f"x{suffix}"
    save = rows.to_parquet if suffix == ".parquet" else partial(rows.to_json, orient="records", lines=True)
    save(path)
    assert load_corpus(str(path), seed=0).classes == ("0", "1")
    rows.loc[39, "label"] = 0.5
    save(path)
    with pytest.raises(DataError, match=r"looks like a label|a fraction"):
        load_corpus(str(path), seed=0)


def test_files_of_a_folder_may_write_whole_numbers_otherwise(tmp_path):
    (tmp_path / "train.csv").write_text("text,label\n" + "a,1.0\nb,2.0\n" * 9)
    (tmp_path / "test.csv").write_text("text,label\nc,1\nd,2\n")
    assert load_corpus(str(tmp_path), seed=0).classes == ("1", "2")


def test_a_column_of_classes_is_preferred_to_one_of_measures(tmp_path):
    (tmp_path / "x.csv").write_text("text,rating,shop\nabc,4.5,x\nabd,3.5,y\nabe,4.5,x\n")
    with pytest.raises(DataError, match=r"x\.csv: column 'rating' holds numbers with a fraction"):
        describe_file(tmp_path / "x.csv", FileParameters())
    assert describe_file(tmp_path / "x.csv", FileParameters(label_column="shop")).label_column == "shop"
    (tmp_path / "y.csv").write_text("text,rating,topic\nabc,4.5,x\nabd,3.5,y\nabe,4.5,x\n")
    assert describe_file(tmp_path / "y.csv", FileParameters()).label_column == "topic"
    (tmp_path / "z.csv").write_text("words,score,shop\nabc,4.5,x\nabd,3.5,y\nabe,4.5,x\n")
    assert describe_file(tmp_path / "z.csv", FileParameters()).label_column == "shop"


@given(st.from_regex(NUMBER, fullmatch=True))
def test_whatever_looks_like_a_number_is_one(cell):
    assert is_fraction(cell) == (not float(cell.strip().replace(",", ".")).is_integer())


@pytest.mark.parametrize("cell", ["1" * 100_000 + "x", "1" * 100_000 + ".", "-" + "," * 100_000, "1e" * 50_000])
def test_a_cell_that_begins_as_a_number_costs_one_look(cell):
    assert NUMBER.fullmatch(cell) is None or cell.endswith(".")


@pytest.mark.parametrize("component", list(FORMATS), ids=lambda component: component.name)
def test_format_describes_itself(component):
    assert component.title
    assert component.help.endswith(".")
    assert all(suffix.startswith(".") for suffix in component.build().suffixes)


def corpus_of(train, dev, test):
    splits = (Split(tuple(texts), np.array(labels)) for texts, labels in (train, dev, test))
    return Corpus("tiny", ("a", "b"), *splits)


def test_profile_counts_and_leaks_are_dropped():
    corpus = corpus_of(
        (["one two", "One  TWO", "", "three", "four", "six"], [0, 1, 0, 1, 0, 1]),
        (["four", "five"], [0, 1]),
        (["THREE", "five", "seven"], [1, 1, 0]),
    )
    found = profile_corpus(corpus)
    assert found.train.class_counts == (3, 3)
    assert (found.train.empty, found.train.duplicates, found.train.contradictions) == (1, 1, 1)
    assert (found.train_in_dev, found.train_in_test, found.dev_in_test, found.leaks) == (1, 1, 1, 3)
    assert found.rare_classes == ("a", "b")
    assert sum(found.train.length_counts) == 6
    assert found.train.length_counts[:3] == (1, 3, 2)
    clean = drop_leaks(corpus)
    assert profile_corpus(clean).leaks == 0
    assert clean.test.texts == corpus.test.texts
    assert clean.train.texts == ("one two", "One  TWO", "", "six")
    with pytest.raises(DataError, match="train has none of class 'a'"):
        drop_leaks(corpus_of((["x", "y"], [0, 1]), (["x"], [0]), (["z"], [1])))


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5])
def test_shares_of_splits_are_kept_class_by_class(tmp_path, share):
    path = write(tmp_path / "x.csv", [(f"t{n}", f"c{n % 2}") for n in range(400)], ["text", "label"])
    found = load_corpus(str(path), seed=0, parameters=FileParameters(test_share=share, dev_share=0.5))
    assert np.bincount(found.test.labels).tolist() == [200 * share] * 2
    assert len(found.train) == len(found.dev) == (400 - 400 * share) / 2


def test_splits_that_a_column_says_can_be_drawn_anew(tmp_path):
    path = write(tmp_path / "x.csv", WITH_SPLITS, ["text", "label", "split"])
    assert len(load_corpus(str(path), seed=0).test) == 15
    drawn = load_corpus(str(path), seed=0, parameters=FileParameters(split_column="none"))
    assert len(drawn.test) == 6


def test_a_format_can_be_said_against_the_name(tmp_path):
    (tmp_path / "x.dat").write_text("text\tlabel\na\t1\n")
    with pytest.raises(DataError, match="the name says no format"):
        describe_file(tmp_path / "x.dat", FileParameters())
    assert describe_file(tmp_path / "x.dat", FileParameters(format="tsv")).columns == ("text", "label")


def test_a_glance_shows_the_columns_that_nobody_can_tell_apart(tmp_path):
    (tmp_path / "x.jsonl").write_text('{"text": ["a"], "label": 0.5}\n')
    found = glance_at(tmp_path / "x.jsonl", FileParameters())
    assert found.columns == ("text", "label")
    assert (found.text_column, found.label_column) == ("", "")
    assert "no column looks like a text" in found.problem


def test_a_glance_keeps_what_is_known_where_the_rest_has_to_be_said(tmp_path):
    (tmp_path / "x.csv").write_text("text,rating\nabc,4.5\nabd,3.5\n")
    found = glance_at(tmp_path / "x.csv", FileParameters())
    assert (found.text_column, found.label_column) == ("text", "")
    assert "numbers with a fraction" in found.problem
