"""Reads a lesson from its file.

    # Title
    What it is about, in a sentence.

    ## A step: one idea
    Some Markdown.

    :::matrix          an exercise, by the name it is registered under; its parameters, one a line
    rows: 6
    :::

    :::choose          a question about what the exercise computed
    ask: …
    :::

Every step has one exercise and one question, in this order.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError, LessonError
from core.lessons.exercises import EXERCISES
from core.lessons.questions import QUESTIONS, QuestionParameters
from core.parameters import Parameters, specs

FENCE = ":::"


@dataclass(frozen=True)
class Step:
    """One idea, one thing to do, one check. `exercise` and `question` are names of their kinds."""

    title: str
    text: str
    exercise: str
    exercise_parameters: Parameters
    question: str
    question_parameters: QuestionParameters


@dataclass(frozen=True)
class Lesson:
    """A lesson: its place in the course, its title, what it is about, its steps."""

    number: int
    title: str
    summary: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class _Directive:
    kind: str
    values: Mapping[str, str]
    line: int


@dataclass(frozen=True)
class _Part:
    """A heading and what is below it: text, and directives."""

    title: str
    line: int
    text: str
    directives: tuple[_Directive, ...]


def read_lesson(path: Path) -> Lesson:
    """The lesson in the file `<number>_<name>.md`.

    Raises:
        LessonError: saying in which line something is wrong.
    """
    number, _, name = path.stem.partition("_")
    if not number.isdecimal() or not name:
        raise LessonError(path.name, 1, "the file's name must be a number, an underline and a name, such as 2_rank.md.")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise LessonError(path.name, 1, f"it can't be read ({error}).") from None
    return parse_lesson(text, file=path.name, number=int(number))


def parse_lesson(text: str, *, file: str, number: int) -> Lesson:
    """The lesson that `text` is; `file` is what errors call it.

    Raises:
        LessonError: saying in which line something is wrong.
    """
    head, *parts = _parts(text, file)
    if not head.title or not head.text or head.directives:
        raise LessonError(file, head.line, "a lesson begins with a line “# Title” and a sentence on what it is about.")
    if not parts:
        raise LessonError(file, head.line, "there is no step; each begins with a line “## Title”.")
    return Lesson(number, head.title, head.text, tuple(_step(part, file) for part in parts))


def _step(part: _Part, file: str) -> Step:
    kinds = [each.kind for each in part.directives]
    if len(kinds) != 2 or kinds[0] not in EXERCISES.names() or kinds[1] not in QUESTIONS.names():  # noqa: PLR2004
        wanted = f"an exercise ({', '.join(EXERCISES.names())}), then a question ({', '.join(QUESTIONS.names())})"
        found = ", ".join(kinds) or "nothing"
        raise LessonError(file, part.line, f"the step “{part.title}” must have {wanted}; it has {found}.")
    if not part.text:
        raise LessonError(file, part.line, f"the step “{part.title}” has no text: state its idea.")
    exercise, question = part.directives
    asked = _build(QUESTIONS.get(question.kind).parameters, question, file)
    assert isinstance(asked, QuestionParameters)
    for name in ("ask", "answer", "right", "wrong"):
        if not getattr(asked, name):
            raise LessonError(file, question.line, f"the question has no “{name}”.")
    done = _build(EXERCISES.get(exercise.kind).parameters, exercise, file)
    return Step(part.title, part.text, exercise.kind, done, question.kind, asked)


def _build(owner: type[Parameters], directive: _Directive, file: str) -> Parameters:
    known = {spec.name: spec for spec in specs(owner)}
    unknown = [name for name in directive.values if name not in known]
    if unknown:
        allowed = ", ".join(known) or "none"
        raise LessonError(
            file, directive.line, f"“{directive.kind}” has no parameter {unknown[0]!r}; there are: {allowed}."
        )
    try:
        return owner(**{name: known[name].parse(value) for name, value in directive.values.items()})
    except InputError as error:
        raise LessonError(file, directive.line, str(error)) from None


def _parts(text: str, file: str) -> Iterator[_Part]:
    """The head, whose title is empty where it is missing, and the steps."""
    title, started = "", 1
    lines: list[str] = []
    directives: list[_Directive] = []
    numbered = iter(enumerate(text.splitlines(), start=1))
    for number, line in numbered:
        if line.startswith("## "):
            yield _Part(title, started, "\n".join(lines).strip(), tuple(directives))
            title, started, lines, directives = line[3:].strip(), number, [], []
        elif line.startswith("# ") and not title:
            title, started = line[2:].strip(), number
        elif line.startswith(FENCE):
            directives.append(_directive(line, number, numbered, file))
        else:
            lines.append(line)
    yield _Part(title, started, "\n".join(lines).strip(), tuple(directives))


def _directive(opening: str, line: int, rest: Iterator[tuple[int, str]], file: str) -> _Directive:
    kind = opening.removeprefix(FENCE).strip()
    if not kind:
        raise LessonError(file, line, f"a directive says its kind, such as {FENCE}choose.")
    values: dict[str, str] = {}
    for number, text in rest:
        if text.strip() == FENCE:
            return _Directive(kind, values, line)
        name, colon, value = text.partition(":")
        if text.strip() and (not colon or not name.strip().isidentifier()):
            raise LessonError(file, number, f"in “{kind}”, each line is a name, a colon and a value.")
        if text.strip():
            if name.strip() in values:
                raise LessonError(file, number, f"in “{kind}”, {name.strip()!r} is given twice.")
            values[name.strip()] = value.strip()
    raise LessonError(file, line, f"“{kind}” isn't closed; end it with a line {FENCE}.")
