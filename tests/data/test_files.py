"""Files of the user's own: the same corpus through every format, what is found by looking, and a hostile zoo."""

import csv
import gzip
import json
import tracemalloc

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data import FORMATS, FileParameters, describe_file, drop_leaks, load_corpus, profile_corpus
from core.data.adding import Addition, add
from core.data.corpus import Corpus, Split
from core.data.files import source as source_module
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


HEAD = b"text,label\n"
ZOO = {
    "header only": ("x.csv", HEAD, "the train split is empty"),
    "one class": ("x.csv", HEAD + b"a,b\n" * 30, "every text has the label 'b'"),
    "list label": ("x.jsonl", b'{"text":"a","label":["x"]}\n', "no column looks like a label"),
    "later list label": (
        "x.jsonl",
        b'{"text":"a","label":"x"}\n' * 2_000 + b'{"text":"a","label":["x"]}',
        "2,001.*a list",
    ),
    "later float label": ("x.jsonl", b'{"text":"a","label":"x"}\n' * 2_000 + b'{"text":"a","label":0.5}', "a fraction"),
    "empty": ("x.csv", b"", "the file is empty"),
    "blank": ("x.csv", b"\n\n", "empty lines only"),
    "one column": ("x.csv", b"text\na\nb\n", "one column only"),
    "png": ("x.csv", b"\x89PNG\r\n\x1a\n\0\0", "a PNG image"),
    "xlsx": ("x.csv", b"PK\x03\x04\0\0", "an Office file"),
    "odd utf-16": ("x.csv", "text,label\na,b\nc,d\n".encode("utf-16") + b"e", "row 4: this isn't UTF-16 text"),
    "lone utf-16": ("x.csv", "text,label\na,b\n".encode("utf-16") + b"\x00\xd8,\x00b\x00", "row 3: this isn't UTF-16"),
    "nul": ("x.csv", HEAD + b"a,b\na\0b,c\n", "line 3: there is a NUL byte"),
    "ragged": ("x.csv", HEAD + b"a,b\na,b,c\n", "row 3: 3 columns where the header has 2"),
    "invalid": ("x.csv", HEAD + b"some text,b\n" * 51_232 + b"\xff,x\n", "row 51,234: this isn't UTF-8"),
    "invalid json": ("x.jsonl", b'{"text":"a","label":"b"}\n' * 51_233 + b'{"text":"\xff"}', "row 51,234: this isn't"),
    "quote": ("x.csv", HEAD + b'a,b\n"a,b\nc,d\n', "row 3 .line 3.: its quotes"),
    "long line": ("x.csv", HEAD + b"a" * 50_000_000, "line 2: more than 1,000,000 characters"),
    "long quoted": ("x.csv", HEAD + b'"' + b"a\n" * 600_000, "row 2 .*field larger"),
    "no label": ("x.csv", HEAD + b"a, \n", "row 2: the label is empty"),
    "no header json": ("x.jsonl", b"[1]\n", "row 1: this isn't an object"),
    "no json": ("x.jsonl", b"hello\n", "row 1: this isn't JSON"),
    "deep json": ("x.jsonl", b'{"text":' + b"[" * 400_000, "row 1: this isn't JSON"),
    "big number": ("x.jsonl", b'{"text":' + b"1" * 9_000 + b',"label":1}', "row 1: this isn't JSON"),
    "float label": ("x.jsonl", b'{"text":"a","label":0.5}\n', "no column looks like a label"),
    "ratings": ("x.csv", HEAD + b"a,4.5\nb,3.25\n", "column 'label' holds numbers with a fraction, such as 4.5"),
    "ratings in tsv": (
        "x.tsv",
        b"text\tlabel\na\t5\nb\t-.5\n",
        "column 'label' holds numbers with a fraction, such as -.5",
    ),
    "decimal commas": ("x.csv", b"text;rating\na;4,0\nb;3,5\n", "column 'rating' holds numbers.*such as 3,5"),
    "ratings in words": (
        "x.jsonl",
        b'{"text":"a","label":"1"}\n{"text":"b","label":"1e-3"}\n',
        "such as 1e-3, which rate",
    ),
    "later rating": (
        "x.csv",
        HEAD + b"a,1\nb,2\n" * 1_000 + b"c,2.5\n",
        "row 2,002: column 'label' holds.*such as 2.5",
    ),
    "nested": ("x.jsonl", b'{"text":"a","label":"x"}\n' * 2_000 + b'{"text":["a"],"label":"x"}', "row 2,001.*a list"),
    "missing key": ("x.jsonl", b'{"text":"a","label":"x"}\n{"text":"a"}\n', "row 2: the key 'label' is missing"),
    "surrogate": ("x.jsonl", b'{"text":"\\ud800","label":"x"}\n', "row 1.*half of a character"),
    "parquet": ("x.parquet", b"PAR1 nonsense PAR1", "can't be read as Parquet"),
    "gzip cut": ("x.csv.gz", gzip.compress(HEAD + bytes(range(256)) * 99)[:-40], "damaged or cut off"),
    "gzip of zeros": ("x.csv.gz", gzip.compress(bytes(40_000_000)), "line 1: more than 1,000,000 characters"),
    "gzip bomb": ("x.csv.gz", gzip.compress(HEAD + b"a" * 99 + b",b\n" + (b"b" * 99 + b",c\n") * 400_000), "gzip bomb"),
    "unknown name": ("x.docx", b"hello", "end it in one of"),
    "split": ("x.csv", b"text,label,split\na,b,train\n" + b"a,b,train\n" * 1_000 + b"a,b,what\n", "row 1,003: the spl"),
    "no train": ("x.csv", b"text,label,split\na,b,test\n", "no row is of the train split"),
    "classes": ("x.csv", HEAD + b"".join(b"a,%d\n" % n for n in range(10_000)), "more than 1,000 different labels"),
    "long label": ("x.csv", HEAD + b"a," + b"b" * 300 + b"\n", "row 2: the label in column 'label' has 300"),
}


