"""Files are written whole or not at all."""

import errno
import os
import stat

import pytest

from core.atomic import write_atomically
from core.data import SavedCorpora, load_corpus
from core.errors import StoreError
from core.runs.store import RunStore


@pytest.mark.parametrize(
    ("code", "sentence"), [(errno.ENOSPC, "The disk is full"), (errno.EACCES, "set RANKLENS_HOME to a folder of yours")]
)
def test_a_file_that_cannot_be_written_is_a_sentence_and_leaves_the_old_one(tmp_path, monkeypatch, code, sentence):
    path = tmp_path / "model.safetensors"
    write_atomically(path, b"old")

    def failing(descriptor):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("os.fsync", failing)
    with pytest.raises(StoreError, match=sentence):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupt_leaves_nothing_half_written(tmp_path, monkeypatch):
    def interrupted(descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "model.safetensors", b"new")
    assert list(tmp_path.iterdir()) == []


def test_nobody_else_reads_what_the_store_keeps(tmp_path):
    write_atomically(tmp_path / "texts", b"private")
    assert stat.S_IMODE((tmp_path / "texts").stat().st_mode) == 0o600


def test_a_home_that_is_made_is_its_owners_alone_and_one_that_is_there_stays(corpus_folder, tmp_path):
    corpus = load_corpus(str(corpus_folder), seed=0)
    for made in (RunStore, lambda home: SavedCorpora(home).save(corpus, name="mine")):
        home, there = tmp_path / made.__name__ / "home", tmp_path / f"{made.__name__}-there"
        there.mkdir()
        there.chmod(0o755)
        made(home)
        made(there)
        assert [stat.S_IMODE(each.stat().st_mode) for each in (home, there)] == [0o700, 0o755]
