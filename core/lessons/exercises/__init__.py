"""Exercises: what a step of a lesson lets the learner do. One file a kind, or a family of kinds.

An exercise says which controls it has, and computes from their values what is seen: numbers, charts, and facts that
questions are asked about. It draws nothing itself.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from core.charts.style import Chart
from core.config import RunConfig
from core.parameters import Parameters
from core.registry import Registry
from core.runs.finished import FinishedRun
from core.sweep_config import SweepConfig

P = TypeVar("P", bound=Parameters)
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Slider:
    """A whole number to drag, from `low` to `high`."""

    name: str
    label: str
    low: int
    high: int
    start: int
    help: str


@dataclass(frozen=True)
class Choice:
    """One of `options`."""

    name: str
    label: str
    options: tuple[str, ...]
    start: str
    help: str


@dataclass(frozen=True)
class Guess:
    """A curve to draw: an accuracy in % at each of `ranks`. Its value is a dictionary, of those drawn so far."""

    name: str
    label: str
    ranks: tuple[int, ...]
    help: str
    start: Mapping[int, float] = field(default_factory=dict)


Control = Slider | Choice | Guess


@dataclass(frozen=True)
class Number:
    """A number in large type."""

    label: str
    text: str
    help: str


@dataclass(frozen=True)
class Shown:
    """What there is to see.

    Attributes:
        facts: what questions are asked about, by name; empty before it is known.
        numbers: in a row, above the charts.
        charts: side by side.
    """

    facts: Facts
    numbers: tuple[Number, ...] = ()
    charts: tuple[Chart, ...] = ()


class Exercise(ABC, Generic[P]):
    """One kind of exercise."""

    def __init__(self, parameters: P, *, seed: int) -> None:
        """Be what `parameters` say; what is drawn at random depends on `seed` alone."""
        self.parameters, self.seed = parameters, seed

    @abstractmethod
    def controls(self) -> tuple[Control, ...]:
        """What the learner may move."""

    def runs(self) -> tuple[RunConfig, ...]:
        """The runs that have to be done before there is anything to see."""
        return ()

    def sweep(self) -> SweepConfig | None:
        """The sweep that all of `runs` are part of, where they are: their dense model is then trained once."""
        return None

    @abstractmethod
    def show(self, values: Mapping[str, Any], runs: Sequence[FinishedRun], *, dark: bool) -> Shown:
        """What the controls' `values`, and the `runs` once all of them are done, come to."""


EXERCISES: Registry[type[Exercise[Any]]] = Registry("exercise", __name__)

__all__ = ["EXERCISES", "Choice", "Control", "Exercise", "Facts", "Guess", "Number", "Shown", "Slider"]
