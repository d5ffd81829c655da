"""Lessons: one idea a step, one thing to do, one check. Each step is a link."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.errors import RanklensError
from core.lessons.course import course
from core.lessons.exercises import EXERCISES, Control, Guess, Shown
from core.lessons.parse import Lesson
from core.lessons.questions import QUESTIONS
from core.runs.sweeps import SweepStore
from ui.cells import cells
from ui.chart import dark, draw, preload
from ui.errors import say_error
from ui.lessons.check import ask
from ui.lessons.controls import draw_controls, guess_setter, key_of
from ui.lessons.evidence import evidence
from ui.lessons.state import MOST_SEEDS, State
from ui.navigation import page_file
from ui.projector import fill_screen


def page() -> None:
    """The step that the URL names, or all lessons."""
    lessons = course()
    state = State.from_url(lessons)
    if state.number is None:
        contents(lessons)
    else:
        show_step(lessons[state.number], state)


def contents(lessons: Mapping[int, Lesson]) -> None:
    """A card for each lesson."""
    st.title("Lessons")
    st.caption(
        "Short steps with something to do in each. The address bar holds the whole state: share it with a class."
    )
    preload()
    for cell, lesson in zip(cells(len(lessons)), lessons.values(), strict=True):
        with cell.container(border=True, height="stretch"):
            query = {"lesson": str(lesson.number)}
            st.page_link(page_file("lessons"), label=f"{lesson.number}  {lesson.title}", query_params=query)
            st.caption(f"{lesson.summary} {len(lesson.steps)} steps.")


def show_step(lesson: Lesson, state: State) -> None:
    """The idea and the question on the left, what is seen on the right."""
    step = lesson.steps[state.step - 1]
    exercise = EXERCISES.get(step.exercise).build(step.exercise_parameters, seed=state.seed)
    question = QUESTIONS.get(step.question).build(step.question_parameters)
    controls = exercise.controls()
    fill_screen()
    heading, links = st.columns([3, 2], vertical_alignment="center")
    heading.caption(f"Lesson {lesson.number} · {lesson.title} · step {state.step} of {len(lesson.steps)}")
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.header(step.title, anchor=False)
        st.markdown(step.text)
        values = draw_controls(controls, state)
        ready = all(
            set(control.ranks) == set(values[control.name]) for control in controls if isinstance(control, Guess)
        )
        found = evidence(SweepStore(), exercise, key=key_of(state), ready=ready) if exercise.runs() else []
    shown = exercise.show(values, found, dark=dark())
    with right:
        picture(shown, controls, state)
    with left:
        ask(question, shown.facts, key=key_of(state))
    with links:
        navigate(lesson, state, controls, values)
    st.query_params.from_dict(state.query(values))


def picture(shown: Shown, controls: tuple[Control, ...], state: State) -> None:
    """Numbers, and charts side by side; where a curve is to be drawn, the chart takes clicks."""
    if shown.numbers:
        with st.container(horizontal=True, gap="medium"):
            for number in shown.numbers:
                st.metric(number.label, number.text, help=number.help, width="content")
    if not shown.charts:
        preload()
        st.info("This is about real models: press **Run it**, and they are trained here and now.")
        return
    guess = next((control for control in controls if isinstance(control, Guess)), None)
    on_click = guess_setter(guess, state) if guess and guess.name not in state.hidden else None
    for place, (column, chart) in enumerate(zip(st.columns(len(shown.charts)), shown.charts, strict=True)):
        with column:
            draw(chart, key=f"{key_of(state)}-chart-{place}", on_click=on_click)


def navigate(lesson: Lesson, state: State, controls: tuple[Control, ...], values: Mapping[str, Any]) -> None:
    """To the steps before and after, to all lessons, and what a teacher may set."""
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        if state.step > 1:
            st.page_link(page_file("lessons"), label="← Back", query_params=state.query(values, step=state.step - 1))
        if state.step < len(lesson.steps):
            st.page_link(page_file("lessons"), label="Next →", query_params=state.query(values, step=state.step + 1))
        elif lesson.number + 1 in course():
            st.page_link(page_file("lessons"), label="Next lesson →", query_params={"lesson": str(lesson.number + 1)})
        st.page_link(page_file("lessons"), label="All lessons")
        with st.popover("For a class", help="What the link gives to a class."):
            hand_out(state, controls, values)


def hand_out(state: State, controls: tuple[Control, ...], values: Mapping[str, Any]) -> None:
    """Another seed, hidden controls, and the link that has both."""
    seed = st.slider(
        "Seed", 0, MOST_SEEDS, state.seed, help="Another one draws another matrix, or trains other models."
    )
    names = {control.name: control.label for control in controls}
    hidden = st.multiselect(
        "Hidden controls",
        list(names),
        [name for name in names if name in state.hidden],
        format_func=names.__getitem__,
        help="They keep the values that they have now, and the class doesn't see them.",
    )
    chosen = State(state.number, state.step, seed, frozenset(hidden), state.texts)
    st.page_link(page_file("lessons"), label="Open it so, and copy the address", query_params=chosen.query(values))


try:
    page()
except RanklensError as problem:
    say_error(problem)
