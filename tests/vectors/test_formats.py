"""Files of word vectors: the same rows from every format, and a hostile zoo."""

import gzip
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save, save_file

from core.data.vocabulary import UNKNOWN, Vocabulary
from core.errors import VectorsError
from core.vectors.formats.read import read_vectors
from tests.mangling import MANGLING, mangle

WORDS = ["dog", "bird", "cat", "né"]
ROWS = np.array([[1.5, -2, 3], [9, 9, 9], [0.25, 0.5, 1e-3], [7, 8, 9]], np.float32)
VOCABULARY = Vocabulary((UNKNOWN, "cat", "dog", "zzyzx", "né"), np.array([0, 3, 2, 5, 1]))


def load(path):
    return read_vectors(path, VOCABULARY, lambda fraction: None)


def text(words, rows, header):
    lines = [f"{word} {' '.join(map(repr, row.tolist()))} " for word, row in zip(words, rows, strict=True)]
    return "\n".join([f"{len(words)} {rows.shape[1]}", *lines] if header else lines).encode() + b"\n"


def binary(words, rows, gap=b"\n"):
    records = (word.encode() + b" " + row.astype("<f4").tobytes() + gap for word, row in zip(words, rows, strict=True))
    return f"{len(words)} {rows.shape[1]}\n".encode() + b"".join(records)


def write(folder, name, words, rows):
    path = folder / name
    match name.removesuffix(".gz").rpartition(".")[2]:
        case "vec":
            content = text(words, rows, True)
        case "txt":
            content = text(words, rows, False)
        case "bin":
            content = binary(words, rows)
        case "nogap":
            content = binary(words, rows, b"")
        case "npy":
            np.save(folder / "v.npy", rows)
            (folder / "v.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
            content = (folder / "v.npy").read_bytes()
        case "safetensors":
            content = save({"vectors": rows})
            (folder / "words.txt").write_text("\r\n".join(words), encoding="utf-8")
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


PLAIN = ["v.txt", "v.vec", "v.bin", "v.nogap", "v.npy", "v.safetensors"]
NAMES = [*PLAIN, "v.txt.gz", "v.vec.gz", "v.bin.gz", "v.npy.gz", "v.safetensors.gz"]


@pytest.mark.parametrize("name", NAMES)
def test_every_format_gives_the_same_rows(tmp_path, name):
    found = load(write(tmp_path, name, WORDS, ROWS))
    np.testing.assert_array_equal(found.known, [False, True, True, False, True])
    np.testing.assert_array_equal(found.table[[1, 2, 4]], ROWS[[2, 0, 3]])
    assert found.duplicates == 0


@pytest.mark.parametrize("name", NAMES)
def test_first_of_duplicate_words_is_kept_and_counted(tmp_path, name):
    found = load(write(tmp_path, name, [*WORDS, "cat", "cat", "bird"], np.concatenate([ROWS, ROWS[:3] + 1])))
    assert found.duplicates == 2
    np.testing.assert_array_equal(found.table[1], ROWS[2])


@pytest.mark.parametrize("suffix", [".vec", ".bin", ".npy", ".safetensors"])
@given(rows=st.lists(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=2, max_size=2),
                     min_size=2, max_size=2))  # fmt: skip
def test_numbers_survive_every_format(tmp_path_factory, suffix, rows):
    rows = np.array(rows, np.float32)
    found = load(write(tmp_path_factory.mktemp("v"), f"v{suffix}", ["cat", "dog"], rows))
    np.testing.assert_array_equal(found.table[1:3], rows)


@pytest.mark.parametrize("header", ["", "4 2\n"])
def test_words_with_spaces_are_passed_over(tmp_path, header):
    (tmp_path / "v.txt").write_text(f"{header}dog 1 2\n. . . 3 4\nat cat@x.org 5 6\ncat 7 8\n")
    np.testing.assert_array_equal(load(tmp_path / "v.txt").table[1:3], [[7, 8], [1, 2]])


MARK = "\ufeff".encode()


@pytest.mark.parametrize("name", ["v.txt", "v.vec", "v.npy", "v.vec.gz"])
def test_a_byte_order_mark_is_no_part_of_the_first_word(tmp_path, name):
    path = write(tmp_path, name, WORDS, ROWS)
    marked = path.with_name("v.txt") if name == "v.npy" else path
    content = marked.read_bytes()
    marked.write_bytes(gzip.compress(MARK + gzip.decompress(content)) if name.endswith(".gz") else MARK + content)
    found = load(path)
    np.testing.assert_array_equal(found.known, [False, True, True, False, True])
    np.testing.assert_array_equal(found.table[2], ROWS[0])


