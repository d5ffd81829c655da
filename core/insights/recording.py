"""What pages would compute from a run's models, for a recorded run that comes without them."""

from typing import Any

from core.compression.methods import METHODS
from core.errors import InputError
from core.insights.answers import examples
from core.insights.kept_words import keep_words
from core.insights.opened import open_models, read_texts
from core.insights.spectrum import spectrum
from core.insights.tables import take_apart
from core.insights.words import lens
from core.runs.finished import FinishedRun

DEFAULT_METRIC = "task"
DIGITS = 5  # significant ones


def insights_of(run: FinishedRun) -> dict[str, Any]:
    """The insights `spectrum`, `words` and `try` of a run, in JSON's types, rounded to `DIGITS` digits.

    Raises:
        InputError: when the run's models or its texts are gone.
    """
    if run.folder is None:
        raise InputError(f"Run {run.id} has no models to look into: only its numbers were recorded.")
    models = open_models(run.folder)
    texts = read_texts(run.config, run.result.dataset, models["dense"])
    table = take_apart(models, texts, run.config)
    metric = own_metric(run, list(table.decompositions))
    compressed = models["compressed"].model.embedding.table().detach()
    found = {
        "spectrum": spectrum(table, texts),
        "words": keep_words(lens(table, metric), compressed, rank=own_rank(run)),
        "try": examples(models, texts, progress=lambda _: None),
    }
    return {name: _rounded(record.to_dict()) for name, record in found.items()}


def own_metric(run: FinishedRun, metrics: list[str]) -> str:
    """The metric that the run compressed in, or else the default one, where it is among `metrics`."""
    named = METHODS.get(run.config.method).build(run.config.parameters("method")).metric_name or DEFAULT_METRIC
    return named if named in metrics else metrics[0]


def own_rank(run: FinishedRun) -> int:
    """The rank that the run compressed to, or else a tenth of the width."""
    return run.result.compressed.rank or max(1, run.result.vectors.width // 10)


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(inner) for inner in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value
