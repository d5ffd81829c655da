"""The form of a run, drawn from parameter dataclasses: nothing is written twice."""

from collections.abc import Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.config import OR_A_PATH, REGISTRIES, RunConfig
from core.data import SavedCorpora
from core.errors import ConfigError, RanklensError
from core.parameters import Spec, specs
from ui.words import escape

OWN_PATH = "A path of mine …"
ON_SAVED = ("drop_leaks",)  # the rest says how a file is read, which a saved corpus has behind it
STEP = 0.005  # of a slider over shares
LABELS = {"dataset": "Data set", "vectors": "Word vectors"}


class RunForm:
    """Controls for every field of `RunConfig` and every option of the chosen components.

    Attributes:
        config: what the controls say; None where they contradict each other, which is then said beside the control.
        refused: what was said first of what is wrong, for those who don't see the form; "" where nothing is.
    """

    def __init__(self, initial: RunConfig, *, key: str = "form") -> None:
        """Draw the form into the current container; it starts as `initial`, and then remembers, under its `key`."""
        self.initial, self.key = initial, key
        self._saved = SavedCorpora().names()
        self._slots: dict[str, DeltaGenerator] = {"method": st.container()}
        self.config: RunConfig | None = None
        self.refused = ""
        try:
            self.config = self._draw()
        except ConfigError as error:
            self.refuse(error.field, error)

    def refuse(self, field: str, error: RanklensError) -> None:
        """Say by the control of `field` what is wrong."""
        self._slots.get(field, self._slots["method"]).error(escape(str(error)))
        self.refused = self.refused or str(error)

    def note(self, field: str, text: str) -> None:
        """Add a line of `text` below the control of `field`, if it is there."""
        if field in self._slots:
            self._slots[field].caption(escape(text))

    def warn(self, field: str, text: str) -> None:
        """Warn below the control of `field`, or below the method where that isn't there."""
        self._slots.get(field, self._slots["method"]).warning(escape(text))

    def _draw(self) -> RunConfig:
        own = {spec.name: spec for spec in specs(RunConfig)}
        values: dict[str, Any] = {name: getattr(self.initial, name) for name in own}
        options: dict[str, Any] = {}
        for kind in ("dataset", "vectors", "model", "method"):
            values[kind] = self._component(kind, own[kind])
        chosen = RunConfig(**values)
        self._slots["method"] = st.container()
        options |= self._options("method", chosen, advanced=False)
        with st.expander("Model"):
            options |= self._options("model", chosen, advanced=False) | self._options("vectors", chosen, advanced=False)
        with st.expander("Training"):
            for kind in ("optimizer", "schedule"):
                values[kind] = self._component(kind, own[kind])
            chosen = RunConfig(**values)
            plain = [spec for name, spec in own.items() if name not in REGISTRIES and not spec.advanced]
            values |= {spec.name: self._field(spec, values[spec.name]) for spec in plain}
            for kind in ("optimizer", "schedule"):
                options |= self._options(kind, chosen, advanced=False)
        with st.expander("Advanced"):
            hidden = [spec for name, spec in own.items() if name not in REGISTRIES and spec.advanced]
            values |= {spec.name: self._field(spec, values[spec.name]) for spec in hidden}
            for kind in REGISTRIES:
                options |= self._options(kind, chosen, advanced=True)
        return RunConfig(**values, options=options)

    def _component(self, kind: str, spec: Spec) -> str:
        """A list of the registered components of `kind`, and a path where one is possible."""
        value = getattr(self.initial, kind)
        titles = titles_of(kind, self._saved)
        names = [*titles, OWN_PATH] if kind in OR_A_PATH else list(titles)
        index = names.index(value) if value in titles else len(names) - 1
        label = LABELS.get(kind, kind.capitalize())
        picked = st.selectbox(
            label,
            names,
            index,
            format_func=lambda name: titles.get(name, name),
            help=spec.help,
            key=f"{self.key}-{kind}",
        )
        if picked == OWN_PATH:
            typed = "" if value in titles else value
            picked = st.text_input(f"{label}: path", typed, help=spec.help, key=f"{self.key}-{kind}-path").strip()
        self._slots[kind] = st.container()
        if not picked:
            raise ConfigError(kind, "", "type the path of a file or folder on this machine")
        return str(picked)

    def _options(self, kind: str, chosen: RunConfig, *, advanced: bool) -> dict[str, Any]:
        """Controls for the parameters of one component, questions with several answers first."""
        mine = [spec for spec in specs(chosen.component_parameters(kind)) if spec.advanced == advanced]
        if kind == "dataset" and chosen.dataset in self._saved:
            mine = [spec for spec in mine if spec.name in ON_SAVED]
        values: dict[str, Any] = {}
        for question in dict.fromkeys(spec.one_of for spec in mine if spec.one_of):
            values |= self._one_of(question, [spec for spec in mine if spec.one_of == question])
        for spec in mine:
            if not spec.one_of:
                values[spec.name] = self._option(kind, getattr(chosen, kind), spec)
        return values

    def _option(self, kind: str, component: str, spec: Spec) -> Any:
        """The control for one parameter of a `component`; it is shared with others that have it, if defaults agree."""
        if not _defaults_differ(kind, spec.name):
            return self._field(spec, self.initial.options.get(spec.name, spec.default))
        given = self.initial.options if getattr(self.initial, kind) == component else {}
        return self._field(spec, given.get(spec.name, spec.default), key=f"{component}-{spec.name}")

    def _one_of(self, question: str, answers: list[Spec]) -> dict[str, Any]:
        """Parameters of which one may be set: choose which, then its value."""
        if len(answers) == 1:
            given = self.initial.options.get(answers[0].name)
            return {answers[0].name: self._field(answers[0], answers[0].start if given is None else given)}
        by_name = {spec.name: spec for spec in answers}
        given = next((name for name in by_name if self.initial.options.get(name) is not None), answers[0].name)
        name = st.segmented_control(
            question,
            list(by_name),
            default=given,
            required=True,
            format_func=str.capitalize,
            help=" ".join(f"**{spec.name.capitalize()}**: {spec.help}" for spec in answers),
            key=f"{self.key}-{question}",
        )
        spec = by_name[name]
        value = self.initial.options.get(spec.name)
        return {spec.name: self._field(spec, spec.start if value is None else value)}

    def _field(self, spec: Spec, value: Any, *, key: str = "") -> Any:
        """The control for one parameter; its `key` within the form is its name, if not given."""
        entered = _control(spec, value, key=f"{self.key}-{key or spec.name}")
        self._slots[spec.name] = st.container()
        return entered


