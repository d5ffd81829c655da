"""Files that mean harm or are broken: each is refused with a sentence, and nothing of it stays."""

import gzip
import tracemalloc

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given

from core.data import FileParameters
from core.data.adding import Addition, add
from core.data.files import source as source_module
from core.errors import DataError
from tests.data.test_files import ROWS, read, write
from tests.mangling import MANGLING, mangle

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
        with pytest.raises(DataError, match=r"column 'label': it holds (values of type|a fraction)"):
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


def test_too_many_bytes_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(source_module, "MAX_BYTES", 1_000)
    (tmp_path / "x.csv").write_bytes(b"a" * 1_001)
    with pytest.raises(DataError, match="more than 1,000"):
        read(tmp_path / "x.csv")
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(b"a" * 1_001))
    with pytest.raises(DataError, match="unpacks to more than 1,000"):
        read(tmp_path / "x.csv.gz")


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".parquet", ".csv.gz"])
@given(**MANGLING)
def test_any_bytes_give_rows_or_a_sentence(tmp_path_factory, suffix, cuts, noise):
    path = write(tmp_path_factory.mktemp("m") / f"x{suffix}", ROWS, ["text", "label"])
    mangle(path, cuts, noise)
    try:
        found = read(path)
    except DataError:
        return
    assert len(found.texts) == len(found.labels)
    "".join(found.texts + found.labels).encode()


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
