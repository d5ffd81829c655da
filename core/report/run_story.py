"""What there is to tell of a run."""

from core.charts.costs import cost_chart
from core.charts.ranks import at_rank, best_first, rank_chart
from core.charts.training import training_chart
from core.report.headline import headline
from core.report.prose import certainty_in_words, method, provenance, statement
from core.report.story import Figure, Grid, Story
from core.results import Measurement, RunResult
from core.runs.finished import FinishedRun
from core.words import describe, signed, verdict


def run_story(run: FinishedRun, *, dark: bool = False) -> Story:
    """The story of `run`; its charts are for a `dark` page, or for paper."""
    found = run.result
    return Story(
        id=run.id,
        statement=statement(found),
        described=describe(run.config, found),
        recorded=run.recorded,
        warnings=found.warnings,
        numbers=headline(found),
        how="How: train it, make its word table smaller, train it on.",
        method=method(run.config, found),
        verdict=f"How sure we are: the difference {verdict(found.paired_test)}.",
        sure=certainty_in_words(found),
        figures=_figures(run, dark=dark),
        grid=_grid(found),
        facts=provenance(run.config, found),
        repeats=not found.ended_by_hand,
        notes=run.notes,
    )


def _figures(run: FinishedRun, *, dark: bool) -> tuple[Figure, ...]:
    """The way there, every rank where all were tried, and the costs."""
    training = training_chart(run.points, run.marks, run=run.id, dark=dark, height=360)
    found = [Figure("training", "The way there", _way(run), training, sheet=1)]
    rank, dense = run.result.compressed.rank, run.marks.get("dense", {}).get("dev_accuracy")
    if run.curves and rank:
        ranks = rank_chart(run.curves, rank=rank, dense=dense, dark=dark, height=270)
        found.append(Figure("ranks", "Every rank, before re-training", _ranks(run), ranks))
    costs = cost_chart(run.result, dark=dark, height=180)
    return (*found, Figure("costs", "What it costs", costs_in_words(run.result), costs))


def _way(run: FinishedRun) -> str:
    """What compression took and re-training gave, on dev."""
    dense, just, after = (100 * run.marks[name]["dev_accuracy"] for name in ("dense", "just_compressed", "compressed"))
    taken = f"took {dense - just:.1f} points" if just < dense else "took nothing"
    return f"Making it smaller {taken}; training on moved it by {signed(after - just, 1)}, to {after:.1f} % on dev."


def _ranks(run: FinishedRun) -> str:
    """What the best and the worst metric keep at the run's rank, before re-training."""
    assert run.curves
    rank = run.result.compressed.rank or 1
    ranked = best_first(run.curves.curves, rank)
    best, worst = ranked[0], ranked[-1]
    told = f"At rank {rank}, before training on, the metric “{best.metric}” keeps {at_rank(best, rank):.1%} on dev"
    return f"{told}." if best is worst else f"{told}; “{worst.metric}” keeps {at_rank(worst, rank):.1%}."


def costs_in_words(result: RunResult) -> str:
    """How many times smaller and cheaper what is deployed is."""
    smaller = result.dense.bytes_on_disk / result.deployed.bytes_on_disk
    cheaper = result.dense.macs / result.deployed.macs
    return f"What is deployed takes 1/{smaller:.1f} of the space and 1/{cheaper:.1f} of the operations."


def _grid(result: RunResult) -> Grid:
    """The three models, and what compression alone left."""

    def row(name: str, model: Measurement) -> tuple[str, ...]:
        size, latency = f"{model.bytes_on_disk / 1000:,.0f} kB", f"{model.latency_ms:.2f} ms"
        return (name, f"{model.test_accuracy:.1%}", f"{model.dev_accuracy:.1%}", size, f"{model.macs:,}", latency)

    before = result.compressed.before_retraining
    rows = (
        row("dense", result.dense),
        ("just compressed", f"{before.test_accuracy:.1%}", f"{before.dev_accuracy:.1%}", "", "", ""),
        row("compressed, re-trained", result.compressed),
        row("deployed", result.deployed),
    )
    columns = ("Model", "test", "dev", "weights file", "MACs, one text", "latency, one text")
    return Grid("Numbers of each model", columns, rows)
