"""A question with answers to choose from."""

from dataclasses import dataclass
from typing import Any

from core.errors import ConfigError
from core.lessons.exercises import Facts
from core.lessons.questions import QUESTIONS, Question, QuestionParameters
from core.parameters import parameter

FEWEST = 2


@dataclass(frozen=True)
class ChooseParameters(QuestionParameters):
    """The answers."""

    options: str = parameter("yes | no", help="The answers, with | between; the fact is one of them.")

    def __post_init__(self) -> None:
        """Check the fields, and that there is something to choose."""
        super().__post_init__()
        if len(self.listed) < FEWEST or not all(self.listed):
            raise ConfigError("options", self.options, "give two or more answers with | between")

    @property
    def listed(self) -> tuple[str, ...]:
        """The answers, one by one."""
        return tuple(option.strip() for option in self.options.split("|"))


@QUESTIONS.register("choose", title="Choose", help="One of several answers is right.", example=ChooseParameters())
class Choose(Question[ChooseParameters]):
    """Right is the option that the fact is."""

    @property
    def options(self) -> tuple[str, ...]:
        """See `Question.options`."""
        return self.parameters.listed

    def is_right(self, given: Any, facts: Facts) -> bool:
        """See `Question.is_right`."""
        return bool(given == str(facts[self.parameters.answer]))
