"""Recorded runs on the pages: seen at once, marked as recorded, and never mistaken for a run of the reader's own."""

import pytest
from streamlit.testing.v1 import AppTest

from core.runs.finished import gallery
from core.runs.finished_sweep import recorded_sweeps
from core.runs.store import RunStore
from core.runs.sweeps import SweepStore
from core.sweep_table import tabulate
from tests.pages.test_pages import SHELL
from ui.navigation import page_file


@pytest.fixture
def app():
    return AppTest.from_file(str(SHELL), default_timeout=30)


def test_the_welcome_shows_recorded_numbers(app):
    app.run()
    shown = [metric.value for metric in app.metric]
    assert shown == [
        text
        for run in gallery().values()
        for text in (f"{run.result.compressed.compression:.1%}", f"{run.result.compressed.test_accuracy:.1%}")
    ]


@pytest.mark.parametrize("run", gallery().values(), ids=lambda run: run.id)
def test_live_run_opens_a_recorded_run_without_storing_it(app, run):
    app.query_params["run"] = run.id
    app.run()
    assert not app.exception
    assert app.metric[1].value == f"{run.result.compressed.test_accuracy:.1%}"
    assert any(run.recorded.commit in caption.value for caption in app.caption)
    assert app.selectbox(key=f"form-{run.id}-model").value == run.config.model
    assert app.button(key="start").label == "Start"
    assert RunStore().newest() == []


@pytest.mark.parametrize("run", gallery().values(), ids=lambda run: run.id)
def test_every_rank_starts_at_what_the_run_itself_had_when_just_compressed(app, run):
    app.query_params["run"] = run.id
    app.run()
    (shown,) = (metric for metric in app.metric if metric.label == "Accuracy on dev")
    assert shown.value == f"{run.marks['just_compressed']['dev_accuracy']:.1%}"
    better = [caption.value for caption in app.caption if "is best here" in caption.value]
    if run.id == "questions-dan-plain":
        assert better == ["“task” is best here: 76.4%"]


@pytest.mark.parametrize("sweep", recorded_sweeps().values(), ids=lambda sweep: sweep.id)
@pytest.mark.parametrize("asked", [False, True], ids=["an empty home", "a link"])
@pytest.mark.parametrize("page", ["sweep", "compare_methods"])
def test_a_recorded_sweep_is_seen_at_once_marked_and_can_be_run(app, sweep, asked, page):
    if asked:
        app.query_params["sweep"] = sweep.id
    app.run()
    app.switch_page(page_file(page)).run()
    assert not app.exception
    shown = app.dataframe[0].value
    cells = tabulate(sweep.runs).cells
    assert sorted(shown["test"]) == sorted(100 * cell.test.mean for cell in cells)
    assert "run" not in shown
    assert not any("click on a point" in caption.value for caption in app.caption)
    assert any(sweep.recorded.commit in caption.value for caption in app.caption)
    (again,) = [link for link in app.get("page_link") if link.proto.label == "Run it yourself"]
    assert "methods=" in again.proto.query_string
    assert SweepStore().sweeps() == []
