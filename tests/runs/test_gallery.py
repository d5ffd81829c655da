"""The recorded runs that ship, and how they are made small."""

import dataclasses

import pytest

from bench.gallery import RUNS, SWEEPS, rounded, small
from core.config import RunConfig
from core.errors import InputError
from core.events import Point
from core.runs.finished import GALLERY, FinishedRun, gallery
from core.runs.finished_sweep import FinishedSweep, recorded_sweeps
from core.sweep_config import SweepConfig

FILES = sorted(GALLERY.glob("*.json"))
SWEEP_FILES = sorted((GALLERY / "sweeps").glob("*.json"))
MOST_BYTES = 1_000_000


def test_all_of_it_is_small():
    assert FILES
    assert SWEEP_FILES
    assert sum(path.stat().st_size for path in GALLERY.rglob("*.json")) < MOST_BYTES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_says_what_made_it_and_can_be_run_again(path):
    run = FinishedRun.from_json(path.read_text(encoding="utf-8"))
    assert run.recorded.command == run.config.to_command()
    assert RunConfig.from_text(run.config.to_text()) == run.config == RunConfig.from_dict(run.result.config)
    assert run.recorded.commit
    assert run.recorded.date
    assert run.result.dataset.content_hash
    assert set(run.marks) == {"dense", "just_compressed", "compressed"}


@pytest.mark.parametrize("path", SWEEP_FILES, ids=lambda path: path.stem)
def test_each_sweep_says_what_made_it_and_is_whole(path):
    sweep = FinishedSweep.from_json(path.read_text(encoding="utf-8"))
    assert FinishedSweep.from_json(sweep.to_json()) == sweep
    assert sweep.recorded.command == sweep.config.to_command()
    assert sweep.recorded.commit
    assert SweepConfig.from_text(sweep.config.to_text()) == sweep.config
    assert sorted(map(repr, (run.config for run in sweep.runs))) == sorted(map(repr, sweep.config.runs()))
    assert len(sweep.config.seeds) > 1
    assert {len(cell.runs) for cell in sweep.table.cells} == {len(sweep.config.seeds)}
    assert {curve.metric for curve in sweep.curves.curves} >= set(sweep.config.metrics)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 2}', '{"schema": 1, "config": {}}'])
def test_what_is_no_recorded_sweep_is_a_sentence(text):
    with pytest.raises(InputError, match="can't be read"):
        FinishedSweep.from_json(text)


def test_what_is_recorded_is_what_the_script_would_record():
    assert {run.id: (run.title, run.config) for run in gallery().values()} == dict(RUNS)
    assert {sweep.id: (sweep.title, sweep.config) for sweep in recorded_sweeps().values()} == dict(SWEEPS)


def test_thinning_keeps_every_look_at_dev_and_the_last_point():
    points = [Point("train", i, i / 50, {"train_loss": 1 / (3 + i)}) for i in range(2_000)]
    points += [Point("retrain", i, i / 50, {"dev_accuracy": 2 / 3}) for i in range(0, 2_000, 50)]
    run = dataclasses.replace(next(iter(gallery().values())), points=tuple(points))
    kept = small(run).points
    assert len(kept) <= 400
    assert sum("dev_accuracy" in point.values for point in kept) == 40
    assert kept[-1].iteration == 1_999
    assert kept[-1].values["train_loss"] == pytest.approx(1 / 2_002, rel=1e-4)
    assert [point.iteration for point in kept] == sorted(point.iteration for point in kept)


def test_rounding_leaves_whole_numbers_and_texts_alone():
    assert rounded({"a": [1.23456789, 123456789, "1.23456789"]}) == {"a": [1.2346, 123456789, "1.23456789"]}