def titles_of(kind: str, saved: Sequence[str]) -> dict[str, str]:
    """What a list of the components of `kind` calls each, by name; data sets are the user's `saved` ones too."""
    titles = {component.name: component.title for component in REGISTRIES[kind]}
    return titles | ({name: f"{name} (mine)" for name in saved} if kind == "dataset" else {})


def _defaults_differ(kind: str, name: str) -> bool:
    """Whether components of a `kind` have a parameter of that `name`, but not the same default."""
    found = (spec for component in REGISTRIES[kind] for spec in specs(component.parameters) if spec.name == name)
    return len({spec.default for spec in found}) > 1


def _control(spec: Spec, value: Any, *, key: str) -> Any:
    label = spec.name.replace("_", " ").capitalize()
    if spec.unit and spec.unit not in spec.name:
        label += f" ({spec.unit})"
    common: dict[str, Any] = {"help": spec.help, "key": key}
    if spec.choices:
        return st.selectbox(label, spec.choices, spec.choices.index(value), **common)
    if spec.kind is bool:
        return st.checkbox(label, value, **common)
    if spec.kind is str:
        return st.text_input(label, value, **common)
    least = STEP if spec.exclusive else 0.0
    if spec.kind is float and (spec.minimum, spec.maximum) == (0, 1) and _reached(value, spec.default, least=least):
        return st.slider(label, least, 1 - least, float(value), STEP, format="percent", **common)
    cast = spec.kind
    bounds = {name: cast(bound) for name, bound in (("min", spec.minimum), ("max", spec.maximum)) if bound is not None}
    return st.number_input(
        label,
        value=None if value is None else cast(value),
        min_value=bounds.get("min"),
        max_value=bounds.get("max"),
        step=1 if cast is int else None,
        format="%d" if cast is int else "%g",
        placeholder=spec.unset,
        **common,
    )


def _reached(value: float | None, default: float | None, *, least: float) -> bool:
    """Whether a slider from `least` to as much below 1 can stand at both; it can't say that there is no value."""
    return value is not None and all(least <= each <= 1 - least for each in (value, default) if each is not None)
