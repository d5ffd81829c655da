"""The lesson format: what it says, and sentences for what it can't say."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import LessonError
from core.lessons.parse import parse_lesson, read_lesson

STEP = """## One idea
Text of *it*.

:::matrix
rows: 5
:::

:::number
ask: How many?
answer: stored
within: 0.5
right: Yes: {stored}.
wrong: No.
:::
"""
LESSON = f"# Title\nAbout it.\n\n{STEP}"


def lesson(text=LESSON):
    return parse_lesson(text, file="1_test.md", number=1)


def test_a_lesson_is_its_title_summary_and_steps():
    found = lesson(LESSON + STEP.replace("One idea", "Another"))
    assert (found.title, found.summary) == ("Title", "About it.")
    assert [step.title for step in found.steps] == ["One idea", "Another"]
    step = found.steps[0]
    assert (step.text, step.exercise, step.question) == ("Text of *it*.", "matrix", "number")
    assert (step.exercise_parameters.rows, step.exercise_parameters.columns) == (5, 4)
    assert (step.question_parameters.within, step.question_parameters.right) == (0.5, "Yes: {stored}.")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("# Title\n", "", r"line 1: a lesson begins with a line “# Title”"),
        ("About it.\n", "", r"line 1: a lesson begins with"),
        (STEP, "", r"line 1: there is no step"),
        ("Text of *it*.", "", r"line 4: the step “One idea” has no text"),
        (":::matrix", ":::matrx", r"line 4: the step “One idea” must have an exercise .* it has matrx, number"),
        (":::matrix", "::: ", r"line 7: a directive says its kind"),
        ("rows: 5", "rows 5", r"line 8: in “matrix”, each line is a name, a colon and a value"),
        ("rows: 5", "rows: 5\nrows: 6", r"line 9: in “matrix”, 'rows' is given twice"),
        ("rows: 5", "rows: five", r"line 7: rows can't be 'five'"),
        ("rows: 5", "rows: 1000", r"line 7: rows can't be 1000: .*at most 50"),
        ("rows: 5", "height: 5", r"line 7: “matrix” has no parameter 'height'; there are: rows, columns"),
        ("answer: stored\n", "", r"line 11: the question has no “answer”"),
        ("wrong: No.\n:::", "wrong: No.", r"line 11: “number” isn't closed"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(old, new, sentence):
    assert old in LESSON
    with pytest.raises(LessonError, match=r"^1_test.md, " + sentence):
        lesson(LESSON.replace(old, new, 1))


@given(st.lists(st.sampled_from([*LESSON.splitlines(), "", ":::", "## ", "# x", "a: b", ":::choose"]), max_size=40))
def test_any_mixture_of_lines_is_a_lesson_or_a_sentence(lines):
    with contextlib.suppress(LessonError):
        assert lesson("\n".join(lines)).steps


@given(st.text())
def test_any_text_is_a_lesson_or_a_sentence(text):
    with pytest.raises(LessonError, match=r"^1_test.md, line \d+: "):
        lesson(text)


def test_a_file_says_its_place_by_its_name(tmp_path):
    path = tmp_path / "12_so.md"
    path.write_text(LESSON)
    assert read_lesson(path).number == 12
    with pytest.raises(LessonError, match="a number, an underline and a name"):
        read_lesson(tmp_path / "so.md")
    path.write_bytes(b"\xff")
    with pytest.raises(LessonError, match="can't be read"):
        read_lesson(path)
