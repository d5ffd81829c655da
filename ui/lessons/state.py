"""The state of a step, all of it in the URL: lesson, step, seed, hidden controls, and the controls' values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.lessons.exercises import Choice, Control, Guess, Slider
from core.lessons.parse import Lesson
from ui.knobs import whole

MOST_SEEDS = 9
WHOLE = 100.0


@dataclass(frozen=True)
class State:
    """What the URL says, as far as it can be understood."""

    number: int | None
    step: int
    seed: int
    hidden: frozenset[str]
    texts: Mapping[str, str]

    @classmethod
    def from_url(cls, lessons: Mapping[int, Lesson]) -> "State":
        """The state that the URL holds; without a lesson where it names none of `lessons`."""
        texts = st.query_params.to_dict()
        asked = whole(texts.get("lesson"), 0, least=0, most=max(lessons, default=0) + 1)
        number = asked if asked in lessons else None
        most = len(lessons[number].steps) if number is not None else 1
        seed = whole(texts.get("seed"), 0, least=0, most=MOST_SEEDS)
        hidden = frozenset(filter(None, texts.get("hide", "").split(",")))
        return cls(number, whole(texts.get("step"), 1, most=most), seed, hidden, texts)

    def query(self, values: Mapping[str, Any], *, step: int | None = None) -> dict[str, str]:
        """The URL's query for these values of the controls, at this step or another."""
        own = {"lesson": str(self.number), "step": str(step or self.step)}
        own |= {"seed": str(self.seed)} if self.seed else {}
        own |= {"hide": ",".join(sorted(self.hidden))} if self.hidden else {}
        return own | {name: text_of(value) for name, value in values.items() if text_of(value)}


def text_of(value: Any) -> str:
    """A control's value as the URL holds it."""
    if isinstance(value, Mapping):
        return ",".join(f"{rank}:{accuracy:g}" for rank, accuracy in value.items())
    return str(value)


def start_of(control: Control, text: str | None) -> Any:
    """What a control starts at: what `text`, from the URL, says where that is possible."""
    if isinstance(control, Guess):
        return guess_of(control, text or "")
    if isinstance(control, Slider):
        return whole(text, control.start, least=control.low, most=control.high)
    assert isinstance(control, Choice)
    return text if text in control.options else control.start


def guess_of(control: Guess, text: str) -> dict[int, float]:
    """The accuracies that `text`, such as "1:30,2:45", gives to ranks of `control`."""
    found = {}
    for pair in text.split(","):
        rank, _, accuracy = pair.partition(":")
        try:
            if int(rank) in control.ranks and 0 <= float(accuracy) <= WHOLE:
                found[int(rank)] = float(accuracy)
        except ValueError:
            continue
    return {rank: found[rank] for rank in control.ranks if rank in found}
