"""All lessons that ship with the project, in order."""

from functools import cache
from pathlib import Path

from core.errors import LessonError
from core.lessons.parse import Lesson, read_lesson

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "lessons"


@cache
def course(folder: Path = FOLDER) -> dict[int, Lesson]:
    """The lessons in `folder`, by number.

    Raises:
        LessonError: when one can't be understood, or when two have the same number.
    """
    found: dict[int, Lesson] = {}
    for path in sorted(folder.glob("*.md")):
        lesson = read_lesson(path)
        if lesson.number in found:
            raise LessonError(path.name, 1, f"there is another lesson with the number {lesson.number}.")
        found[lesson.number] = lesson
    return dict(sorted(found.items()))
