"""The page Sweep, driven without a browser."""

import pytest

from core.runs.finished_sweep import recorded_sweeps
from core.runs.sweeps import SweepStore
from core.runs.trunk_store import TrunkStore
from core.runs.worker import execute
from core.runs.workshop import Workshop
from core.sweep_config import SweepConfig
from core.sweep_table import USUAL_POINTS_LOST
from tests.pages.test_pages import app as app  # noqa: PLC0414 - a fixture
from tests.test_pipeline import config
from ui.navigation import page_file


@pytest.fixture
def store():
    return SweepStore()


def done(store, folder, *, ranks=(2, 3)):
    sweep = store.create_sweep(SweepConfig(config(folder, pretrain_epochs=4), metrics=("plain", "task"), ranks=ranks))
    workshop = Workshop(TrunkStore())
    while run := store.claim_next(at_once=1):
        execute(store, run, shared=workshop)
    return sweep


def test_the_empty_page_has_one_action_and_the_link_holds_the_choice(app, started, corpus_folder):
    link = {
        "dataset": str(corpus_folder),
        "vectors": "random",
        "width": "16",
        "ranks": "2,3",
        "methods": "low-rank,dense+",
    }
    app.query_params.update(link)
    app.switch_page(page_file("sweep")).run()
    assert not app.exception
    assert "Press **Start**" in app.info[0].value
    assert app.button(key="start-sweep").label == "Start 3 runs"
    app.button(key="start-sweep").click().run()
    assert not app.exception
    (record,) = SweepStore().sweeps()
    assert record.config.ranks == (2, 3)
    assert app.query_params["sweep"] == record.id
    assert started


def test_lists_that_cannot_be_read_are_said_beside_them(app, started):
    app.switch_page(page_file("sweep")).run()
    app.text_input(key="sweep-form-compressions").set_value("0.5, nine").run()
    assert not app.exception
    assert "a number more than 0" in app.sidebar.error[0].value
    assert app.button(key="start-sweep").disabled
    app.multiselect(key="sweep-form-methods").set_value([]).run()
    assert "choose at least one" in app.sidebar.error[0].value


def test_a_finished_sweep_answers_what_is_small_enough(app, store, corpus_folder, started):
    sweep = done(store, corpus_folder)
    app.query_params["sweep"] = sweep
    app.switch_page(page_file("sweep")).run()
    assert not app.exception
    app.slider(key=f"may-lose-{sweep}").set_value(5.0).run()
    assert not app.exception
    shown = app.dataframe[0].value
    assert sorted(shown["rank"]) == [2, 2, 3, 3]
    assert all(link.startswith("/?run=") for link in shown["run"])
    metrics = [metric.label for metric in app.metric]
    assert metrics == ["Table smaller by", "Accuracy on dev", "Confirmed on test", "Deployed file"]
    (other, *_) = recorded_sweeps()
    app.query_params["sweep"] = other
    app.run()
    assert app.slider(key=f"may-lose-{other}").value == USUAL_POINTS_LOST


def test_a_sweep_is_paused_resumed_cancelled_grown_deleted_and_restored(app, store, corpus_folder, started):
    chosen = SweepConfig(config(corpus_folder), methods=("low-rank",), ranks=(2, 3))
    sweep = store.create_sweep(chosen)
    app.query_params["sweep"] = sweep
    app.switch_page(page_file("sweep")).run()
    app.button(key="pause").click().run()
    assert store.sweep(sweep).state == "paused"
    app.button(key="resume").click().run()
    assert store.sweep(sweep).state == "queued"
    for size, sentence in (("", "Type ranks or seeds"), ("3", "there already")):
        app.text_input(key="more-sizes").set_value(size)
        app.button(key="add").click().run()
        assert sentence in app.toast[0].value
        assert len(store.sweep(sweep).runs) == 2
    app.text_input(key="more-sizes").set_value("5, 3")
    app.button(key="add").click().run()
    assert not app.toast
    assert next(field.value for field in app.sidebar.text_input if field.label == "Ranks") == "2, 3, 5"
    assert [run.config.options["rank"] for run in store.sweep(sweep).runs if run.config.options["rank"] == 5] == [5]
    app.button(key="cancel").click().run()
    assert store.sweep(sweep).state == "stopped"
    app.button(key=f"delete-{sweep}").click().run()
    assert store.sweeps() == []
    app.button(key="undo-sweep").click().run()
    assert not app.exception
    assert store.sweep(sweep).state == "stopped"


def test_every_sweep_that_was_deleted_of_late_can_be_brought_back_in_another_session(
    app, store, corpus_folder, started
):
    sweeps = [store.create_sweep(SweepConfig(config(corpus_folder), ranks=(rank,))) for rank in (2, 3)]
    for sweep in sweeps:
        store.delete_sweep(sweep)
    app.switch_page(page_file("sweep")).run()
    for sweep in sweeps:
        app.button(key=f"restore-{sweep}").click().run()
        assert not app.exception
        assert len(store.sweep(sweep).runs) == 1
    assert store.deleted_sweeps() == []


def test_older_sweeps_are_shown_when_asked_for(app, store, corpus_folder, started):
    sweeps = [store.create_sweep(SweepConfig(config(corpus_folder), ranks=(rank,))) for rank in range(1, 11)]
    app.switch_page(page_file("sweep")).run()

    def listed():
        links = [link.proto.query_string for link in app.main.get("page_link")]
        return [sweep for sweep in sweeps if f"sweep={sweep}" in links]

    assert listed() == sweeps[2:]
    app.button(key="more-sweeps").click().run()
    assert not app.exception
    assert listed() == sweeps
    assert "more-sweeps" not in [button.key for button in app.button]


def test_an_older_sweep_is_reported_by_its_link(app, store, corpus_folder, started, monkeypatch):
    sweep = done(store, corpus_folder, ranks=(2,))
    monkeypatch.setattr(SweepStore, "sweeps", lambda store: [])
    app.run()
    app.query_params["run"] = sweep
    app.switch_page(page_file("report")).run()
    assert not app.exception
    assert not app.warning
    assert app.query_params["run"] == sweep
    assert app.selectbox[0].value == sweep


@pytest.mark.parametrize("page", ["sweep", "compare_methods"])
def test_what_a_link_got_wrong_is_said_beside_the_form_too(app, page):
    app.run()
    app.query_params.clear()
    app.query_params["ranks"] = "-3"
    app.switch_page(page_file(page)).run()
    assert "can't be followed" in app.main.warning[0].value
    app.query_params.clear()
    app.query_params["dataset"] = "nope"
    app.run()
    assert not app.exception
    assert "uiuc-questions" in app.main.error[0].value
    assert next(button for button in app.button if button.label.startswith("Start")).disabled
    assert not app.info


def test_a_sweep_that_is_gone_is_a_sentence(app, started):
    app.query_params["sweep"] = "deadbeef"
    app.switch_page(page_file("sweep")).run()
    assert "no sweep" in app.warning[0].value
