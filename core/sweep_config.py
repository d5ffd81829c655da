"""`SweepConfig`: one set-up, compressed in many ways. Each of its runs is a run like any other."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Self, TypeVar

from core.compression.methods import METHODS
from core.compression.size import HOW_FAR
from core.config import RunConfig, option_specs_of_all
from core.errors import ConfigError
from core.parameters import Spec, specs

T = TypeVar("T")

MOST_RUNS = 1_000
DEFAULT_COMPRESSIONS = (0.5, 0.8, 0.9, 0.95, 0.98)
AXES = {  # a list of the sweep, and the run's parameter that it varies
    "methods": "method",
    "metrics": "metric",
    "ranks": "rank",
    "compressions": "compression",
    "seeds": "seed",
}
HELP = {
    "methods": "How the embedding table is made smaller: one or more methods.",
    "metrics": "Whose error is kept small: one or more metrics, for the methods that have one.",
    "ranks": "Widths of the narrow table, for the methods that have one; or give compressions.",
    "compressions": "Shares of the embedding table's bytes to save; or give ranks.",
    "seeds": "Each seed trains a dense model of its own; two or more give intervals over seeds.",
}


@dataclass(frozen=True)
class SweepConfig:
    """Sizes × methods × metrics × seeds.

    Attributes:
        base: everything that the runs share; what the lists decide is taken from them.
        methods: names of methods. What the base says of its own method goes to every method that has such an option.
        metrics: names of metrics; methods without one run once.
        ranks: for the methods that have a rank; others run at their default size.
        compressions: shares of the table's bytes to save; either these or ranks.
        seeds: each trains a trunk of its own.
    """

    base: RunConfig
    methods: tuple[str, ...] = ("low-rank",)
    metrics: tuple[str, ...] = ("task",)
    ranks: tuple[int, ...] = ()
    compressions: tuple[float, ...] = ()
    seeds: tuple[int, ...] = (0,)

    def __post_init__(self) -> None:
        """Check every item of every list, drop what is there twice, and make the base independent of the lists.

        Raises:
            ConfigError: naming the list, what is wrong with it and what is allowed.
        """
        if self.ranks and self.compressions:
            raise ConfigError("compressions", _text(self.compressions), "ranks are given already, and one is enough")
        if not self.ranks and not self.compressions:
            object.__setattr__(self, "compressions", DEFAULT_COMPRESSIONS)
        for name, spec in item_specs().items():
            values = tuple(dict.fromkeys(getattr(self, name)))
            if not values and name not in ("ranks", "compressions"):
                raise ConfigError(name, "", f"give at least one: {spec.allowed}")
            for value in values:
                _check(name, spec, value)
            object.__setattr__(self, name, tuple(sorted(values)) if spec.kind in (int, float) else values)
        object.__setattr__(self, "base", self._bare())
        count = len(self.runs())
        if count > MOST_RUNS:
            raise ConfigError("sweep", f"{count:,} runs", f"at most {MOST_RUNS:,} are kept in view; shorten a list")

    def _bare(self) -> RunConfig:
        """The base without what the lists decide."""
        base = self.base.changed(method=self.methods[0], seed=0)
        return replace(base, options={name: value for name, value in base.options.items() if name not in _decided()})

    def runs(self) -> list[RunConfig]:
        """Every run once, in the order to take them up.

        One size for all seeds first, so that every dense model is soon trained; then sizes spread over the curve
        (smallest, largest, middle, …), so that its shape shows early.
        """
        found: dict[str, RunConfig] = {}
        for size, method, metric, seed in product(spread(self.sizes), self.methods, self.metrics, self.seeds):
            run = self.run(method, metric, size, seed)
            found.setdefault(repr(sorted(run.to_dict().items())), run)
        return list(found.values())

    @property
    def sizes(self) -> tuple[tuple[str, float], ...]:
        """How far to go, as the run's parameter and its value, ascending."""
        name, values = ("rank", self.ranks) if self.ranks else ("compression", self.compressions)
        return tuple((name, value) for value in values)

    def run(self, method: str, metric: str, size: tuple[str, float], seed: int) -> RunConfig:
        """One run: metric and size are left out where the method has no such parameter."""
        known = {spec.name for spec in specs(METHODS.get(method).parameters)}
        options = {name: value for name, value in (("metric", metric), size) if name in known}
        return self.base.changed(method=method, seed=seed, **options)

    def to_dict(self) -> dict[str, Any]:
        """For JSON: the base, and each list."""
        return {"base": self.base.to_dict(), **{name: list(getattr(self, name)) for name in AXES}}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The sweep that `to_dict` wrote."""
        return cls(RunConfig.from_dict(values["base"]), **{name: tuple(values[name]) for name in AXES})

    def to_text(self) -> dict[str, str]:
        """What differs from the defaults, as text: the URL's query, and the command line's options."""
        texts = {name: text for name, text in self.base.to_text().items() if name not in AXES.values()}
        default = SweepConfig(RunConfig())
        lists = {name: getattr(self, name) for name in AXES if getattr(self, name) != getattr(default, name)}
        return texts | {name: _text(values) for name, values in lists.items() if values}

    @classmethod
    def from_text(cls, texts: Mapping[str, str]) -> Self:
        """The sweep that a URL's query or a command line stands for; lists have commas between.

        Raises:
            ConfigError: for an unknown name or a value that can't be read.
        """
        lists: dict[str, Any] = {}
        for name, spec in item_specs().items():
            if name in texts:
                lists[name] = tuple(spec.parse(part.strip()) for part in texts[name].split(",") if part.strip())
                if not lists[name]:
                    raise ConfigError(name, texts[name], f"give at least one: {spec.allowed}")
        for name, single in AXES.items():
            if single in texts:
                raise ConfigError(single, texts[single], f"a sweep takes a list of them: give {name}")
        methods = lists.get("methods", SweepConfig.methods)
        item_specs()["methods"].check(methods[0])
        base = {name: text for name, text in texts.items() if name not in AXES}
        return cls(RunConfig.from_text({**base, "method": methods[0]}), **lists)

    def grown(self, texts: Mapping[str, str]) -> Self:
        """The sweep with the items of the lists in `texts` added to its own.

        Raises:
            ConfigError: for a value that can't be read, or sizes of another kind than it has.
        """
        more, known = type(self).from_text(texts), self.to_dict()
        added = {name: [*known[name], *getattr(more, name)] for name in AXES if name in texts}
        return type(self).from_dict(known | added)

    def joined(self, other: Self) -> Self:
        """The sweep with the items of the `other` one's lists added to its own.

        Raises:
            ConfigError: when one has ranks and the other compressions.
        """
        added = {name: [*getattr(self, name), *getattr(other, name)] for name in AXES}
        return type(self).from_dict(self.to_dict() | added)

    def to_command(self) -> str:
        """The command line that runs this sweep."""
        options = [f"--{name.replace('_', '-')} {shlex.quote(text)}" for name, text in self.to_text().items()]
        return " ".join(["python -m core sweep", *options])


def item_specs() -> dict[str, Spec]:
    """What an item of each list may be: the run's parameter that it varies."""
    every = option_specs_of_all() | {spec.name: spec for spec in specs(RunConfig)}
    return {name: every[single] for name, single in AXES.items()}


def spread(values: tuple[T, ...]) -> list[T]:
    """The first, the last, then the middles of what is between, ever finer."""
    order, gaps = list(dict.fromkeys((0, len(values) - 1))), [(0, len(values) - 1)]
    while gaps:
        low, high = gaps.pop(0)
        middle = (low + high) // 2
        if low < middle < high:
            order.append(middle)
            gaps += [(low, middle), (middle, high)]
    return [values[index] for index in order]


def _decided() -> set[str]:
    """Options that the lists decide, and those that answer the same question as a size."""
    sizes = {name for name, spec in option_specs_of_all().items() if spec.one_of == HOW_FAR}
    return sizes | {"metric"}


def _check(name: str, spec: Spec, value: Any) -> None:
    try:
        if value is None:
            raise ConfigError(name, value, spec.allowed)
        spec.check(value)
    except ConfigError as error:
        raise ConfigError(name, value, str(error).partition(": ")[2].rstrip(".")) from None


def _text(values: tuple[Any, ...]) -> str:
    return ",".join(map(str, values))
