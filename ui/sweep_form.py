"""The form of a sweep: that of a run, with lists where a sweep has lists."""

from typing import Any

import streamlit as st

from core.compression.methods import METHODS
from core.compression.metrics import METRICS
from core.compression.size import HOW_FAR
from core.config import RunConfig
from core.errors import ConfigError
from core.parameters import Spec, specs
from core.sweep_config import DEFAULT_COMPRESSIONS, HELP, SweepConfig
from ui.form import RunForm

SIZES = ("compressions", "ranks")
FIRST_RANKS = (2, 5, 10, 20)


class SweepForm(RunForm):
    """Controls for everything in a `SweepConfig`.

    Attributes:
        sweep: what the controls say; None where they contradict each other, which is then said beside the control.
    """

    def __init__(self, initial: SweepConfig, *, key: str = "sweep-form") -> None:
        """Draw the form into the current container; see `RunForm`."""
        self._initial_sweep = initial
        self._texts: dict[str, str] = {}
        self.sweep: SweepConfig | None = None
        super().__init__(initial.base, key=key)
        if self.config is None:
            return
        try:
            base = {name: text for name, text in self.config.to_text().items() if name not in ("method", "seed")}
            self.sweep = SweepConfig.from_text({**base, **self._texts})
        except ConfigError as error:
            self.config = None
            self.refuse(error.field if error.field in self._slots else f"{error.field}s", error)

    def note(self, field: str, text: str) -> None:
        """See `RunForm.note`; what holds for the first method isn't said where there are others."""
        if field != "method" or (self.sweep and len(self.sweep.methods) == 1):
            super().note(field, text)

    def _component(self, kind: str, spec: Spec) -> str:
        """See `RunForm._component`; several methods may be chosen."""
        if kind != "method":
            return super()._component(kind, spec)
        titles = {component.name: component.title for component in METHODS}
        picked = self._several("methods", "Methods", titles)
        return picked[0]

    def _options(self, kind: str, chosen: RunConfig, *, advanced: bool) -> dict[str, Any]:
        """See `RunForm._options`; what the lists decide is asked for as a list."""
        if kind != "method":
            return super()._options(kind, chosen, advanced=advanced)
        if not advanced:
            self._lists()
        known = [spec for spec in specs(chosen.component_parameters(kind)) if spec.advanced == advanced]
        own = [spec for spec in known if spec.one_of != HOW_FAR and spec.name != "metric"]
        return {spec.name: self._option(kind, getattr(chosen, kind), spec) for spec in own}

    def _field(self, spec: Spec, value: Any, *, key: str = "") -> Any:
        """See `RunForm._field`; a sweep has several seeds."""
        if spec.name != "seed":
            return super()._field(spec, value, key=key)
        self._list("seeds", self._initial_sweep.seeds)
        return spec.default

    def _lists(self) -> None:
        """Metrics, and how far to go."""
        methods = self._texts["methods"].split(",")
        known = {spec.name for method in methods for spec in specs(METHODS.get(method).parameters)}
        if "metric" in known:
            self._several("metrics", "Metrics", {component.name: component.title for component in METRICS})
        sizes = SIZES if "rank" in known else SIZES[:1]
        given = "ranks" if self._initial_sweep.ranks and "ranks" in sizes else "compressions"
        name = st.segmented_control(
            HOW_FAR,
            sizes,
            default=given,
            required=True,
            format_func=str.capitalize,
            help=" ".join(f"**{name.capitalize()}**: {HELP[name]}" for name in sizes),
            key=f"{self.key}-size",
        )
        first = {"compressions": DEFAULT_COMPRESSIONS, "ranks": FIRST_RANKS}[name]
        self._list(name, getattr(self._initial_sweep, name) or first)

    def _several(self, name: str, label: str, titles: dict[str, str]) -> list[str]:
        picked = st.multiselect(
            label,
            list(titles),
            default=getattr(self._initial_sweep, name),
            format_func=lambda item: titles[item],
            help=HELP[name],
            key=f"{self.key}-{name}",
        )
        self._slots[name] = st.container()
        if not picked:
            raise ConfigError(name, "", "choose at least one")
        self._texts[name] = ",".join(picked)
        return picked

    def _list(self, name: str, values: tuple[Any, ...]) -> None:
        shown = ", ".join(map(str, values))
        told = f"{HELP[name]} With commas between."
        entered = st.text_input(name.capitalize(), shown, help=told, key=f"{self.key}-{name}")
        self._texts[name] = entered
        self._slots[name] = st.container()
