"""Word vectors from files, good and bad, and from the package."""

import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.vocabulary import UNKNOWN, Vocabulary
from core.errors import UnknownSourceError, VectorsError
from core.parameters import Parameters
from core.vectors import load_vectors
from core.vectors.load import fill_unknown
from core.vectors.sources import Found
from core.vectors.sources.random import RandomParameters

VOCABULARY = Vocabulary((UNKNOWN, "cat", "dog", "zzyzx"), np.array([0, 3, 2, 5]))


def load(name, *, parameters=None, seed=0):
    return load_vectors(
        str(name), VOCABULARY, parameters=parameters or Parameters(), seed=seed, progress=lambda fraction: None
    )


@pytest.mark.parametrize("header", ["", "3 2\n"])
@pytest.mark.parametrize("gzipped", [False, True])
def test_text_file_gives_exact_rows(tmp_path, header, gzipped):
    content = (header + "dog 1.5 -2\nbird 9 9\ncat 0.25 4e-1\n").encode()
    path = tmp_path / ("v.txt.gz" if gzipped else "v.txt")
    path.write_bytes(gzip.compress(content) if gzipped else content)
    vectors = load(path)
    np.testing.assert_array_equal(vectors.table[:3], np.array([[0, 0], [0.25, 0.4], [1.5, -2]], np.float32))
    np.testing.assert_array_equal(vectors.known, [False, True, True, False])
    assert vectors.coverage(VOCABULARY) == 0.5


@pytest.mark.parametrize("scale", [1e-25, 1.0, 1e20, 1e36])
def test_unknown_words_are_drawn_as_wide_as_the_known_at_any_scale(scale):
    table = np.random.default_rng(0).normal(0, scale, (400, 50)).astype(np.float32)
    known = np.arange(400) < 200
    filled = fill_unknown(Found(table, known), seed=0)
    assert filled[200:].std(dtype=np.float64) == pytest.approx(table[:200].std(dtype=np.float64), rel=0.05, abs=0)


def test_vectors_too_large_to_draw_alike_are_refused():
    table = np.full((40, 50), 3e38, np.float32) * np.where(np.arange(50) % 2, 1, -1).astype(np.float32)
    with pytest.raises(VectorsError, match="too large to draw unknown words alike"):
        fill_unknown(Found(table, np.arange(40) < 20), seed=0)


def test_an_ordinary_draw_is_as_wide_as_numpys_float32_says():
    table = np.random.default_rng(0).normal(0, 0.4, (40, 50)).astype(np.float32)
    drawn = np.random.default_rng(7).normal(0, table[:20].std(), (40, 50)).astype(np.float32)
    np.testing.assert_array_equal(fill_unknown(Found(table, np.arange(40) < 20), seed=7)[20:], drawn[20:])


@given(st.lists(st.floats(-1e3, 1e3, width=32), min_size=3, max_size=3))
def test_numbers_survive_the_text_format(tmp_path_factory, numbers):
    path = tmp_path_factory.mktemp("v") / "v.txt"
    path.write_text("cat " + " ".join(map(repr, numbers)) + "\n")
    np.testing.assert_array_equal(load(path).table[1], np.array(numbers, np.float32))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("cat 1 2\ndog 1\n", "line 2: 1 numbers where 2 are expected"),
        ("cat 1 nan\n", "line 1: a number is NaN or infinite"),
        ("cat 1 inf\n", "line 1: a number is NaN or infinite"),
        ("cat 1 x\n", "line 1: not every field"),
        ("bird 1 2\n", "not one word"),
    ],
)
def test_bad_file_is_refused_with_its_line(tmp_path, content, sentence):
    path = tmp_path / "v.txt"
    path.write_text(content)
    with pytest.raises(VectorsError, match=sentence):
        load(path)


def test_truncated_gzip_is_refused(tmp_path):
    path = tmp_path / "v.txt.gz"
    path.write_bytes(gzip.compress(b"cat 1 2\n" * 1000)[:-20])
    with pytest.raises(VectorsError, match="can't be read"):
        load(path)


def test_random_vectors_have_the_asked_width_and_follow_the_seed():
    first, again, other = (load("random", parameters=RandomParameters(width=7), seed=seed) for seed in (0, 0, 1))
    assert first.table.shape == (4, 7)
    np.testing.assert_array_equal(first.table, again.table)
    assert not np.array_equal(first.table, other.table)


def test_packaged_glove_knows_words():
    vectors = load("glove-6b-50d")
    assert vectors.table.shape == (4, 50)
    assert vectors.known[1:3].all()
    cat, dog = vectors.table[1:3]
    assert cat @ dog / np.linalg.norm(cat) / np.linalg.norm(dog) > 0.8, "cat and dog are near in GloVe"


def test_unknown_name_lists_the_choices():
    with pytest.raises(UnknownSourceError, match=r"nothing is called that; choose one of .*glove-6b-50d"):
        load("no such thing")


@pytest.mark.parametrize("path", ["here/nowhere.txt", "C:\\nowhere.txt"])
def test_a_path_that_leads_nowhere_is_called_that(path):
    with pytest.raises(UnknownSourceError, match="there is no such file or folder; check the path, or choose one of"):
        load(path)
