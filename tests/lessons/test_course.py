"""What every lesson, every exercise and every question must keep, whoever adds it."""

import dataclasses
from itertools import pairwise

import numpy as np
import pytest

from core.compression.rank import break_even_rank
from core.errors import LessonError
from core.lessons.course import FOLDER, course
from core.lessons.exercises import EXERCISES, Guess
from core.lessons.exercises.runs import score_of
from core.lessons.questions import QUESTIONS
from core.runs.finished import finished_run
from core.runs.store import RunStore
from core.runs.worker import execute
from tests.test_pipeline import config

STEPS = [(lesson, step) for lesson in course().values() for step in lesson.steps]
EVERY_STEP = pytest.mark.parametrize(("lesson", "step"), STEPS, ids=lambda value: getattr(value, "title", value))


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A tiny run that stands for any."""
    folder = tmp_path_factory.mktemp("tiny")
    words = (("good", "great"), ("bad", "poor"))
    rows = [f"w{number % 9} {words[number % 2][number // 2 % 2]}\t{number % 2}" for number in range(120)]
    (folder / "train.tsv").write_text("text\tlabel\n" + "\n".join(rows) + "\n")
    store = RunStore(tmp_path_factory.mktemp("store"))
    run = store.create(config(folder))
    execute(store, run)
    return finished_run(store, run)


def built(step, seed=0):
    return EXERCISES.get(step.exercise).build(step.exercise_parameters, seed=seed)


def shown(exercise, finished, *, dark=False):
    values = {
        control.name: dict.fromkeys(control.ranks, 50.0) if isinstance(control, Guess) else control.start
        for control in exercise.controls()
    }
    runs = [dataclasses.replace(finished, config=wanted) for wanted in exercise.runs()]
    return exercise.show(values, runs, dark=dark)


def test_the_course_is_numbered_from_one():
    assert list(course()) == list(range(1, len(course()) + 1))


def test_two_lessons_with_one_number_are_refused(tmp_path):
    text = (FOLDER / "2_rank.md").read_text(encoding="utf-8")
    for name in ("2_a.md", "02_b.md"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(LessonError, match="another lesson with the number 2"):
        course(tmp_path)


@EVERY_STEP
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_step_computes_every_fact_that_its_question_names(lesson, step, seed, finished):
    found = shown(built(step, seed), finished)
    parameters = step.question_parameters
    question = QUESTIONS.get(step.question).build(parameters)
    assert parameters.answer in found.facts
    assert all(text.format_map(found.facts) for text in (parameters.right, parameters.wrong))
    for given in (*question.options, None):
        assert question.feedback(given, found.facts)
    assert found.charts
    assert all(chart.alt.endswith(".") for chart in found.charts)


@EVERY_STEP
def test_a_choice_has_its_answer_among_the_options_and_a_goal_is_not_reached_at_once(lesson, step, finished):
    exercise, question = built(step), QUESTIONS.get(step.question).build(step.question_parameters)
    if exercise.runs():
        return  # what those come to is measured, not known
    found = shown(exercise, finished)
    if question.options:
        assert sum(question.is_right(option, found.facts) for option in question.options) == 1
    elif question.asks_number:
        assert question.is_right(found.facts[step.question_parameters.answer], found.facts)
        assert not question.is_right(None, found.facts)
    else:
        assert not question.is_right(None, found.facts)


@EVERY_STEP
def test_every_place_of_every_control_can_be_shown(lesson, step, finished):
    exercise = built(step)
    for control in exercise.controls():
        ends = [getattr(control, end) for end in ("low", "high") if hasattr(control, end)] or list(
            getattr(control, "options", [])
        )
        for end in ends:
            values = {each.name: getattr(each, "start", None) for each in exercise.controls()} | {control.name: end}
            runs = [dataclasses.replace(finished, config=wanted) for wanted in exercise.runs()]
            assert exercise.show(values, runs, dark=True).charts


@EVERY_STEP
def test_runs_differ_and_follow_the_seed(lesson, step):
    runs = built(step, seed=3).runs()
    assert all(run.seed == 3 for run in runs)
    assert all(a != b for a, b in pairwise(runs))
    assert not runs or EXERCISES.get(step.exercise).build(step.exercise_parameters, seed=3).runs() == runs


@pytest.mark.parametrize("component", list(EXERCISES), ids=lambda component: component.name)
def test_an_exercises_example_can_be_shown(component, finished):
    assert component.help.endswith(".")
    assert shown(component.build(component.example, seed=0), finished).charts


def test_the_matrix_tells_the_truth():
    component = EXERCISES.get("matrix")
    exercise = component.build(component.parameters(rows=6, columns=4), seed=5)
    values = np.linalg.svd(exercise.table(), compute_uv=False)
    facts = exercise.show({"rank": 2}, (), dark=False).facts
    assert facts["kept"] == pytest.approx((values[:2] ** 2).sum() / (values**2).sum(), rel=1e-5)
    assert facts["error"] == pytest.approx(np.sqrt((values[2:] ** 2).sum() / (values**2).sum()), rel=1e-4)
    assert (facts["stored"], facts["break_even"]) == (20, break_even_rank(rows=6, width=4))


def test_the_score_is_the_mean_distance():
    assert score_of({1: 50.0, 2: 60.0}, {1: 40.0, 2: 64.0}) == 7.0


def test_the_truth_stays_hidden_until_every_rank_was_guessed(finished):
    component = EXERCISES.get("predict")
    exercise = component.build(component.parameters(run="", ranks="1,2"), seed=0)
    runs = exercise.runs()
    assert [run.options["rank"] for run in runs] == [1, 2]
    assert sorted(map(repr, exercise.sweep().runs())) == sorted(map(repr, runs))
    half = exercise.show({"guess": {1: 10.0}}, [finished, finished], dark=False)
    assert half.facts == {}
    assert [trace["name"] for trace in half.charts[0].traces] == ["your guess"]
    whole = exercise.show({"guess": {1: 10.0, 2: 20.0}}, [finished, finished], dark=False)
    after = 100 * finished.result.compressed.dev_accuracy
    assert whole.facts["score"] == pytest.approx((abs(10 - after) + abs(20 - after)) / 2)
