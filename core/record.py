"""Records: frozen dataclasses that go to JSON and come back, nested ones and tuples included."""

import dataclasses
import types
import typing
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True)
class Record:
    """Base of what is kept as JSON."""

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries, lists and numbers, for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """What `to_dict` wrote, before or after JSON."""
        record: Self = _build(cls, values)
        return record


def _build(owner: Any, values: dict[str, Any]) -> Any:
    """An instance of the dataclass `owner` from a dictionary, nested ones included."""
    hints = typing.get_type_hints(owner)
    return owner(**{name: _value(hints[name], value) for name, value in values.items()})


def _value(hint: Any, value: Any) -> Any:
    if dataclasses.is_dataclass(hint):
        return _build(hint, value)
    is_tuple = not isinstance(hint, types.UnionType) and typing.get_origin(hint) is tuple
    return tuple(_value(typing.get_args(hint)[0], each) for each in value) if is_tuple else value
