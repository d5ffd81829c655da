"""A goal to be reached with the controls, in place of a question."""

from typing import Any

from core.lessons.exercises import Facts
from core.lessons.questions import QUESTIONS, Question, QuestionParameters


@QUESTIONS.register(
    "reach", title="A goal", help="Move the controls until the fact is true.", example=QuestionParameters()
)
class Reach(Question[QuestionParameters]):
    """Right is when the fact is true."""

    def is_right(self, given: Any, facts: Facts) -> bool:
        """See `Question.is_right`."""
        del given
        return bool(facts[self.parameters.answer])
