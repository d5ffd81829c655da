"""The cheap scores: every method at every size, compressed but not re-trained."""

import dataclasses
from collections.abc import Iterator, Sequence

from safetensors.torch import save
from torch import Tensor

from core.compression.fold import fold
from core.compression.methods import METHODS
from core.compression.overlap import eigenspace_overlap, whitening
from core.config import RunConfig
from core.errors import ConfigError
from core.events import Monitor
from core.models import TextClassifier
from core.parameters import specs
from core.pipeline import compress, source_of, with_method
from core.search.results import Candidate
from core.stages import Loaded, Trunk
from core.training.evaluate import evaluate
from core.training.fit import obey

# What is stored shrinks by about √2 from one to the next.
COMPRESSIONS = (0.5, 0.65, 0.75, 0.82, 0.88, 0.91, 0.94, 0.955, 0.97, 0.98, 0.985, 0.99, 0.993, 0.995)


def searchable() -> tuple[str, ...]:
    """The methods that can be asked for a size."""
    return tuple(
        each.name
        for each in METHODS
        if each.build.compresses and "compression" in {spec.name for spec in specs(each.parameters)}
    )


def configured(config: RunConfig, method: str, compression: float | None = None) -> RunConfig:
    """`config` with another method, at that size if any; the data's, model's and training's own options stay."""
    mine = {spec.name for spec in specs(config.component_parameters("method"))}
    options = {name: value for name, value in config.options.items() if name not in mine}
    size = {} if compression is None else {"compression": compression}
    return dataclasses.replace(config, method=method, options={**options, **size})


def screen(
    config: RunConfig, loaded: Loaded, trunk: Trunk, *, methods: Sequence[str], monitor: Monitor
) -> list[Candidate]:
    """Every method of `methods` at every size that it reaches, smallest first; equal tables only once."""
    asked = list(_reachable(config, loaded, methods))
    found: dict[tuple[str, int], Candidate] = {}
    whitenings: dict[bool, Tensor] = {}
    for done, variant in enumerate(asked):
        obey(monitor)
        monitor.progress(done / len(asked))
        candidate = _score(variant, with_method(variant, loaded), trunk, whitenings)
        found.setdefault((candidate.method, candidate.size_bytes), candidate)
    return sorted(found.values(), key=lambda candidate: candidate.size_bytes)


def deployed_bytes(model: TextClassifier) -> int:
    """Bytes of the weights file of `model`, packed and folded."""
    return len(save(fold(model.with_embedding(model.embedding.packed())).state_dict()))


def _reachable(config: RunConfig, loaded: Loaded, methods: Sequence[str]) -> Iterator[RunConfig]:
    for method in methods:
        for compression in COMPRESSIONS:
            variant = configured(config, method, compression)
            try:
                with_method(variant, loaded)
            except ConfigError:
                break  # the sizes only get smaller
            yield variant


def _score(config: RunConfig, loaded: Loaded, trunk: Trunk, whitenings: dict[bool, Tensor]) -> Candidate:
    """The scores; `whitenings` keeps what the overlap takes of the table, which is the trained or the untrained one."""
    source, untrained = source_of(config, loaded, trunk), loaded.method.before_training
    if untrained not in whitenings:
        whitenings[untrained] = whitening(source.table)
    model = compress(source, loaded.method)
    return Candidate(
        method=config.method,
        compression=config.options["compression"],
        size_bytes=deployed_bytes(model),
        dev_accuracy=evaluate(model, loaded.texts.dev).accuracy,
        overlap=eigenspace_overlap(source.table, model.embedding.table().detach(), whiten=whitenings[untrained]),
    )
