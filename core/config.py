"""`RunConfig`: everything that decides a run.

Equal configurations give equal numbers, to the last bit, as long as the files that they name stay as they are.
"""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from core.compression.methods import METHODS
from core.data import CORPORA, FileParameters
from core.data.hub import PREFIX, HubParameters
from core.errors import UnknownNameError
from core.events import Stage
from core.models import MODELS
from core.parameters import MOST_SEED, Parameters, Spec, parameter, specs
from core.registry import Registry
from core.training.class_weights import CLASS_WEIGHTS
from core.training.optimizers import OPTIMIZERS
from core.training.schedules import SCHEDULES
from core.vectors import VECTORS

REGISTRIES: dict[str, Registry[Any]] = {
    "dataset": CORPORA,
    "vectors": VECTORS,
    "model": MODELS,
    "method": METHODS,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
}
# These two may name something else than a registered component: how the name begins decides which parameters say how
# it is read. Last comes a file or folder.
OR_A_PATH: dict[str, dict[str, type[Parameters]]] = {
    "dataset": {PREFIX: HubParameters, "": FileParameters},
    "vectors": {"": Parameters},
}
RETRAIN_FACTOR = 2.0  # re-training's rate over training's; chosen on dev, for every model and method alike


@dataclass(frozen=True)
class RunConfig:
    """One run: data, vectors, model, method, training. `options` holds the chosen components' own parameters."""

    dataset: str = parameter(
        "uiuc-questions",
        help="Texts with labels: a packaged or saved data set, hf:owner/name, or else a file or folder, also ./NAME.",
    )
    vectors: str = parameter("glove-6b-50d", help="Pre-trained word vectors that fill the embedding table.")
    model: str = parameter("dan", choices=MODELS.names, help="The text classifier.")
    method: str = parameter("low-rank", choices=METHODS.names, help="How the embedding table is made smaller.")
    pretrain_epochs: int = parameter(
        10, minimum=1, maximum=100, unit="epochs", help="Passes over the training texts before compression."
    )
    retrain_epochs: int = parameter(
        5, minimum=0, maximum=100, unit="epochs", help="Passes over the training texts after compression."
    )
    optimizer: str = parameter("adam", choices=OPTIMIZERS.names, help="The rule that turns gradients into steps.")
    schedule: str = parameter("one-cycle", choices=SCHEDULES.names, help="How the learning rate moves in a phase.")
    learning_rate: float = parameter(
        2e-3, minimum=0, maximum=10, exclusive=True, help="The highest learning rate of training."
    )
    class_weights: str = parameter(
        "none",
        choices=CLASS_WEIGHTS,
        help="Balanced: each class counts alike in training, however rare, and macro-F1 on dev decides.",
    )
    retrain_learning_rate: float | None = parameter(
        None,
        minimum=0,
        maximum=10,
        exclusive=True,
        unset=f"{RETRAIN_FACTOR:g} × training's",
        help="The highest learning rate of re-training; a timid one makes every method look worse than it is.",
    )
    distillation: float = parameter(
        1.0,
        minimum=0,
        maximum=1,
        help="Re-training learns from the dense model's answers (1), from the labels (0), or so much from either.",
    )
    temperature: float = parameter(
        1.0,
        minimum=0,
        maximum=100,
        exclusive=True,
        advanced=True,
        help="The higher, the more the dense model's doubts count beside the class that it prefers.",
    )
    batch_size: int = parameter(50, minimum=1, maximum=4096, unit="texts", help="Texts in one step of the optimiser.")
    max_vocabulary: int = parameter(
        100_000, minimum=2, maximum=10_000_000, unit="words", advanced=True, help="Most frequent words that get a row."
    )
    min_count: int = parameter(
        1, minimum=1, maximum=1_000_000, advanced=True, help="Words that occur less often in training share one row."
    )
    max_tokens: int = parameter(
        200, minimum=1, maximum=100_000, unit="tokens", advanced=True, help="Longer texts are cut after so many tokens."
    )
    cjk: bool = parameter(
        False, advanced=True, help="Take each Chinese or Japanese character for a word, since no spaces part them."
    )
    seed: int = parameter(0, minimum=0, maximum=MOST_SEED, help="Same seed, same numbers, to the last digit.")
    threads: int = parameter(
        1, minimum=1, maximum=256, advanced=True, help="Processor threads; another number may change the last digits."
    )
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check every field, and every option against the chosen components' parameters.

        Raises:
            ConfigError: naming the field, its value and what is allowed.
        """
        for spec in specs(RunConfig):
            spec.check(getattr(self, spec.name))
        known = {spec.name: spec for spec in self.option_specs()}
        for name, value in self.options.items():
            if name not in known:
                raise UnknownNameError("option", name, known)
            known[name].check(value)
        trimmed = {name: value for name, value in self.options.items() if value != known[name].default}
        object.__setattr__(self, "options", trimmed)
        for kind in REGISTRIES:
            self.parameters(kind)

    def changed(self, **values: Any) -> Self:
        """With other fields and options; the options of components that are no longer chosen are left out.

        Raises:
            ConfigError: as when a configuration is made.
        """
        own = {spec.name for spec in specs(RunConfig)}
        chosen = replace(self, **{name: value for name, value in values.items() if name in own}, options={})
        known = {spec.name for spec in chosen.option_specs()}
        kept = {name: value for name, value in self.options.items() if name in known}
        return replace(chosen, options=kept | {name: value for name, value in values.items() if name not in own})

    def highest_rate(self, stage: Stage) -> float:
        """The highest learning rate of "train" or "retrain"."""
        if stage == "train":
            return self.learning_rate
        return self.retrain_learning_rate or RETRAIN_FACTOR * self.learning_rate

    def component_parameters(self, kind: str) -> type[Parameters]:
        """The parameter dataclass of the component chosen for `kind`; a file's where a path is named."""
        registry, name = REGISTRIES[kind], getattr(self, kind)
        if kind in OR_A_PATH and name not in registry.names():
            return next(parameters for start, parameters in OR_A_PATH[kind].items() if name.startswith(start))
        return registry.get(name).parameters

    def parameters(self, kind: str) -> Parameters:
        """The parameters of the component chosen for `kind` ("model", "method", …), defaults filled in."""
        owner = self.component_parameters(kind)
        mine = {spec.name for spec in specs(owner)}
        return owner(**{name: value for name, value in self.options.items() if name in mine})

    def option_specs(self) -> list[Spec]:
        """The parameters of all chosen components. Names are unique across kinds, which a test proves."""
        return [spec for kind in REGISTRIES for spec in specs(self.component_parameters(kind))]

    def to_dict(self) -> dict[str, Any]:
        """One flat dictionary, for JSON: every field, and the options that differ from their defaults."""
        return {**{spec.name: getattr(self, spec.name) for spec in specs(RunConfig)}, **self.options}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "RunConfig":
        """The configuration that `to_dict` wrote."""
        own = {spec.name for spec in specs(cls)}
        options = {name: value for name, value in values.items() if name not in own}
        return cls(**{name: value for name, value in values.items() if name in own}, options=options)

    @classmethod
    def from_text(cls, texts: Mapping[str, str]) -> "RunConfig":
        """The configuration that a URL's query or a command line stands for, all values as text.

        Raises:
            ConfigError: for an unknown name or a value that can't be read.
        """
        own = {spec.name: spec for spec in specs(cls)}
        chosen = cls(**{name: own[name].parse(text) for name, text in texts.items() if name in own})
        known = {spec.name: spec for spec in chosen.option_specs()}
        unknown = [name for name in texts if name not in own and name not in known]
        if unknown:
            raise UnknownNameError("option", unknown[0], {**own, **known})
        options = {name: known[name].parse(text) for name, text in texts.items() if name not in own}
        return cls.from_dict({**{name: getattr(chosen, name) for name in own}, **options})

    def to_text(self) -> dict[str, str]:
        """What differs from the defaults, as text: the URL's query, and the command line's options."""
        defaults = {spec.name: spec.default for spec in specs(RunConfig)}
        values = {name: value for name, value in self.to_dict().items() if value != defaults.get(name, _UNSET)}
        return {name: _text(value) for name, value in values.items()}

    def to_command(self) -> str:
        """The command line that runs this configuration."""
        options = [f"--{name.replace('_', '-')} {shlex.quote(text)}" for name, text in self.to_text().items()]
        return " ".join(["python -m core run", *options])


_UNSET = object()


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def option_specs_of_all() -> dict[str, Spec]:
    """Every parameter of every registered component and of files, by name: what the command line offers."""
    every = [specs(component.parameters) for registry in REGISTRIES.values() for component in registry]
    every += [specs(parameters) for by_start in OR_A_PATH.values() for parameters in by_start.values()]
    return {spec.name: spec for owner in every for spec in owner}
