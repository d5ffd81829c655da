"""Parameters of components and of runs: frozen dataclasses whose fields carry their help, bounds and choices.

Forms, command-line options and URL state are all drawn from these fields; nothing is written twice.
"""

import dataclasses
import functools
import math
import re
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from core.errors import ConfigError

MOST_SEED = 2**31 - 1
SURROGATES = re.compile("[\ud800-\udfff]")  # what Python makes of bytes in a file's name that aren't UTF-8

Choices = tuple[str, ...] | Callable[[], tuple[str, ...]]


def parameter(
    default: Any,
    *,
    help: str,  # noqa: A002 - the word that Streamlit, click and argparse use
    minimum: float | None = None,
    maximum: float | None = None,
    exclusive: bool = False,
    choices: Choices | None = None,
    unit: str = "",
    unset: str = "not set",
    advanced: bool = False,
    one_of: str = "",
    start: Any = None,
) -> Any:
    """A dataclass field with everything a form needs to know.

    Args:
        default: value when the user says nothing; its annotation may allow None for "not set".
        help: one sentence, shown beside the control.
        minimum: smallest value allowed.
        maximum: largest value allowed.
        exclusive: whether `minimum` and `maximum` themselves are refused.
        choices: names allowed, or a function that lists them.
        unit: shown behind the number.
        unset: what None means, shown in the empty control.
        advanced: drawn in the form's last part.
        one_of: a question that several parameters answer, of which one may be set; the first is the usual one.
        start: what the control of such a parameter shows before the user has said anything.
    """
    metadata = {
        "help": help,
        "minimum": minimum,
        "maximum": maximum,
        "exclusive": exclusive,
        "choices": choices,
        "unit": unit,
        "unset": unset,
        "advanced": advanced,
        "one_of": one_of,
        "start": start,
    }
    return dataclasses.field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Spec:
    """One parameter, as a form or an option needs it."""

    name: str
    kind: type
    optional: bool
    default: Any
    help: str
    minimum: float | None
    maximum: float | None
    exclusive: bool
    choices: tuple[str, ...] | None
    unit: str
    unset: str
    advanced: bool
    one_of: str
    start: Any

    @property
    def allowed(self) -> str:
        """What is allowed, in words."""
        if self.choices:
            return f"choose one of {', '.join(self.choices)}"
        noun = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}[self.kind]
        low, high = ("more than", "less than") if self.exclusive else ("at least", "at most")
        bounds = [f"{low} {self.minimum:,.10g}"] if self.minimum is not None else []
        bounds += [f"{high} {self.maximum:,.10g}"] if self.maximum is not None else []
        return f"it must be {noun}" + (f" {' and '.join(bounds)}" if bounds else "")

    def parse(self, text: str) -> Any:
        """The value that `text`, from a URL or a command line, stands for.

        Raises:
            ConfigError: when `text` isn't a value of this parameter's kind.
        """
        if self.optional and text == "":
            return None
        try:
            if self.kind is bool:
                return {"true": True, "false": False}[text.lower()]
            return self.kind(text)
        except (ValueError, KeyError):
            raise ConfigError(self.name, text, self.allowed) from None

    def check(self, value: Any) -> None:
        """Refuse a `value` of another kind, out of bounds or not among the choices.

        Raises:
            ConfigError: naming the field, the value and what is allowed.
        """
        if isinstance(value, str) and SURROGATES.search(value):
            raise ConfigError(self.name, value, "it isn't UTF-8; rename the file or folder, or give other text")
        if value is None and self.optional:
            return
        kinds: tuple[type, ...] = (int, float) if self.kind is float else (self.kind,)
        right_kind = isinstance(value, kinds) and (self.kind is bool or not isinstance(value, bool))
        if not right_kind or (self.choices and value not in self.choices) or not self._within(value):
            raise ConfigError(self.name, value, self.allowed)

    def _within(self, value: Any) -> bool:
        if not isinstance(value, int | float):
            return True
        low = -math.inf if self.minimum is None else self.minimum
        high = math.inf if self.maximum is None else self.maximum
        finite = -math.inf < value < math.inf  # `math.isfinite` fails for whole numbers that no float holds
        return finite and (low < value < high if self.exclusive else low <= value <= high)


@dataclass(frozen=True)
class Parameters:
    """Base of every component's parameters: checks each field when built."""

    def __post_init__(self) -> None:
        """Check every field against its bounds and choices, and that no question is answered twice."""
        answered: dict[str, str] = {}
        for spec in specs(type(self)):
            value = getattr(self, spec.name)
            spec.check(value)
            if spec.one_of and value is not None:
                first = answered.setdefault(spec.one_of, spec.name)
                if first != spec.name:
                    raise ConfigError(spec.name, value, f"{first} is given already, and one is enough")


def specs(owner: type) -> list[Spec]:
    """The parameters of a dataclass `owner`, in order; fields without help are left out."""
    return [replace(spec, choices=choices()) if choices else spec for spec, choices in _specs(owner)]


@functools.cache  # a sweep of a hundred runs asks for tens of thousands
def _specs(owner: type) -> list[tuple[Spec, Callable[[], tuple[str, ...]] | None]]:
    """Each parameter, and where its choices come from if they may grow."""
    hints, found = typing.get_type_hints(owner), []
    for field in dataclasses.fields(owner):
        if "help" not in field.metadata:
            continue
        kind, optional = _kind(hints[field.name])
        choices = field.metadata["choices"]
        grow = choices if callable(choices) else None
        metadata = {**field.metadata, "choices": () if grow else choices}
        found.append((Spec(name=field.name, kind=kind, optional=optional, default=field.default, **metadata), grow))
    return found


def _kind(hint: Any) -> tuple[type, bool]:
    """The plain type of an annotation, and whether None is allowed."""
    if isinstance(hint, types.UnionType):
        kinds = [kind for kind in typing.get_args(hint) if kind is not types.NoneType]
        return kinds[0], len(kinds) < len(typing.get_args(hint))
    return hint, False
