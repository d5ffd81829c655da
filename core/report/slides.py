"""A run as slides: one large statement each, and what bears it out."""

from dataclasses import dataclass, replace

from core.charts.ranks import at_rank, best_first
from core.charts.style import Chart
from core.report.headline import Number, headline
from core.report.page import charts_of
from core.report.prose import certainty_in_words, method, provenance, statement
from core.results import RunResult
from core.runs.finished import FinishedRun
from core.words import verdict

HEIGHT = 400  # pixels of a chart: below a statement of two lines, on a projector's 720


@dataclass(frozen=True)
class Slide:
    """One slide: a `statement` to read from the last row, and sentences, numbers or a chart below it."""

    statement: str
    sentences: tuple[str, ...] = ()
    numbers: tuple[Number, ...] = ()
    chart: Chart | None = None
    facts: dict[str, str] | None = None


def slides(run: FinishedRun, *, dark: bool) -> list[Slide]:
    """What to show of `run`, in order."""
    drawn, found = charts_of(run, dark=dark), run.result
    charts = {name: replace(chart, layout=chart.layout | {"height": HEIGHT}) for name, chart in drawn.items()}
    shown = [
        Slide(statement(found), numbers=headline(found)),
        Slide("How: train it, make its word table smaller, train it on.", sentences=method(run.config, found)),
        Slide(_way(run), chart=charts["training"]),
    ]
    if "ranks" in charts:
        shown.append(Slide(_ranks(run), chart=charts["ranks"]))
    return [
        *shown,
        Slide(_costs(found), chart=charts["costs"]),
        Slide(f"How sure we are: the difference {verdict(found.paired_test)}.", sentences=certainty_in_words(found)),
        Slide("Anybody can get the same numbers.", facts=provenance(run.config, found)),
    ]


def _way(run: FinishedRun) -> str:
    """What compression took and re-training gave, on dev."""
    dense, just, after = (100 * run.marks[name]["dev_accuracy"] for name in ("dense", "just_compressed", "compressed"))
    taken = f"took {dense - just:.1f} points" if just < dense else "took nothing"
    return f"Making it smaller {taken}; training on moved it by {after - just:+.1f}, to {after:.1f} %."


def _ranks(run: FinishedRun) -> str:
    """What the best and the worst metric keep at the run's rank, before re-training."""
    assert run.curves
    rank = run.result.compressed.rank or 1
    ranked = best_first(run.curves.curves, rank)
    best, worst = ranked[0], ranked[-1]
    told = f"At rank {rank}, before training on, the metric “{best.metric}” keeps {at_rank(best, rank):.1%}"
    return f"{told}." if best is worst else f"{told}; “{worst.metric}” keeps {at_rank(worst, rank):.1%}."


def _costs(result: RunResult) -> str:
    """How many times smaller and cheaper what is deployed is."""
    smaller = result.dense.bytes_on_disk / result.deployed.bytes_on_disk
    cheaper = result.dense.macs / result.deployed.macs
    return f"What is deployed takes 1/{smaller:.1f} of the space and 1/{cheaper:.1f} of the operations."