@pytest.mark.parametrize("case", ZOO)
def test_hostile_file_is_refused_with_a_sentence_and_nothing_is_left_behind(tmp_path, own_home, case):
    name, content, sentence = ZOO[case]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=sentence) as caught:
        add(Addition(tmp_path / name, "mine", FileParameters()), lambda _, __: None)
    assert not list(own_home.rglob("*"))
    assert str(caught.value).endswith(".")
    assert len(str(caught.value)) < 600


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


@pytest.mark.parametrize(
    ("label", "sentence"),
    [
        (pyarrow.array([0.5, 1.0]), "no column looks like a label"),
        (pyarrow.array([["a"], ["b"]]), "no column looks like a label"),
        (pyarrow.array([{"a": 1}, {"a": 2}]), "no column looks like a label"),
        (pyarrow.array(["a", None]), "row 2: the label is empty"),
    ],
)
def test_parquet_labels_of_other_kinds_are_refused(tmp_path, label, sentence):
    path = tmp_path / "x.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"text": ["a", "b"], "label": label}), path)
    with pytest.raises(DataError, match=sentence):
        read(path)
    if "looks" in sentence:
        with pytest.raises(DataError, match="column 'label': it holds values of type"):
            read(path, label_column="label")


def test_parquet_bomb_of_one_long_value_is_refused_unexpanded(tmp_path):
    path = tmp_path / "x.parquet"
    texts = pyarrow.DictionaryArray.from_arrays(np.zeros(10_000, np.int32), ["a" * 900_000])
    pyarrow.parquet.write_table(pyarrow.table({"text": texts, "label": ["x"] * 10_000}), path)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(DataError, match="unpacks to more than"):
        read(path)


@pytest.mark.parametrize("row", [0, 5_000])
def test_a_parquet_text_that_is_not_utf_8_is_refused(tmp_path, row):
    texts = [b"a"] * row + [b"\xff"]
    path = tmp_path / "x.parquet"
    texts = pyarrow.array(texts, pyarrow.binary()).view(pyarrow.string())
    pyarrow.parquet.write_table(pyarrow.table({"text": texts, "label": ["x"] * (row + 1)}), path)
    with pytest.raises(DataError, match="can't be read as Parquet: 'utf-8' codec"):
        read(path, text_column="text", label_column="label")


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
    (tmp_path / "x.csv").write_bytes(HEAD + b"some text,b\n" * 200_000)
    heard = []

    def progress(fraction):
        heard.append(fraction)
        if fraction > 0.4:
            raise StoppedError

    with pytest.raises(StoppedError):
        load_corpus(str(tmp_path / "x.csv"), seed=0, progress=progress)
    assert heard == sorted(heard)
    assert heard[-1] < 0.9


def test_too_many_bytes_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(source_module, "MAX_BYTES", 1_000)
    (tmp_path / "x.csv").write_bytes(b"a" * 1_001)
    with pytest.raises(DataError, match="more than 1,000"):
        read(tmp_path / "x.csv")
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(b"a" * 1_001))
    with pytest.raises(DataError, match="unpacks to more than 1,000"):
        read(tmp_path / "x.csv.gz")


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ("0 1 2", ("0", "1", "2")),
        ("4.0 5.0 3.0", ("3.0", "4.0", "5.0")),  # pandas writes whole numbers so where one of them is missing
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


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".parquet", ".csv.gz"])
@given(
    cuts=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=8), st.integers(0, 9)), max_size=4),
    noise=st.none() | st.binary(max_size=200),
)
def test_any_bytes_give_rows_or_a_sentence(tmp_path_factory, suffix, cuts, noise):
    path = write(tmp_path_factory.mktemp("m") / f"x{suffix}", ROWS, ["text", "label"])
    content = path.read_bytes() if noise is None else noise
    for share, inserted, dropped in cuts:
        at = int(share * len(content))
        content = content[:at] + inserted + content[at + dropped :]
    path.write_bytes(content)
    try:
        found = read(path)
    except DataError:
        return
    assert len(found.texts) == len(found.labels)
    "".join(found.texts + found.labels).encode()


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


def test_a_bomb_is_refused_before_its_memory_is_taken(tmp_path):
    packed = gzip.compress((b"b" * 99 + b",c\n") * 40_000)
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(HEAD) + packed * 100)  # 400 MB, unpacked
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="gzip bomb"):
            read(tmp_path / "x.csv.gz")
        assert tracemalloc.get_traced_memory()[1] < 80_000_000
    finally:
        tracemalloc.stop()


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
