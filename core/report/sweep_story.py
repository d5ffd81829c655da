"""What there is to tell of a sweep: which table is small enough and still good, and how that is known.

The way to compress is chosen on dev, as on the page Sweep; test confirms it.
"""

from core.charts.costs import cost_chart
from core.charts.sweep import sweep_chart
from core.comparison import compare
from core.compression.methods import METHODS
from core.models import MODELS
from core.pipeline import learns_from_answers
from core.report.headline import cell_headline
from core.report.prose import provenance
from core.report.run_story import costs_in_words
from core.report.story import Figure, Grid, Story
from core.results import RunResult
from core.runs.finished_sweep import FinishedSweep
from core.sweep_table import USUAL_POINTS_LOST, Cell, SweepTable, pareto_front, smallest_within
from core.words import describe_sweep, signed, smaller

MOST_ROWS = 21  # of a table that has to fit a sheet; the Pareto front alone where there are more
CURVE_PIXELS = 350


def sweep_story(sweep: FinishedSweep, *, dark: bool = False) -> Story:
    """The story of `sweep`; its charts are for a `dark` page, or for paper."""
    table = sweep.table
    chosen = best_of(table)
    first = next(run for run in sweep.runs if run.id == chosen.runs[0])
    facts = provenance(first.config, first.result)
    seeds = ", ".join(map(str, sweep.config.seeds))
    facts |= {"Command": sweep.config.to_command(), "Seed": f"{seeds}; equal seeds give equal numbers on one machine"}
    return Story(
        id=sweep.id,
        statement=_statement(table, chosen),
        described=describe_sweep(sweep.config),
        recorded=sweep.recorded,
        warnings=tuple(dict.fromkeys(warning for run in sweep.runs for warning in run.result.warnings)),
        numbers=cell_headline(chosen),
        how=f"How: train it, make its word table smaller in {len(table.cells)} ways, train each on alike.",
        method=_method(sweep, first.result),
        verdict=_verdict(chosen),
        sure=_sure(sweep, chosen, first.result),
        figures=_figures(sweep, chosen, first.result, dark=dark),
        grid=_grid(table, chosen),
        facts=facts,
        repeats=not any(run.result.ended_by_hand for run in sweep.runs),
        notes=sweep.notes,
    )


def best_of(table: SweepTable) -> Cell:
    """The smallest that loses next to nothing on dev; where none does, the smaller one that loses least."""
    smaller = [cell for cell in table.cells if cell.compression > 0] or list(table.cells)
    return smallest_within(table.cells, USUAL_POINTS_LOST / 100) or min(smaller, key=lambda cell: cell.lost)


def _statement(table: SweepTable, chosen: Cell) -> str:
    tested = f"{chosen.test.mean:.1%} on test, where dense has {chosen.dense_test.mean:.1%}"
    size = smaller(chosen.compression)
    if smallest_within(table.cells, USUAL_POINTS_LOST / 100) is None:
        return f"No smaller table stays within {USUAL_POINTS_LOST} points on dev; the nearest, {size}, has {tested}."
    return f"The word table can be {size} for at most {USUAL_POINTS_LOST} points of accuracy on dev: {tested}."


def _method(sweep: FinishedSweep, result: RunResult) -> tuple[str, str, str]:
    """How it was done, in three sentences."""
    data, config, ways = result.dataset, sweep.config, len(sweep.table.cells)
    titles = ", ".join(METHODS.get(name).title for name in config.methods)
    count = len(config.seeds)
    taught = [name for name in config.methods if learns_from_answers(config.base, METHODS.get(name).build)]
    towards = ", to answer as the large one does" if taught else ""
    dense = "A text classifier," if count == 1 else f"{count} text classifiers, one for each seed, each"
    return (
        f"{dense} a {MODELS.get(config.base.model).title}, learned from {data.train:,} examples to tell "
        f"{len(data.classes)} kinds of text apart; most of it is a table with {result.vectors.width} numbers for each "
        f"of {data.vocabulary:,} words.",
        f"That table was made smaller in {ways} ways ({titles}), and each small model trained for up to "
        f"{config.base.retrain_epochs} more passes over the examples{towards}, all alike.",
        f"The smallest that loses at most {USUAL_POINTS_LOST} points on {data.dev:,} dev texts was chosen; the "
        f"{data.test:,} test texts took no part in that.",
    )


