"""What every registered component and every configuration must keep."""

import dataclasses

import pytest
import torch
from safetensors.torch import load_file

from core.compression.methods import METHODS
from core.compression.metrics import METRICS, Source
from core.config import REGISTRIES, RunConfig
from core.embeddings import DenseEmbedding
from core.errors import ConfigError, UnknownNameError
from core.models import MODELS
from core.parameters import Parameters, parameter, specs
from core.profiling.memory import embedding_bytes, save_weights
from core.registry import Registry
from tests.conftest import ragged

COMPONENTS = [(kind, component) for kind, registry in REGISTRIES.items() for component in registry]


def test_names_of_parameters_are_unique_across_kinds():
    owners = {}
    for kind, component in COMPONENTS:
        for spec in specs(component.parameters):
            assert owners.setdefault(spec.name, kind) == kind
    assert not {spec.name for spec in specs(RunConfig)} & set(owners)


@pytest.mark.parametrize(("kind", "component"), COMPONENTS, ids=lambda value: getattr(value, "name", value))
def test_component_describes_itself_and_survives_every_round_trip(kind, component):
    assert component.title
    assert component.help.endswith(".") or "…" in component.help
    options = {name: value for name, value in dataclasses.asdict(component.example).items() if value is not None}
    config = RunConfig(**{kind: component.name}, options=options)
    assert config.parameters(kind) == component.example
    assert RunConfig.from_dict(config.to_dict()) == config
    assert RunConfig.from_text(config.to_text()) == config


def source_of(rows):
    torch.manual_seed(0)
    model = MODELS.get("dan").build(DenseEmbedding(torch.randn(rows, 12)), 3, MODELS.get("dan").parameters())
    batch = ragged([3, 5, 2], vocabulary=rows, classes=3)
    return Source(model=model, counts=torch.bincount(batch.ids, minlength=rows), train=batch, seed=0)


@pytest.mark.parametrize("component", list(METHODS), ids=lambda component: component.name)
def test_method_makes_a_drop_in(component, tmp_path):
    source = source_of(50)
    model, batch = source.model, source.train
    made, again = (component.build(component.example).compress(source) for _ in range(2))
    assert (made.num_embeddings, made.embedding_dim) == (50, 12)
    assert made(batch.ids).shape == (10, 12)
    assert made(batch.ids).dtype == torch.float32
    torch.testing.assert_close(made(batch.ids), made.table()[batch.ids])
    means = torch.stack([made(text.ids).mean(0) for text in batch.split(1)])
    torch.testing.assert_close(made(batch.ids, batch.offsets), means)
    assert all(torch.equal(value, again.state_dict()[name]) for name, value in made.state_dict().items())
    compressed = model.with_embedding(made)
    compressed(batch).sum().backward()
    assert all(weight.grad is not None for weight in compressed.embedding.parameters())
    assert (embedding_bytes(compressed) < embedding_bytes(model)) == component.build.compresses
    save_weights(compressed, tmp_path / "weights.safetensors")
    saved = load_file(tmp_path / "weights.safetensors")
    assert all(torch.equal(saved[name], value) for name, value in compressed.state_dict().items())


@pytest.mark.parametrize("component", list(METHODS), ids=lambda component: component.name)
def test_a_method_works_on_the_smallest_tables_or_refuses_them_by_a_sentence(component):
    for rows in (1, 2, 3):
        source = source_of(rows)
        for parameters in (component.parameters(), component.example):
            method = component.build(parameters)
            try:
                method.check(rows=rows, width=12)
            except ConfigError:
                continue
            assert method.compress(source).table().shape == (rows, 12)


def test_registry_refuses_duplicates_and_lists_choices():
    with pytest.raises(ValueError, match="registered already"):
        METRICS.register("plain", title="", help="")(METRICS.get("plain").build)
    with pytest.raises(UnknownNameError, match="frequency, layer, plain, task"):
        METRICS.get("nonsense")
    assert isinstance(METRICS, Registry)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"model": "transformer"}, "choose one of cnn, dan, lstm"),
        ({"rank": 0}, "at least 1"),
        ({"rank": 3, "compression": 0.5}, "one is enough"),
        ({"compression": 1.0}, "less than 1"),
        ({"learning_rate": float("nan")}, "a number more than 0"),
        ({"learning_rate": 10**400}, "a number more than 0"),
        ({"seed": True}, "a whole number"),
        ({"seed": 10**400}, "a whole number at least 0 and at most"),
        ({"rank": 10**400}, "a whole number at least 1"),
        ({"hidden": "30;25"}, "commas between"),
        ({"model": "cnn", "windows": "3,0"}, "such as 100,50"),
        ({"model": "cnn", "windows": ""}, "such as 100,50"),
        ({"units": 3}, "choose one of"),
    ],
)
def test_bad_configuration_is_refused_with_what_is_allowed(values, sentence):
    with pytest.raises(ConfigError, match=sentence):
        RunConfig.from_dict(values)


def test_text_that_is_no_number_is_refused():
    with pytest.raises(ConfigError, match="rank can't be 'ten'"):
        RunConfig.from_text({"rank": "ten"})


def test_command_says_what_differs_from_the_defaults():
    config = RunConfig(model="lstm", options={"rank": 7, "bidirectional": True})
    assert config.to_command() == "python -m core run --model lstm --rank 7 --bidirectional true"


def test_a_changed_configuration_keeps_what_still_applies():
    config = RunConfig(
        dataset="texts.csv", schedule="calr", options={"delimiter": "semicolon", "step_size": 50, "rank": 7}
    )
    kept = {"delimiter": "semicolon", "rank": 7}
    changed = config.changed(schedule="constant", method="low-rank-int8", seed=3)
    assert changed == RunConfig("texts.csv", schedule="constant", method="low-rank-int8", seed=3, options=kept)
    assert config.changed(method="dense+", step_size=9).options == {"delimiter": "semicolon", "step_size": 9}
    with pytest.raises(ConfigError, match="units"):
        config.changed(units=3)


def test_optional_parameters_may_be_empty():
    @dataclasses.dataclass(frozen=True)
    class Sample(Parameters):
        """A sample."""

        size: int | None = parameter(None, minimum=1, help="A size.")

    assert specs(Sample)[0].parse("") is None
    assert Sample().size is None