NAN = struct.pack("<f", float("nan"))
ZOO = {
    "empty": ("v.txt", b"", "the file is empty"),
    "lying width": ("v.vec", b"2 3\ncat 1 2\ndog 1 2\n", "line 2: 2 numbers where 3 are expected, as the header says"),
    "cut text": ("v.vec", b"3 2\ncat 1 2\ndog 1 2\n", "header says 3 words, but the file ends after 2"),
    "too wide": ("v.txt", b"cat 1 2\ndog 1 2 3\n", "line 2: 3 numbers where 2"),
    "overflow": ("v.txt", b"cat 1 1e39\n", "line 1: a number is NaN or infinite"),
    "long line": ("v.txt", b"cat 1 2\ndog" + b"1" * 5_000_000, "line 2: more than 4,000,000 bytes"),
    "two spaces": ("v.txt", b"cat  7\ndog 1 2\n", "line 1: 1 numbers where 2"),
    "bare words": ("v.txt", b"cat\ndog\n", "line 1: 0 numbers"),
    "wide header": ("v.vec", b"1 99999999\ncat 1\n", "line 2: 1 numbers"),
    "cut binary": ("v.bin", binary(WORDS, ROWS)[:-8], "word 4 of 4: the file is cut off"),
    "binary of another width": ("v.bin", b"9 3\n" + b"\x01\x02 " + b"\xff" * 9_999, "word 2 of 9: it has more than"),
    "wide binary": ("v.bin", b"9 99999999\ncat " + b"\xff" * 99, "99,999,999 numbers a word"),
    "nan in binary": ("v.bin", b"1 1\ncat " + NAN, "word 1 of 1: a number is NaN"),
    "fasttext model": ("v.bin", b"\xba\x16O/\x0c\0\0\0", "a whole fastText model"),
    "pickle": ("v.pkl", b"\x80\x04\x95", "a Python pickle"),
    "zip": ("v.txt", b"PK\x03\x04", "a zip archive"),
    "npy": ("v.npy", b"\x93NUMPY\x01\0nonsense", "can't be read as a NumPy array"),
    "safetensors": ("v.safetensors", b"\xff" * 20, "can't be read as safetensors"),
    "gzip": ("v.vec.gz", gzip.compress(b"cat 1 2\n" * 9_999)[:-30], "can't be read as word vectors"),
}


@pytest.mark.parametrize("case", ZOO)
def test_hostile_file_is_refused_with_a_sentence(tmp_path, case):
    name, content, sentence = ZOO[case]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(VectorsError, match=sentence) as caught:
        load(tmp_path / name)
    assert str(caught.value)[-1] in ".?"


@pytest.mark.parametrize(
    ("table", "words", "sentence"),
    [
        (ROWS, None, "its words must be beside it"),
        (ROWS, WORDS[:2], r"has 2 words, but .* has 4 rows"),
        (ROWS.astype(int), WORDS, "it holds int64"),
        (ROWS[0], WORDS, "1 dimensions"),
        (np.full((4, 2), np.inf), WORDS, "row 1: a number is NaN or infinite"),
        (np.array([None] * 4, object), WORDS, "can't be read as a NumPy array"),
    ],
)
def test_bad_npy_is_refused(tmp_path, table, words, sentence):
    np.save(tmp_path / "v.npy", table)
    if words:
        (tmp_path / "v.txt").write_text("\n".join(words), encoding="utf-8")
    with pytest.raises(VectorsError, match=sentence):
        load(tmp_path / "v.npy")


@pytest.mark.parametrize("name", NAMES)
@given(**MANGLING)
def test_any_bytes_give_finite_rows_or_a_sentence(tmp_path_factory, name, cuts, noise):
    path = write(tmp_path_factory.mktemp("m"), name, WORDS, ROWS)
    mangle(path, cuts, noise)
    try:
        found = load(path)
    except VectorsError:
        return
    assert np.isfinite(found.table).all()


@pytest.mark.parametrize("kind", [np.float16, np.float64])
def test_other_floats_are_rounded_to_float32(tmp_path, kind):
    found = load(write(tmp_path, "v.npy", WORDS, ROWS.astype(kind)))
    np.testing.assert_array_equal(found.table[1], ROWS[2].astype(kind).astype(np.float32))


@pytest.mark.parametrize("name", ["v.npy.gz", "v.safetensors.gz"])
def test_a_packed_table_is_unpacked_within_limits_and_nothing_of_it_stays(tmp_path, monkeypatch, name):
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    path = write(tmp_path, name, WORDS, np.ones((4, 100_000), np.float32))
    with pytest.raises(VectorsError, match="unpacks to more than 200 times its size"):
        load(path)
    path.write_bytes(write(tmp_path, name, WORDS, ROWS).read_bytes()[:-20])
    with pytest.raises(VectorsError, match="can't be read as word vectors"):
        load(path)
    assert load(write(tmp_path, name, WORDS, ROWS)).known.sum() == 3
    assert list((tmp_path / "scratch").iterdir()) == []


def test_safetensors_of_several_tables_is_refused(tmp_path):
    save_file({"a": ROWS, "b": ROWS}, tmp_path / "v.safetensors")
    with pytest.raises(VectorsError, match="it must hold one table, but holds a, b"):
        load(tmp_path / "v.safetensors")
