"""Questions: how a step checks what was learned. One file a kind.

The right answer is always a fact that the step's exercise computed. Feedback may name facts in braces.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from core.lessons.exercises import Facts
from core.parameters import Parameters, parameter
from core.registry import Registry


@dataclass(frozen=True)
class QuestionParameters(Parameters):
    """What every question has."""

    ask: str = parameter("", help="The question, or what is to be done.")
    answer: str = parameter("", help="The name of the fact that is the answer.")
    right: str = parameter("", help="Said to a right answer; facts may stand in braces.")
    wrong: str = parameter("", help="Said to a wrong one, kindly; facts may stand in braces.")


Q = TypeVar("Q", bound=QuestionParameters)


class Question(ABC, Generic[Q]):
    """One kind of question."""

    def __init__(self, parameters: Q) -> None:
        """Ask what `parameters` say."""
        self.parameters = parameters

    @property
    def options(self) -> tuple[str, ...]:
        """Answers to choose from, where there are some."""
        return ()

    @property
    def asks_number(self) -> bool:
        """Whether a number is typed."""
        return False

    @abstractmethod
    def is_right(self, given: Any, facts: Facts) -> bool:
        """Whether the answer `given` is right; None stands for no answer where something is to be done instead."""

    def feedback(self, given: Any, facts: Facts) -> str:
        """What to say to the answer."""
        text = self.parameters.right if self.is_right(given, facts) else self.parameters.wrong
        return text.format_map(facts)


QUESTIONS: Registry[type[Question[Any]]] = Registry("question", __name__)

__all__ = ["QUESTIONS", "Question", "QuestionParameters"]
