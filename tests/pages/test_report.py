"""The page Report, without a browser: preview, notes, slides."""

import pytest
from streamlit.testing.v1 import AppTest

from core.runs.finished import gallery
from core.runs.finished_sweep import recorded_sweeps
from core.runs.store import RunStore
from core.runs.sweeps import SweepStore
from tests.pages.test_pages import SHELL
from tests.report.hostile import ATTACK
from ui.navigation import page_file
from ui.words import escape

RUN = gallery()["questions-lstm-task"]


@pytest.fixture
def report():
    app = AppTest.from_file(str(SHELL), default_timeout=30).run()
    app.query_params["run"] = RUN.id
    return app.switch_page(page_file("report")).run()


def test_it_previews_the_run_that_the_url_names(report):
    assert not report.exception
    assert report.metric[1].value == f"{RUN.result.compressed.test_accuracy:.1%}"
    assert RUN.config.to_command() in [code.value for code in report.code]


def test_a_sweep_is_previewed_noted_and_presented(report):
    (sweep, *_) = recorded_sweeps().values()
    report.query_params["run"] = sweep.id
    report.run()
    assert not report.exception
    assert report.selectbox[0].value == sweep.id
    assert sweep.config.to_command() in [code.value for code in report.code]
    assert len(report.dataframe[0].value) == 1 + len(sweep.table.cells)
    report.text_area[0].set_value("Take the *smallest*.").run()
    assert SweepStore().notes(sweep.id) == "Take the *smallest*."
    report.query_params["present"] = "1"
    report.run()
    assert report.text[0].value == "1 of 6"


def test_notes_are_saved_when_left_shown_and_undone(report):
    report.text_area[0].set_value("We ship **this**.").run()
    assert RunStore().notes(RUN.id) == "We ship **this**."
    assert "<p>We ship <strong>this</strong>.</p>" in [html.proto.body for html in report.get("html")]
    report.button(key=f"undo-notes-{RUN.id}").click().run()
    assert RunStore().notes(RUN.id) == ""
    assert not report.exception


def test_notes_that_were_cleared_are_brought_back(report):
    for text in ("We ship this.", ""):
        report.text_area[0].set_value(text).run()
    undo = report.button(key=f"undo-notes-{RUN.id}")
    assert not undo.disabled
    undo.click().run()
    assert RunStore().notes(RUN.id) == report.text_area[0].value == "We ship this."
    report.button(key=f"undo-notes-{RUN.id}").click().run()
    assert report.button(key=f"undo-notes-{RUN.id}").disabled


def test_a_tab_left_as_it_was_overwrites_nothing(report):
    RunStore().keep_notes(RUN.id, "Newer.")
    report.button(key=f"save-notes-{RUN.id}").click().run()
    assert RunStore().notes(RUN.id) == report.text_area[0].value == "Newer."
    assert not report.warning


def test_notes_changed_in_two_tabs_are_both_kept(report):
    RunStore().keep_notes(RUN.id, "Theirs.")
    report.text_area[0].set_value("Mine.").run()
    assert RunStore().notes(RUN.id) == "Mine."
    assert "changed elsewhere too" in report.warning[0].value
    report.button(key=f"undo-notes-{RUN.id}").click().run()
    assert RunStore().notes(RUN.id) == report.text_area[0].value == "Theirs."
    assert not report.warning


def test_html_in_notes_stays_text(report):
    report.text_area[0].set_value(ATTACK).run()
    assert not report.exception
    assert not any(tag in html.proto.body for html in report.get("html") for tag in ("<script", "<img"))


def test_slides_are_turned_and_are_a_link(report):
    report.query_params["present"] = "1"
    report.run()
    assert report.text[0].value == "1 of 7"
    assert report.button(key="turn-Left").disabled
    report.button(key="turn-Right").click().run()
    assert report.query_params["slide"] == "2"
    assert report.text[0].value == "2 of 7"
    report.query_params["slide"] = "99"
    report.run()
    assert report.text[0].value == "7 of 7"
    assert report.button(key="turn-Right").disabled
    for bad in ("x", "9" * 5000):
        report.query_params["slide"] = bad
        report.run()
        assert not report.exception
        assert report.text[0].value == "1 of 7"


def test_notes_that_show_nothing_are_no_error(report):
    report.text_area[0].set_value(" \n").run()
    assert not report.exception


@pytest.mark.parametrize("run", ["deadbeef", ""])
def test_slides_of_a_run_that_is_gone_are_a_sentence_and_can_be_left(report, run):
    report.query_params.update({"present": "1", "run": run})
    report.run()
    assert not report.exception
    assert "no run" in report.error[0].value
    assert [link.proto.label for link in report.get("page_link")] == ["Leave"]


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("*a* [b](c)", r"\*a\* \[b\](c)"),
        ("AT&amp;T", r"AT\&amp;T"),
        ("- x", r"\- x"),
        ("12. x", r"12\. x"),
        ("It's well-read, at 1.5 ms; 50% (or so)!", "It's well-read, at 1.5 ms; 50% (or so)!"),
    ],
)
def test_plain_shows_markdown_as_typed(text, markdown):
    assert escape(text) == markdown
