"""Forms drawn from parameter dataclasses: nothing is written twice."""

from typing import Any

import streamlit as st

from core.config import OR_A_PATH, REGISTRIES, RunConfig
from core.parameters import Spec, specs

OWN_PATH = "A path of mine …"


def run_form(initial: RunConfig) -> RunConfig:
    """Controls for every field and every option of the chosen components; returns what they say.

    Raises:
        ConfigError: when they contradict each other.
    """
    own = {spec.name: spec for spec in specs(RunConfig)}
    values: dict[str, Any] = {name: getattr(initial, name) for name in own}
    for kind in ("dataset", "vectors", "model", "method"):
        values[kind] = component_picker(kind, own[kind], values[kind])
    chosen = RunConfig(**values)
    options: dict[str, Any] = {}
    with st.expander("Compression", expanded=True):
        options |= _options("method", chosen, initial)
    with st.expander("Model and vectors"):
        options |= _options("model", chosen, initial) | _options("vectors", chosen, initial)
    with st.expander("Training"):
        for kind in ("optimizer", "schedule"):
            values[kind] = component_picker(kind, own[kind], values[kind])
        chosen = RunConfig(**values)
        options |= _options("optimizer", chosen, initial) | _options("schedule", chosen, initial)
        for name in own.keys() - REGISTRIES.keys():
            values[name] = field(own[name], values[name])
    return RunConfig(**values, options=options)


def component_picker(kind: str, spec: Spec, value: str) -> str:
    """A list of the registered components of `kind`, and a path where one is possible."""
    titles = {component.name: component.title for component in REGISTRIES[kind]}
    names = [*titles, OWN_PATH] if kind in OR_A_PATH else list(titles)
    index = names.index(value) if value in titles else len(names) - 1
    label = kind.capitalize().replace("Dataset", "Data set")
    picked = st.selectbox(
        label, names, index, format_func=lambda name: titles.get(name, name), help=spec.help, key=f"form-{kind}"
    )
    if picked != OWN_PATH:
        return str(picked)
    return st.text_input(f"{label}: path", "" if value in titles else value, key=f"form-{kind}-path")


def field(spec: Spec, value: Any) -> Any:
    """The control for one parameter."""
    label = spec.name.replace("_", " ").capitalize() + (f" ({spec.unit})" if spec.unit else "")
    key = f"form-{spec.name}"
    if spec.choices:
        return st.selectbox(label, spec.choices, spec.choices.index(value), help=spec.help, key=key)
    if spec.kind is bool:
        return st.checkbox(label, value, help=spec.help, key=key)
    if spec.kind is str:
        return st.text_input(label, value, help=spec.help, key=key)
    number = {
        "min_value": spec.minimum,
        "max_value": spec.maximum,
        "help": spec.help,
        "key": key,
        "placeholder": spec.unset,
    }
    if spec.kind is int:
        whole = {name: int(bound) for name, bound in number.items() if isinstance(bound, int | float)}
        return st.number_input(label, value=value, step=1, **{**number, **whole})
    plain = {name: float(bound) for name, bound in number.items() if isinstance(bound, int | float)}
    return st.number_input(label, value=None if value is None else float(value), format="%g", **{**number, **plain})


def _options(kind: str, chosen: RunConfig, initial: RunConfig) -> dict[str, Any]:
    return {
        spec.name: field(spec, initial.options.get(spec.name, spec.default))
        for spec in specs(chosen.component_parameters(kind))
    }
