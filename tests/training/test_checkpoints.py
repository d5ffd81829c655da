"""A phase that dies and is taken up again, against one that nothing happened to."""

import json
import os
import signal
import subprocess
import sys

import pytest

from core.errors import StoppedError
from core.events import Command
from core.pipeline import run
from core.training import checkpoints, fit
from core.training.checkpoints import Checkpoint
from core.training.optimizers import OPTIMIZERS
from core.training.schedules import SCHEDULES
from tests.test_pipeline import Recorder, config, without_timings

DIES = """
import json, os, signal, sys
from pathlib import Path
from core.config import RunConfig
from core.pipeline import run
from core.training import checkpoints
from tests.test_pipeline import Recorder

class Dying(Recorder):
    def point(self, point):
        if point.stage == sys.argv[3] and point.epoch > float(sys.argv[4]):
            os.kill(os.getpid(), signal.SIGKILL)

checkpoints.EVERY_SECONDS = 0
run(RunConfig.from_dict(json.loads(sys.argv[1])), monitor=Dying(), folder=Path(sys.argv[2]))
"""


@pytest.fixture(autouse=True)
def at_every_epoch(monkeypatch):
    monkeypatch.setattr(checkpoints, "EVERY_SECONDS", 0)


@pytest.fixture
def steps(monkeypatch):
    """How many steps were taken."""
    taken = []
    original = fit._step
    monkeypatch.setattr(fit, "_step", lambda *given: taken.append(0) or original(*given))
    return taken


class Noting(Recorder):
    """Also remembers what is said of each stage."""

    def __init__(self):
        super().__init__()
        self.notes = []

    def stage(self, stage, note):
        self.notes.append(note)


class Interrupting(Recorder):
    """Stops the run in the middle of an epoch."""

    def __init__(self, stage, epoch):
        super().__init__()
        self.place = stage, epoch

    def point(self, point):
        super().point(point)
        if point.stage == self.place[0] and point.epoch > self.place[1]:
            raise StoppedError("In the middle of it.")


def fitting(folder, **choices):
    return config(folder, pretrain_epochs=3, retrain_epochs=2, batch_size=7, **choices)


def numbers(result):
    return without_timings(result.to_dict())


@pytest.mark.parametrize(
    "choice",
    [
        *({"optimizer": name} for name in OPTIMIZERS.names()),
        *({"schedule": name} for name in SCHEDULES.names()),
        {"model": "lstm"},
        {"class_weights": "balanced"},
        {"method": "low-rank-int8"},
    ],
    ids=lambda choice: "-".join(map(str, *choice.items())),
)
def test_what_is_taken_up_in_either_phase_ends_with_the_same_bits(choice, corpus_folder, tmp_path, steps):
    chosen = fitting(corpus_folder, **choice)
    undisturbed = Recorder()
    expected = numbers(run(chosen, monitor=undisturbed, folder=tmp_path))
    in_all, epochs = len(steps), undisturbed.points[-1].epoch  # an offline method re-trains for training's epochs too
    folder = tmp_path / "disturbed"
    folder.mkdir()
    for place in (("train", 2.5), ("retrain", epochs - 0.5)):
        with pytest.raises(StoppedError, match="middle"):
            run(chosen, monitor=Interrupting(*place), folder=folder)
    steps.clear()
    again = Recorder()
    assert numbers(run(chosen, monitor=again, folder=folder)) == expected
    assert len(steps) == in_all // epochs  # the last epoch, and no other
    assert again.points == undisturbed.points
    assert again.marks == undisturbed.marks
    assert not list(folder.glob("*checkpoint*"))


@pytest.mark.parametrize("place", [("train", "2.5"), ("retrain", "4.5")])
def test_a_killed_process_loses_no_more_than_its_epoch(place, corpus_folder, tmp_path, steps):
    chosen = fitting(corpus_folder)
    folder = tmp_path / "killed"
    folder.mkdir()
    arguments = [json.dumps(chosen.to_dict()), str(folder), *place]
    ended = subprocess.run(
        [sys.executable, "-c", DIES, *arguments], check=False, env={**os.environ, "OMP_NUM_THREADS": "1"}
    )
    assert ended.returncode == -signal.SIGKILL
    again = Noting()
    found = numbers(run(chosen, monitor=again, folder=folder))
    taken = len(steps)
    assert any(note.startswith("Going on from a checkpoint") for note in again.notes)
    assert found == numbers(run(chosen))
    assert taken < len(steps) - taken


def test_a_checkpoint_of_something_else_is_not_taken_up(corpus_folder, tmp_path, steps):
    with pytest.raises(StoppedError):
        run(fitting(corpus_folder), monitor=Interrupting("train", 2.5), folder=tmp_path)
    other = fitting(corpus_folder, dropout=0.3)
    expected = numbers(run(other))
    steps_of_one = len(steps)
    assert numbers(run(other, folder=tmp_path)) == expected
    assert len(steps) > steps_of_one


def test_a_broken_checkpoint_is_none(tmp_path):
    (tmp_path / "kept").write_bytes(b"half of it")
    assert Checkpoint(tmp_path / "kept").load("any") is None
    assert Checkpoint(tmp_path / "missing").load("any") is None


def test_what_is_quicker_than_writing_is_not_written(monkeypatch, corpus_folder, tmp_path):
    monkeypatch.setattr(checkpoints, "EVERY_SECONDS", 1000)
    monkeypatch.setattr(Checkpoint, "save", lambda *_: pytest.fail("Nobody needs this."))
    run(fitting(corpus_folder), folder=tmp_path)


def test_a_training_that_was_cut_short_stays_so(corpus_folder, tmp_path):
    class Compressing(Interrupting):
        def command(self):
            return Command("compress-now", rank=3) if any(point.epoch > 1.5 for point in self.points) else None

    chosen = fitting(corpus_folder)
    with pytest.raises(StoppedError):
        run(chosen, monitor=Compressing("retrain", 2.5), folder=tmp_path)
    again = Recorder()
    assert run(chosen, monitor=again, folder=tmp_path).compressed.rank == 3
    assert again.marks["dense"]["epoch"] < 2