def _verdict(chosen: Cell) -> str:
    points = 100 * (chosen.test.mean - chosen.dense_test.mean)
    inside = chosen.test.low <= chosen.dense_test.mean <= chosen.test.high
    told = "lies within" if inside else "lies outside"
    return f"How sure we are: {signed(points, 1)} points on test; dense {told} the interval."


def _sure(sweep: FinishedSweep, chosen: Cell, result: RunResult) -> tuple[str, ...]:
    """The interval, the paired tests, and what guessing would reach."""
    count, test = len(chosen.runs), chosen.test
    over = f"Student's t over {count} seeds" if count > 1 else "Wilson's, of one seed"
    told = [f"The chosen model is right in {test.low:.1%} to {test.high:.1%} of test texts (95 % interval, {over})."]
    comparison = compare(sweep.runs)
    row = next((row for row in comparison.rows if row.cell.runs == chosen.runs), None) if comparison else None
    if row and row.dense.p_values:
        found = f"{row.dense.starred} of {len(row.dense.p_values)}"
        told.append(
            f"On the same {result.dataset.test:,} test texts, it differs from its dense model by "
            f"{signed(row.dense.points, 1)} points on average; in {found} seeds McNemar's exact test holds that for "
            "more than chance, after Holm's correction for all ways that were tried."
        )
    told.append(f"Always answering with the commonest kind would be right in {result.dataset.majority_share:.1%}.")
    return tuple(told)


def _figures(sweep: FinishedSweep, chosen: Cell, result: RunResult, *, dark: bool) -> tuple[Figure, ...]:
    """The curve, and the costs of what was chosen."""
    table, metrics = sweep.table, sweep.config.metrics
    curve = sweep_chart(
        table, sweep.curves, chosen=chosen, sweep=sweep.id, metrics=metrics, dark=dark, height=CURVE_PIXELS
    )
    front = len(pareto_front(table.cells))
    worth = f"Of {len(table.cells)} ways, {front} are worth having: each other one is beaten in size and in accuracy."
    costs = cost_chart(result, dark=dark, height=180)
    return (
        Figure("curve", "Accuracy at every size", worth, curve, sheet=1),
        Figure("costs", f"What the chosen one costs: {chosen.label}", costs_in_words(result), costs),
    )


def _grid(table: SweepTable, chosen: Cell) -> Grid:
    """A row for each way to compress; ★ is on the Pareto front, ◎ was chosen."""
    front = {cell.runs for cell in pareto_front(table.cells)}
    few = len(table.cells) <= MOST_ROWS
    cells = [cell for cell in table.cells if few or cell.runs in front][:MOST_ROWS]

    def row(cell: Cell) -> tuple[str, ...]:
        marks = "★" * (cell.runs in front) + "◎" * (cell is chosen)
        return (
            f"{cell.label} {marks}".strip(),
            "" if cell.rank is None else str(cell.rank),
            f"{cell.compression:.1%}",
            f"{cell.dev.mean:.1%}",
            f"{cell.test.mean:.1%}",
            f"{cell.test.low:.1%} to {cell.test.high:.1%}",
            f"{cell.before_dev.mean:.1%}",
            f"{cell.deployed_bytes / 1000:,.0f} kB",
            f"{cell.macs:,.0f}",
        )

    dense, test = table.dense_dev, table.dense_test
    first = ("dense", "", "", f"{dense.mean:.1%}", f"{test.mean:.1%}", f"{test.low:.1%} to {test.high:.1%}", "", "", "")
    told = "Every way that was tried" if few else "The Pareto front; the other ways are in the sweep's CSV"
    columns = ("How", "rank", "smaller by", "dev", "test", "test, 95 %", "not re-trained", "deployed", "MACs")
    return Grid(f"{told}: ★ is on the Pareto front, ◎ was chosen", columns, (first, *map(row, cells)))
