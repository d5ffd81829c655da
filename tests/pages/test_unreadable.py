"""Runs and sweeps that can't be read, on the pages that list them."""

from core.runs.sweeps import SweepStore
from tests.pages.test_pages import app as app  # noqa: PLC0414 - a fixture
from tests.runs.test_unreadable import unreadable_run, unreadable_sweep
from tests.test_pipeline import config
from ui.navigation import page_file


def test_pages_show_what_cannot_be_read_and_delete_it(app, corpus_folder, started):
    store = SweepStore()
    readable, run = store.create(config(corpus_folder)), unreadable_run(store, corpus_folder)
    sweep = unreadable_sweep(store, corpus_folder, part="base")
    app.query_params["run"] = run
    app.run()
    assert not app.exception
    assert "can't be read" in app.warning[0].value
    for page, name, undo in (("runs", run, "undo"), ("sweep", sweep, "undo-sweep")):
        app.switch_page(page_file(page)).run()
        assert not app.exception
        assert any(f"{name} can't be read" in text.value for text in app.text)
        app.button(key=f"delete-{name}").click().run()
        assert not any("can't be read" in text.value for text in app.text)
        app.button(key=undo).click().run()
        assert not app.exception
    assert {each.id for each in store.newest()} == {readable, run}
    app.query_params.clear()
    for page in ("compare_methods", "report", "cost"):
        app.switch_page(page_file(page)).run()
        assert not app.exception
