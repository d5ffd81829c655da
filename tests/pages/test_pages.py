"""Pages, driven without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.runs.store import RunStore
from core.runs.worker import execute
from tests.test_pipeline import config

SHELL = Path(__file__).resolve().parents[2] / "pages" / "_shell.py"


@pytest.fixture
def app():
    return AppTest.from_file(str(SHELL), default_timeout=30)


def test_live_page_is_empty_until_something_is_started(app):
    app.run()
    assert not app.exception
    assert "press **Start**" in app.info[0].value
    assert app.button(key="start").label == "Start"


def test_a_shared_link_reproduces_the_choice(app):
    app.query_params["model"] = "lstm"
    app.query_params["rank"] = "7"
    app.run()
    assert app.selectbox(key="form-model").value == "lstm"
    assert app.number_input(key="form-rank").value == 7


@pytest.mark.parametrize(("name", "value"), [("model", "cnn"), ("rank", "ten"), ("nonsense", "1")])
def test_a_bad_link_is_a_sentence(app, name, value):
    app.query_params[name] = value
    app.run()
    assert not app.exception
    assert "can't be followed" in app.warning[0].value


def test_contradicting_choices_are_a_sentence_and_no_start(app):
    app.query_params["rank"] = "7"
    app.run()
    app.number_input(key="form-compression").set_value(0.5).run()
    assert "one is enough" in app.error[0].value
    assert not [button for button in app.button if button.key == "start"]


def test_finished_run_shows_its_numbers(app, corpus_folder):
    store = RunStore()
    run = store.create(config(corpus_folder))
    result = execute(store, run)
    app.query_params["run"] = run
    app.run()
    assert not app.exception
    assert app.metric[1].value == f"{result.compressed.test_accuracy:.1%}"
    assert app.metric[3].value == f"{result.deployed.macs:,}"


def test_lost_run_says_so(app, corpus_folder):
    store = RunStore()
    run = store.create(config(corpus_folder))
    store.update(run, state="running", stage="train", lease=0.0)
    app.query_params["run"] = run
    app.run()
    assert "without a word" in app.error[0].value


def test_runs_can_be_deleted_and_brought_back(app, corpus_folder):
    store = RunStore()
    run = store.create(config(corpus_folder))
    store.finish(run, "stopped", error="The run was stopped.")
    app.run().switch_page("runs.py").run()
    app.button(key=f"delete-{run}").click().run()
    assert store.newest() == []
    app.button(key="undo").click().run()
    assert [record.id for record in store.newest()] == [run]
