"""Runs and sweeps whose method or option isn't here any more: they stand in no other's way."""

import json

import pytest

from core.cli import main
from core.errors import InputError
from core.runs import supervisor
from core.runs.records import Unreadable
from core.runs.sweeps import SweepStore
from core.runs.wanted import submit_sweep
from core.runs.worker import execute
from core.sweep_config import SweepConfig
from tests.test_pipeline import config

GONE = [{"method": "removed"}, {"renamed_option": 3}]


@pytest.fixture
def store():
    return SweepStore()


def unreadable_run(store, folder, **gone):
    run = store.create(config(folder))
    store.update(run, config=json.dumps(config(folder).to_dict() | (gone or GONE[0])))
    return run


def unreadable_sweep(store, folder, *, part):
    chosen = SweepConfig(config(folder), ranks=(2,))
    sweep = store.create_sweep(chosen)
    if part == "runs":
        (run,) = store.sweep(sweep).runs
        store.update(run.id, config=json.dumps(run.config.to_dict() | GONE[1]))
    else:
        own = {"base": chosen.base.to_dict() | GONE[1]} if part == "base" else {"methods": ["low-rank", "removed"]}
        with store.connect() as db:
            db.execute("UPDATE sweeps SET config = ? WHERE id = ?", (json.dumps(chosen.to_dict() | own), sweep))
    return sweep


def listed(store):
    return [each.id for each in [*store.newest(), *store.sweeps()]]


@pytest.mark.parametrize("gone", GONE, ids=["method", "option"])
def test_a_run_that_cannot_be_read_is_listed_with_the_others_and_says_why(store, corpus_folder, gone):
    readable = store.create(config(corpus_folder))
    run = unreadable_run(store, corpus_folder, **gone)
    newest, other = store.newest()
    assert (newest.id, newest.active, other.id) == (run, False, readable)
    name = gone.get("method", *gone)
    with pytest.raises(InputError, match=f"Run {run} can't be read: .*'{name}'"):
        store.get(run)
    store.update(run, state="done")
    store.update(readable, state="done")
    assert [record.id for record in store.finished()] == [readable]
    assert store.matching([config(corpus_folder)])[0].id == readable


@pytest.mark.parametrize("result", ['{"energy_joules": 3.0}', "[]", "{"], ids=["field", "list", "torn"])
def test_a_run_with_a_result_of_another_version_is_listed_and_says_why(store, corpus_folder, result):
    run = store.create(config(corpus_folder))
    store.update(run, state="done", result=result)
    assert [(each.id, isinstance(each, Unreadable)) for each in store.newest()] == [(run, True)]
    assert store.finished() == []
    with pytest.raises(InputError, match=f"Run {run} can't be read: Another version"):
        store.get(run)
    assert main(["runs", "delete", run]) == 0


@pytest.mark.parametrize("part", ["methods", "base", "runs"])
def test_a_sweep_that_cannot_be_read_is_listed_with_the_others_and_says_why(store, corpus_folder, part, started):
    chosen = SweepConfig(config(corpus_folder), ranks=(3,))
    readable = store.create_sweep(chosen)
    sweep = unreadable_sweep(store, corpus_folder, part=part)
    assert [(record.id, isinstance(record, Unreadable)) for record in store.sweeps()] == [
        (sweep, True),
        (readable, False),
    ]
    with pytest.raises(InputError, match="can't be read"):
        store.sweep(sweep)
    submit_sweep(store, chosen)
    assert len(store.sweeps()) == 2


def test_a_queued_run_that_cannot_be_read_fails_with_its_sentence(store, corpus_folder, monkeypatch):
    executed = []
    monkeypatch.setattr(supervisor, "_execute", lambda _, run: executed.append(run) or 2)
    run = unreadable_run(store, corpus_folder)
    assert store.claim_next(at_once=1) == run
    assert supervisor._work(store, run) == 2
    assert executed == [run]
    with pytest.raises(InputError, match="'removed'"):
        execute(store, run)
    with store.connect() as db:
        (state, error) = db.execute("SELECT state, error FROM runs WHERE id = ?", (run,)).fetchone()
    assert state == "failed"
    assert "'removed'" in error


def test_the_command_line_lists_what_cannot_be_read_and_deletes_it(store, corpus_folder, capsys):
    readable, run = store.create(config(corpus_folder)), unreadable_run(store, corpus_folder)
    assert main(["runs", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [run, readable]
    assert "method can't be 'removed'" in lines[0]
    assert main(["runs", "show", run]) == 2
    assert "can't be read" in capsys.readouterr().err
    for name in (run, unreadable_sweep(store, corpus_folder, part="base")):
        assert main(["runs", "delete", name]) == 0
        assert main(["runs", "delete", name]) == 2
        assert "There is no run" in capsys.readouterr().err
        assert name not in listed(store)
        assert main(["runs", "restore", name]) == 0
        assert name in listed(store)
