"""Runs in words."""

from typing import Any

from core.compression.methods import METHODS
from core.compression.size import HOW_FAR
from core.config import REGISTRIES, RunConfig
from core.profiling.significance import LEVEL
from core.results import PairedTest, RunResult
from core.sweep_config import SweepConfig

NAMED = ("dataset", "vectors", "model", "method")


def describe(config: RunConfig, result: RunResult | None = None) -> str:
    """What is run: data, vectors, model, method, what isn't left at its default, seed; see `settings` of a `result`."""
    names = [title_of(kind, getattr(config, kind)) for kind in NAMED]
    return " · ".join([*names, *_chosen(config, result), f"seed {config.seed}"])


def settings(config: RunConfig, result: RunResult | None = None) -> dict[str, Any]:
    """What decides a run, by name: as configured, but for what a compress-now put in its place."""
    configured = config.to_dict()
    if result is None or not result.ended_by_hand:
        return configured
    epochs = f"{result.trained_epochs:.3g} of {config.pretrain_epochs}, ended by hand"
    method = METHODS.get(config.method).build(config.parameters("method"))
    planned = method.fixed_rank(rows=result.dataset.vocabulary, width=result.vectors.width)
    rank = result.compressed.rank
    if rank != planned:
        sizes = {spec.name for spec in config.option_specs() if spec.one_of == HOW_FAR}
        configured = {name: value for name, value in configured.items() if name not in sizes} | {"rank": rank}
    return configured | {"pretrain_epochs": epochs}


def describe_sweep(config: SweepConfig) -> str:
    """What is swept: data, vectors, model, methods, metrics, sizes, seeds."""
    methods = ", ".join(title_of("method", name) for name in config.methods)
    name, values = ("rank", config.ranks) if config.ranks else ("smaller by", config.compressions)
    sizes = ", ".join(f"{value:g}" if config.ranks else f"{100 * value:g} %" for value in values)
    seeds = ", ".join(map(str, config.seeds))
    return " · ".join(
        [setting(config.base), methods, f"metrics {', '.join(config.metrics)}", f"{name} {sizes}", f"seeds {seeds}"]
    )


def setting(config: RunConfig) -> str:
    """What the runs of a sweep share: data, vectors, model."""
    return " · ".join(title_of(kind, getattr(config, kind)) for kind in ("dataset", "vectors", "model"))


def brief(config: RunConfig, result: RunResult | None = None) -> str:
    """What is run, in a few words that tell it from others; see `settings` of a `result`."""
    vectors = [title_of("vectors", config.vectors)] if "vectors" in config.to_text() else []
    names = [title_of("dataset", config.dataset), *vectors, config.model.upper(), config.method]
    return " · ".join([*names, *_chosen(config, result), f"seed {config.seed}"])


def certainty(result: RunResult) -> str:
    """What the paired test says of dense against compressed."""
    test = result.paired_test
    return (
        f"Of {result.dataset.test:,} test texts, {test.only_dense_right} are right only by the dense model and "
        f"{test.only_compressed_right} only by the compressed one: the difference {verdict(test)} "
        f"(McNemar's exact test, p = {test.p_value:.2g})."
    )


def verdict(test: PairedTest) -> str:
    """What a paired test says of a difference, as the end of a sentence."""
    return "may well be chance" if test.p_value > LEVEL else "is hardly chance"


def smaller(compression: float) -> str:
    """What saving that share of the bytes makes of a table."""
    if compression == 0:
        return "as large as before"
    return f"{abs(compression):.1%} {'smaller' if compression > 0 else 'larger'}"


def signed(value: float, digits: int, *, plus: bool = True) -> str:
    """A number with its sign, a `plus` where wanted; the minus is as long as that."""
    return f"{value:{'+' if plus else '-'}.{digits}f}".replace("-", "−")


def significant(value: float, digits: int) -> str:
    """A number, at least 0.0001, with so many digits; a larger one is whole, where `g` would give it an exponent."""
    return f"{value:,.0f}" if value >= 10 ** (digits - 1) else f"{value:.{digits}g}"


def _chosen(config: RunConfig, result: RunResult | None) -> list[str]:
    """What isn't left at its default: first of the components, as the method's size, then of training."""
    defaults, told = RunConfig().to_dict(), settings(config, result)
    differing = [name for name in told if name not in (*NAMED, "seed") and told[name] != defaults.get(name)]
    return [_in_words(name, told[name]) for name in sorted(differing, key=lambda name: name in defaults)]


def _in_words(name: str, value: Any) -> str:
    """A setting, such as "metric plain" or "90% smaller"."""
    said = name.replace("_", " ")
    if name == "compression":
        return f"{100 * value:g}% smaller"
    if isinstance(value, bool):
        return said if value else f"no {said}"
    return f"{said} {value:g}" if isinstance(value, float) else f"{said} {value}"


def title_of(kind: str, name: str) -> str:
    """How a form shows the component; the last part of a path where it is one."""
    registry = REGISTRIES[kind]
    return registry.get(name).title if name in registry.names() else name.rstrip("/").rpartition("/")[2]
