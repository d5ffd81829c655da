"""What was found in a file of vectors is found again without reading it, and only there."""

import numpy as np
import pytest

from core.data.vocabulary import UNKNOWN, Vocabulary
from core.parameters import Parameters
from core.vectors import cache, load_vectors
from core.vectors import load as load_module

VOCABULARY = Vocabulary((UNKNOWN, "cat", "dog", "zzyzx"), np.array([0, 3, 2, 5]))


@pytest.fixture
def reads(monkeypatch):
    """Every file is worth it; how often one was read."""
    monkeypatch.setattr(cache, "WORTH_BYTES", 0)
    read, counted = load_module.read_vectors, []

    def counting(path, *arguments):
        counted.append(path)
        return read(path, *arguments)

    monkeypatch.setattr(load_module, "read_vectors", counting)
    return counted


def load(path, vocabulary=VOCABULARY, seed=0):
    return load_vectors(str(path), vocabulary, parameters=Parameters(), seed=seed, progress=lambda fraction: None)


def test_the_second_time_gives_the_same_without_reading(tmp_path, reads):
    path = tmp_path / "v.txt"
    path.write_text("dog 1.5 -2\ncat 0.25 3\ncat 7 7\n")
    first, again = load(path), load(path)
    assert len(reads) == 1
    np.testing.assert_array_equal(first.table, again.table)
    np.testing.assert_array_equal(first.known, again.known)
    assert first.duplicates == again.duplicates == 1
    other = load(path, seed=1)
    np.testing.assert_array_equal(other.table[1:3], first.table[1:3])
    assert len(reads) == 1


def test_other_words_and_another_file_are_read(tmp_path, reads):
    path = tmp_path / "v.txt"
    path.write_text("dog 1.5 -2\ncat 0.25 3\n")
    load(path)
    load(path, Vocabulary((UNKNOWN, "catdog", "zzyzx", "dog"), np.array([0, 3, 2, 5])))
    path.write_text("dog 9.5 -2\ncat 0.25 3\n")
    assert load(path).table[2, 0] == 9.5
    assert len(reads) == 3


def test_words_beside_a_table_count_too(tmp_path, reads):
    np.save(tmp_path / "v.npy", np.array([[1.0, 2], [3, 4]], np.float32))
    (tmp_path / "v.txt").write_text("cat\ndog\n")
    assert load(tmp_path / "v.npy").table[1, 0] == 1
    (tmp_path / "v.txt").write_text("dog\ncat\n")
    assert load(tmp_path / "v.npy").table[1, 0] == 3


def test_a_damaged_entry_is_made_anew(tmp_path, reads):
    path = tmp_path / "v.txt"
    path.write_text("dog 1.5 -2\n")
    load(path)
    (entry,) = cache.folder().iterdir()
    entry.write_bytes(entry.read_bytes()[:20])
    assert load(path).table[2, 0] == 1.5
    assert len(reads) == 2
    load(path)
    assert len(reads) == 2


def test_a_home_that_cannot_be_written_only_costs_time(tmp_path, reads, own_home):
    own_home.write_text("a file, where a folder should be")
    (tmp_path / "v.txt").write_text("dog 1.5 -2\n")
    assert load(tmp_path / "v.txt").table[2, 0] == 1.5
    own_home.unlink()


def test_what_was_used_longest_ago_goes_first(tmp_path, reads, monkeypatch):
    paths = [tmp_path / f"{name}.vec" for name in "abc"]
    for path in paths:
        path.write_text("dog 1.5 -2\n")
    load(paths[0])
    (entry,) = cache.folder().iterdir()
    monkeypatch.setattr(cache, "MAX_BYTES", 2 * entry.stat().st_size)
    for path in (paths[1], paths[0], paths[2], paths[0]):
        load(path)
    assert reads == paths
    load(paths[1])
    assert reads == [*paths, paths[1]]


def test_small_files_are_not_kept(tmp_path):
    (tmp_path / "v.txt").write_text("dog 1.5 -2\n")
    load(tmp_path / "v.txt")
    assert not cache.folder().exists()
