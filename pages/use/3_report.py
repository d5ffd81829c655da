"""Report: a finished run or sweep as a page to hand on, as slides and as a notebook."""

from collections.abc import Iterable
from dataclasses import replace

import streamlit as st

from core.errors import RanklensError
from core.report.notebook import notebook
from core.report.page import report_html
from core.report.slides import Slide, slides
from core.report.story import Grid
from core.report.tell import story_of
from core.runs.finished import FinishedRun
from core.runs.finished_sweep import FinishedSweep, finished_either
from core.runs.sweeps import SweepStore
from ui.chart import dark, draw
from ui.errors import say_error
from ui.knobs import whole
from ui.navigation import page_file
from ui.notes import edit_notes
from ui.numbers import show_numbers
from ui.picker import pick_finished
from ui.projector import fill_screen
from ui.words import escape

HEIGHT_PIXELS = 560  # a slide and the row below it fit a projector's 720, once the page's wide margins are gone


def page() -> None:
    """The report as it will be, or the slides where the URL asks for them."""
    store = SweepStore()
    if "present" in st.query_params:
        try:
            finished = finished_either(store, st.query_params.get("run", ""))
        except RanklensError as problem:
            say_error(problem)
            st.page_link(page_file("report"), label="Leave")  # the only way: slides have no navigation
            return
        present(finished)
        return
    st.title("Report")
    finished = pick_finished(store)
    if finished:
        hand_on(finished)
        edit_notes(store, finished.id, what="sweep" if isinstance(finished, FinishedSweep) else "run")
        preview(finished)


def hand_on(finished: FinishedRun | FinishedSweep) -> None:
    """The ways out of the app: a page, a notebook, slides; and the commands that do the same."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Download the report",
            lambda: report_html(finished),
            file_name=f"report-{finished.id}.html",
            mime="text/html",
            on_click="ignore",
            type="primary",
            help="One HTML file that opens without a network and prints to two pages.",
            key="download-report",
        )
        st.download_button(
            "Download a notebook",
            lambda: notebook(finished),
            file_name=f"{finished.id}.ipynb",
            mime="application/x-ipynb+json",
            on_click="ignore",
            help="A Jupyter notebook that runs it again and draws the same charts.",
            key="download-notebook",
        )
        st.page_link(
            page_file("report"),
            label="Present it",
            query_params={"run": finished.id, "present": "1"},
            help="As slides.",
        )
    with st.expander("Copy as command"):
        st.code(f"python -m core report {finished.id}\npython -m core notebook {finished.id}", language="bash")


def preview(finished: FinishedRun | FinishedSweep) -> None:
    """What the report holds."""
    story = story_of(finished, dark=dark())
    st.header(escape(story.statement))
    st.caption(escape(story.described))
    for warning in story.warnings:
        st.warning(escape(warning))
    show_numbers(story.numbers)
    done, sure = st.columns(2)
    done.subheader("What was done")
    done.markdown(listed(story.method))
    sure.subheader("How sure we are")
    sure.markdown(listed(story.sure))
    for figure in story.figures:
        st.subheader(escape(figure.heading))
        draw(figure.chart, key=f"report-{figure.name}")
    grid(story.grid)
    st.subheader(f"How to get {'the same' if story.repeats else 'similar'} numbers")
    facts(story.facts)


def grid(told: Grid) -> None:
    """The table of the report."""
    st.caption(told.label)
    rows = [dict(zip(told.columns, row, strict=True)) for row in told.rows]
    st.dataframe(rows, hide_index=True, key="report-grid")


def listed(sentences: Iterable[str]) -> str:
    """The sentences as a numbered list."""
    return "\n".join(f"1. {escape(sentence)}" for sentence in sentences)


def present(finished: FinishedRun | FinishedSweep) -> None:
    """One slide, and the way to the others: by button, by arrow key, by link."""
    shown = slides(finished, dark=dark())
    place = whole(st.query_params.get("slide"), 1, most=len(shown))
    fill_screen()
    with st.container(height=HEIGHT_PIXELS, border=False, key="slide"):
        show(shown[place - 1])
    with st.container(horizontal=True, vertical_alignment="center"):
        turn("Back", "Left", place - 1, enabled=place > 1)
        turn("Next", "Right", place + 1, enabled=place < len(shown))
        st.text(f"{place} of {len(shown)}", width="content")
        st.page_link(page_file("report"), label="Leave", query_params={"run": finished.id})


def turn(label: str, key: str, place: int, *, enabled: bool) -> None:
    """A button, and the keyboard's `key`, to the slide at `place`."""
    if st.button(label, key=f"turn-{key}", shortcut=key, disabled=not enabled):
        st.query_params["slide"] = str(place)
        st.rerun()


def show(slide: Slide) -> None:
    """The slide's statement in large type, and what bears it out."""
    st.title(escape(slide.statement))
    if slide.numbers:
        show_numbers([replace(number, help="") for number in slide.numbers])  # nobody hovers over a slide
    for sentence in slide.sentences:
        st.subheader(escape(sentence), anchor=False)
    if slide.chart:
        draw(slide.chart, key="slide-chart")
    if slide.facts:
        facts(slide.facts)


def facts(told: dict[str, str]) -> None:
    """Labels and texts, the command to copy."""
    for label, text in told.items():
        if label == "Command":
            st.code(text, language="bash", wrap_lines=True)
        else:
            st.markdown(f"**{label}** · {escape(text)}")


try:
    page()
except RanklensError as problem:
    say_error(problem)
