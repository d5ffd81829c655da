"""An error of ours is a sentence wherever it arises, in a part of a page that is redrawn alone too."""

import pytest

from core.errors import StoreError
from core.runs.claim import Claim
from core.runs.store import RunStore
from core.runs.sweeps import SweepStore
from core.sweep_config import SweepConfig
from tests.pages.test_pages import app as app  # noqa: PLC0414 - a fixture
from tests.test_pipeline import config
from ui.navigation import page_file
from ui.words import escape

PROBLEM = "The store *here* can't be read."


@pytest.fixture
def broken():
    """Stands in for what reads the store."""

    def read(*_, **__):
        raise StoreError(PROBLEM)

    return read


def test_a_run_whose_points_cannot_be_read_is_a_sentence(app, corpus_folder, monkeypatch, broken):
    store = RunStore()
    run = store.create(config(corpus_folder))
    Claim(store, run).finish("stopped", error="The run was stopped.")
    monkeypatch.setattr(RunStore, "points", broken)
    app.query_params["run"] = run
    app.run()
    assert not app.exception
    assert [error.value for error in app.error] == [escape(PROBLEM)]
    assert [area.label for area in app.text_area] == ["Notes on this run"]


@pytest.mark.parametrize("page", ["sweep", "compare_methods"])
def test_a_sweep_that_cannot_be_shown_is_a_sentence(app, corpus_folder, monkeypatch, broken, page):
    store = SweepStore()
    sweep = store.create_sweep(SweepConfig(config(corpus_folder), methods=("low-rank",), ranks=(2, 3)))
    store.cancel_sweep(sweep)
    monkeypatch.setattr("ui.sweep_start._said", broken)
    app.run()
    app.query_params["sweep"] = sweep
    app.switch_page(page_file(page)).run()
    assert not app.exception
    assert [error.value for error in app.error] == [escape(PROBLEM)]
