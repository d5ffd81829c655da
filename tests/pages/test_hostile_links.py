"""What a link, a path or a stored run says is shown as it stands: it can't make a page load a picture."""

import pytest

from core.report.markdown import to_html
from core.runs.claim import Claim
from core.runs.finished import gallery
from core.runs.store import RunStore
from tests.pages.test_pages import app as app  # noqa: PLC0414 - a fixture
from tests.test_pipeline import config
from ui.navigation import page_file
from ui.words import escape

PICTURE = "![p](p.png)"


def said(app):
    """All that the page reads as Markdown."""
    kinds = (app.markdown, app.caption, app.warning, app.error, app.info)
    links = [link.proto.label for link in app.get("page_link")]
    return "\n".join([element.value for kind in kinds for element in kind] + links)


@pytest.mark.parametrize(
    ("page", "link"),
    [
        ("learning_rates", {"optimizer": PICTURE}),
        ("report", {"present": "1", "run": PICTURE}),
    ],
)
def test_a_link_is_not_obeyed(app, page, link):
    app.run()
    app.query_params.clear()
    app.query_params.update(link)
    app.switch_page(page_file(page)).run()
    assert not app.exception
    assert escape(PICTURE) in said(app)
    assert PICTURE not in said(app)


@pytest.mark.parametrize("kind", ["dataset", "vectors"])
def test_a_path_is_not_obeyed(app, kind):
    app.query_params[kind] = PICTURE
    app.run()
    assert not app.exception
    assert escape(PICTURE) in said(app)
    assert PICTURE not in said(app)


def test_settings_side_by_side_are_not_obeyed(app, corpus_folder):
    store = RunStore()
    result = gallery()["questions-dan-task"].result
    for dataset in (PICTURE, "mine"):
        run = store.create(config(corpus_folder, dataset=dataset))
        Claim(store, run).finish("done", result=result)
    app.switch_page(page_file("runs")).run()
    for run in store.newest():
        app.checkbox(key=f"compare-{run.id}").check()
    app.run()
    assert not app.exception
    (table,) = app.table
    assert escape(PICTURE) in table.value.to_numpy()
    assert PICTURE not in table.value.to_numpy()


def test_notes_fetch_no_picture(app):
    run = next(iter(gallery()))
    RunStore().keep_notes(run, f"{PICTURE} **fine**")
    app.query_params["run"] = run
    app.switch_page(page_file("report")).run()
    assert not app.exception
    assert PICTURE not in said(app)
    assert any(html.proto.body == to_html(f"{PICTURE} **fine**").strip() for html in app.get("html"))


@pytest.mark.parametrize("state", ["stopped", "failed"])
def test_a_stored_run_is_not_obeyed(app, corpus_folder, state):
    store = RunStore()
    run = store.create(config(corpus_folder, dataset=PICTURE))
    Claim(store, run).finish(state, error=f"There is no {PICTURE}.")
    for link in ({}, {"run": run}):
        app.query_params.clear()
        app.query_params.update(link)
        app.run()
        assert not app.exception
        assert escape(PICTURE) in said(app)
        assert PICTURE not in said(app)
