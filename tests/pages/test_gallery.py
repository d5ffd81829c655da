"""Recorded runs on the pages: seen at once, marked as recorded, and never mistaken for a run of the reader's own."""

import pytest
from streamlit.testing.v1 import AppTest

from core.runs.finished import gallery
from core.runs.store import RunStore
from tests.pages.test_pages import SHELL


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
