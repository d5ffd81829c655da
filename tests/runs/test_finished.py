"""Finished runs: the store's, and recorded ones."""

import dataclasses

import pytest

from core.errors import InputError
from core.runs.finished import FinishedRun, Provenance, finished_run
from core.runs.store import RunStore
from core.runs.worker import execute
from tests.test_pipeline import config


@pytest.fixture
def run(corpus_folder):
    store = RunStore()
    made = store.create(config(corpus_folder), state="running")
    execute(store, made)
    return finished_run(store, made)


def test_a_run_of_the_store_comes_with_all_that_was_measured(run):
    assert run.folder
    assert (run.folder / "dense.safetensors").is_file()
    assert {"dense", "just_compressed", "compressed"} <= set(run.marks)
    assert run.points[-1].values


def test_a_recorded_run_survives_json_whole_but_for_its_folder(run):
    recorded = dataclasses.replace(
        run, recorded=Provenance("python -m core run", "2026-11-24", "abc"), insights={"spectrum": {"energy": [1.0]}}
    )
    assert FinishedRun.from_json(recorded.to_json()) == dataclasses.replace(recorded, folder=None)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 2}', '{"schema": 1, "config": {}}'])
def test_what_is_no_recorded_run_is_a_sentence(text):
    with pytest.raises(InputError, match="can't be read"):
        FinishedRun.from_json(text)


def test_a_run_that_is_not_done_is_refused(corpus_folder):
    store = RunStore()
    queued = store.create(config(corpus_folder))
    with pytest.raises(InputError, match="is queued"):
        finished_run(store, queued)
