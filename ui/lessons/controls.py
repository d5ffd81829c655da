"""An exercise's controls, drawn."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.lessons.exercises import Choice, Control, Guess, Slider
from ui.lessons.state import WHOLE, State, start_of

PLENTY = 2  # controls; more of them stand side by side


def draw_controls(controls: tuple[Control, ...], state: State) -> dict[str, Any]:
    """Every control that isn't hidden; returns the values of all of them, by name."""
    if len(controls) <= PLENTY:
        return {control.name: _value(control, state) for control in controls}
    columns = st.columns(2)  # so that all of a step can be seen at once
    values = {}
    for place, control in enumerate(controls):
        with columns[place % 2]:
            values[control.name] = _value(control, state)
    return values


def _value(control: Control, state: State) -> Any:
    start = start_of(control, state.texts.get(control.name))
    if control.name in state.hidden:
        return start
    place: dict[str, Any] = {"help": control.help, "key": f"{key_of(state)}-{control.name}"}
    if isinstance(control, Slider):
        return st.slider(control.label, control.low, control.high, start, **place)
    if isinstance(control, Choice):
        return st.selectbox(control.label, control.options, control.options.index(start), **place)
    return _guess(control, start, state)


def _guess(control: Guess, start: dict[int, float], state: State) -> dict[int, float]:
    """A number for each rank; a click into the chart sets one too."""
    st.caption(control.help)
    values: dict[int, float] = {}
    for column, rank in zip(st.columns(len(control.ranks), gap="xsmall"), control.ranks, strict=True):
        key = guess_key(state, control, rank)
        if key not in st.session_state:
            st.session_state[key] = start.get(rank)
        entered = column.number_input(
            f"Rank {rank}", 0.0, WHOLE, step=1.0, format="%.0f", placeholder="%", key=key, help="In %."
        )
        if entered is not None:
            values[rank] = entered
    return values


def guess_setter(control: Guess, state: State) -> Callable[[float, float], None]:
    """What a click into the chart does: the nearest rank gets that height."""

    def set_guess(x: float, y: float) -> None:
        place = min(max(round(x), 0), len(control.ranks) - 1)
        st.session_state[guess_key(state, control, control.ranks[place])] = float(round(min(max(y, 0.0), WHOLE)))

    return set_guess


def guess_key(state: State, control: Guess, rank: int) -> str:
    """The key of the number of one rank."""
    return f"{key_of(state)}-{control.name}-{rank}"


def key_of(state: State) -> str:
    """Tells the widgets of one step from another's."""
    return f"lesson-{state.number}-{state.step}-{state.seed}"
