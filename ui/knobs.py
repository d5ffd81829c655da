"""Sliders drawn from parameter specifications, for pages where dragging shows something at once."""

from collections.abc import Iterable
from typing import Any

import streamlit as st

from core.parameters import Spec

RATES = tuple(digit * 10.0**power for power in range(-5, 1) for digit in (1, 1.5, 2, 3, 4, 6, 8))


def knobs(wanted: Iterable[Spec], values: dict[str, Any], *, key: str, most: dict[str, float]) -> dict[str, Any]:
    """A knob for each of `wanted`, starting at `values` or else at its default; `most` caps ranges by name."""
    return {
        spec.name: knob(spec, values.get(spec.name, spec.default), key=key, most=most.get(spec.name)) for spec in wanted
    }


def knob(spec: Spec, value: Any, *, key: str, most: float | None = None) -> Any:
    """A slider where `spec` is a number, else a choice; where a number may be unset, zero stands for that."""
    label = spec.name.replace("_", " ").capitalize()
    told = f"{spec.help} At zero: {spec.unset}." if spec.optional else spec.help
    place: dict[str, Any] = {"help": told, "key": f"{key}-{spec.name}"}
    if spec.choices:
        return st.segmented_control(label, spec.choices, default=value, required=True, **place)
    if spec.kind is bool:
        return st.toggle(label, value, **place)
    if spec.kind is int:
        return _whole(spec, label, value, most=most, place=place)
    if spec.name == "learning_rate":
        return rate_knob(label, value, **place)
    low, high = float(spec.minimum or 0), float(most or spec.maximum or 1)
    margin = 0.01 * (high - low) if spec.exclusive else 0.0
    return st.slider(label, low + margin, high - margin, float(value), 0.01 * (high - low), **place)


def rate_knob(label: str, value: float, **place: Any) -> float:
    """A slider over learning rates, each step about as large as the last in proportion."""
    choices = sorted({*(round(rate, 7) for rate in RATES), value})
    return float(st.select_slider(label, choices, value, format_func=lambda rate: f"{rate:g}", **place))


def _whole(spec: Spec, label: str, value: int | None, *, most: float | None, place: dict[str, Any]) -> int | None:
    low = 0 if spec.optional else int(spec.minimum or 0)
    high = max(int(most or spec.maximum or 100), value or 0, low + 1)
    return st.slider(label, low, high, value or low, **place) or (None if spec.optional else 0)


def number(text: str | None, default: float) -> float:
    """The positive number that `text`, from a URL, stands for; `default` where it stands for none."""
    try:
        value = float(text or default)
    except ValueError:
        return default
    return value if 0 < value < float("inf") else default


def whole(text: str | None, default: int, *, most: int, least: int = 1) -> int:
    """The whole number from `least` to `most` that is nearest to the one that `text`, from a URL, stands for."""
    return min(max(round(number(text, default)), least), most)
