"""Tables of costs, a column for each way to know them."""

from typing import Literal

from core.config import RunConfig
from core.models import MODELS
from core.models.base import PooledClassifier
from core.profiling.formulas import Shape, forms, put_in, value, written
from core.profiling.process import read_costs
from core.profiling.variants import TITLES, names
from core.results import Costs, RunResult
from core.runs.finished import FinishedRun
from core.words import significant

Table = dict[str, list[str]]
UNKNOWN = "–"
AGREEMENT = 0.02  # between closed form and counter


def costs_of(run: FinishedRun) -> Costs | None:
    """What was measured of a finished run: kept in its folder, or recorded with it."""
    if run.folder:
        return read_costs(run.folder)
    return Costs.from_dict(run.insights["costs"]) if "costs" in run.insights else None


def formula_table(shape: Shape, rank: int, *, what: Literal["MACs", "bytes"]) -> Table:
    """Each form's cost in letters, with the numbers put in, and what that comes to."""
    letters = shape.letters(rank)
    found = [(form, form.macs if what == "MACs" else form.bytes_stored) for form in forms(shape)]
    return {
        "": [TITLES[form.name] for form, _ in found],
        "formula": [f"${written(terms).replace('·', chr(92) + ',')}$" for _, terms in found],
        "with this run's numbers": [put_in(terms, letters) for _, terms in found],
        what: [f"{value(terms, letters):,}" for _, terms in found],
    }


def measured_table(costs: Costs) -> Table:
    """What the measuring process found, for every form of a model."""
    table = {
        "": [TITLES[cost.name] for cost in costs.models],
        "MACs, closed form": [_count(cost.macs) for cost in costs.models],
        "MACs, thop": [_count(cost.macs_counted) for cost in costs.models],
        "bytes by formula": [_size(cost.formula_bytes) for cost in costs.models],
        "bytes on disk": [_size(cost.bytes_on_disk) for cost in costs.models],
        "bytes resident": [_size(cost.resident_bytes) for cost in costs.models],
    }
    for number, first in enumerate(costs.models[0].latencies):
        name = "one text, p50" if first.texts == 1 else f"{first.texts} texts, p50"
        table[name] = [f"{significant(cost.latencies[number].p50_ms, 3)} ms" for cost in costs.models]
    return table


def recorded_table(config: RunConfig, result: RunResult) -> Table:
    """What a run noted of its own three models, before anything else was measured."""
    pooled = issubclass(MODELS.get(config.model).build, PooledClassifier)
    found = names(rank=result.compressed.rank, pooled=pooled)
    measured = [getattr(result, file) for file in found]
    return {
        "": [TITLES[name] for name in found.values()],
        "MACs, closed form": [_count(model.macs) for model in measured],
        "MACs, thop": [_count(model.macs_counted) for model in measured],
        "bytes on disk": [_size(model.bytes_on_disk) for model in measured],
        "bytes resident": [_size(model.resident_bytes) for model in measured],
        "one text, p50": [f"{significant(model.latency_ms, 3)} ms" for model in measured],
    }


def agreement(costs: Costs | None, result: RunResult) -> str:
    """How far the counter is from the closed form, at most; and what was counted."""
    models = costs.models if costs else (result.dense, result.compressed, result.deployed)
    pairs = [(model.macs, model.macs_counted) for model in models if model.macs and model.macs_counted]
    tokens = costs.tokens if costs else result.dataset.tokens_per_text
    told = f"Of the whole model, MACs for one text of {tokens} tokens."
    if not pairs:
        return told
    worst = max(abs(counted / macs - 1) for macs, counted in pairs)
    verdict = "agree" if worst <= AGREEMENT else "do not agree"
    return (
        f"{told} Closed form and thop {verdict}: they differ by {worst:.1%} at most, where {AGREEMENT:.0%} is allowed."
    )


def _count(number: int | None) -> str:
    return UNKNOWN if number is None else f"{number:,}"


def _size(size: int | None) -> str:
    return UNKNOWN if size is None else f"{size / 1000:,.0f} kB"
