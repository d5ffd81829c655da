"""Trunks that several processes keep, find and let go at the same time."""

import os
import shutil

import pytest
import torch

from core.errors import StoppedError
from core.runs import trunk_store
from core.runs.stored_trunk import StoredTrunk
from core.runs.trunk_store import TrunkStore
from core.training.fit import Position

TRUNK = StoredTrunk({"weight": torch.ones(2)}, torch.ones(3, dtype=torch.bool), 0.5, 1.0, Position(), (), {})
TENSORS = {"numbers": torch.ones(100)}


def leave():
    raise StoppedError("enough")


def test_a_trunk_that_is_let_go_while_it_is_read_is_read(monkeypatch):
    trunks = TrunkStore()
    trunks.put("key", TRUNK)
    monkeypatch.setattr(os, "utime", lambda path: shutil.rmtree(path.parent) or path.stat())
    assert trunks.get("key").loss == TRUNK.loss
    assert trunks.get("key") is None


def test_files_that_vanish_while_they_are_counted_do_not_count():
    trunks = TrunkStore(limit_bytes=1)
    trunks.put("old", TRUNK)
    for name in ("old", "vanished"):
        (trunks.root / name).mkdir(exist_ok=True)
        (trunks.root / name / trunk_store.CHECKPOINT).symlink_to("nowhere")
    trunks.put("new", TRUNK)
    assert trunks.get("old") is None
    assert trunks.get("new")


def test_what_was_computed_of_a_trunk_counts_without_it():
    trunks = TrunkStore(limit_bytes=1)
    trunks.memory("old")["directions"] = TENSORS
    trunks.put("new", TRUNK)
    assert trunks.memory("old").get("directions") is None


def test_a_trunk_in_training_is_not_let_go():
    trunks = TrunkStore(limit_bytes=1)
    with trunks.lock("old", leave):
        trunks.memory("old")["directions"] = TENSORS
        trunks.put("new", TRUNK)
        with pytest.raises(StoppedError), trunks.lock("old", leave):
            raise AssertionError("two were inside")
        assert trunks.memory("old").get("directions")
    trunks.put("newer", TRUNK)
    assert not (trunks.root / "old").exists()


def test_what_is_written_into_a_folder_that_is_let_go_is_written_again(monkeypatch):
    trunks, original, tries = TrunkStore(), trunk_store.atomic_file, []

    def let_go(path):
        tries.append(path)
        if len(tries) == 1:
            shutil.rmtree(path.parent)
        return original(path)

    monkeypatch.setattr(trunk_store, "atomic_file", let_go)
    trunks.put("key", TRUNK)
    assert trunks.get("key")
    assert len(tries) == 2
