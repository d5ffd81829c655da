"""A question whose answer is a number."""

from dataclasses import dataclass
from typing import Any

from core.lessons.exercises import Facts
from core.lessons.questions import QUESTIONS, Question, QuestionParameters
from core.parameters import parameter


@dataclass(frozen=True)
class NumberParameters(QuestionParameters):
    """How exact the answer has to be."""

    within: float = parameter(0.0, minimum=0, help="How far from the fact an answer may be.")


@QUESTIONS.register(
    "number", title="A number", help="A number near enough to the fact is right.", example=NumberParameters()
)
class ANumber(Question[NumberParameters]):
    """Right is a number within a distance of the fact."""

    @property
    def asks_number(self) -> bool:
        """See `Question.asks_number`."""
        return True

    def is_right(self, given: Any, facts: Facts) -> bool:
        """See `Question.is_right`."""
        return given is not None and abs(given - facts[self.parameters.answer]) <= self.parameters.within + 1e-9
