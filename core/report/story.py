"""What a report tells of a run or of a sweep, whatever form it is given: a page, slides, a preview."""

from dataclasses import dataclass

from core.charts.style import Chart
from core.report.headline import Number
from core.runs.finished import Provenance


@dataclass(frozen=True)
class Figure:
    """A chart under a `heading`, and the `statement` that it bears out; on the first or the second `sheet`."""

    name: str
    heading: str
    statement: str
    chart: Chart
    sheet: int = 2


@dataclass(frozen=True)
class Grid:
    """A table of texts. The first of each row is what the row is about; `label` says what the table is."""

    label: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Story:
    """All of it.

    Attributes:
        statement: the one sentence to take away.
        described: what was run, in a line.
        recorded: where recorded numbers are from.
        numbers: four, to show in large type.
        how: a sentence over `method`, how it was done.
        verdict: a sentence over `sure`, how sure one may be.
        facts: what somebody needs to get the same numbers, by label.
        repeats: whether that gives them; a compress-now, which nobody repeats, may have ended training.
        notes: the reader's own, Markdown.
    """

    id: str
    statement: str
    described: str
    recorded: Provenance | None
    warnings: tuple[str, ...]
    numbers: tuple[Number, ...]
    how: str
    method: tuple[str, ...]
    verdict: str
    sure: tuple[str, ...]
    figures: tuple[Figure, ...]
    grid: Grid
    facts: dict[str, str]
    repeats: bool
    notes: str

    @property
    def charts(self) -> dict[str, Chart]:
        """The figures' charts, by name."""
        return {figure.name: figure.chart for figure in self.figures}
