"""What many tests need: a tiny corpus on disk that a model can learn in a second."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import settings

from core.data.batch import Batch
from core.events import Command
from core.runs import finished, finished_sweep
from core.runs.store import RunStore
from core.runs.supervisor import dismiss
from core.runs.sweeps import SweepStore

os.environ.setdefault("OMP_NUM_THREADS", "1")
settings.register_profile("ranklens", deadline=None)  # how long an example takes depends on what else the machine does
settings.load_profile("ranklens")

GOOD, BAD = ("good", "great", "fine", "lovely"), ("bad", "awful", "poor", "dull")


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of its own for each test; its supervisor and its workers end with it."""
    home = tmp_path / "home"
    monkeypatch.setenv("RANKLENS_HOME", str(home))
    yield home
    if (home / "supervisor.lock").is_file():
        end_processes(RunStore(home))


@pytest.fixture
def no_gallery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if no recorded runs shipped with the project."""
    monkeypatch.setattr(finished, "GALLERY", tmp_path / "no gallery")
    for recorded in (finished.gallery, finished_sweep.recorded_sweeps):
        recorded.cache_clear()
    yield
    for recorded in (finished.gallery, finished_sweep.recorded_sweeps):
        recorded.cache_clear()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Nothing that is queued is executed; the homes for which a supervisor or driver would have been started.

    It is not the supervisor's `ensure` that is replaced: a module that is imported meanwhile would keep the substitute
    for all later tests.
    """
    homes: list[Path] = []

    def start(home: Path, *_: str) -> bool:
        homes.append(home)
        return True

    for module in ("supervisor", "executors.dask"):
        monkeypatch.setattr(f"core.runs.{module}.ensure_daemon", start)
    return homes


def end_processes(store: RunStore) -> None:
    """Stop every run and sweep of `store`, and send its supervisor home."""
    sweeps = SweepStore(store.root)
    for sweep in sweeps.sweeps():
        sweeps.cancel_sweep(sweep.id)
    for record in store.newest():
        if record.active:
            store.send(record.id, Command("stop"))
    dismiss(store)


@pytest.fixture
def corpus_folder(tmp_path: Path) -> Path:
    """A folder with train.tsv: 120 short texts whose class a single word decides."""
    rng = np.random.default_rng(0)
    rows = ["text\tlabel"]
    for number in range(120):
        words, label = ((GOOD, "positive"), (BAD, "negative"))[number % 2]
        fillers = [f"w{filler}" for filler in rng.integers(0, 30, 4)]
        rows.append(" ".join([*fillers, str(rng.choice(words))]) + f"\t{label}")
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "train.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def ragged(lengths: list[int], *, vocabulary: int, classes: int, seed: int = 0) -> Batch:
    """A batch of random texts with the given lengths."""
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(vocabulary, (sum(lengths),), generator=generator)
    offsets = torch.tensor([0, *lengths]).cumsum(0)
    return Batch(ids, offsets, torch.randint(classes, (len(lengths),), generator=generator))
