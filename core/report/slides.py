"""A story as slides: one large statement each, and what bears it out."""

from dataclasses import dataclass, replace

from core.charts.style import Chart
from core.report.headline import Number
from core.report.tell import story_of
from core.runs.finished import FinishedRun
from core.runs.finished_sweep import FinishedSweep

SAME = "Anybody can get the same numbers."
SIMILAR = "Training was ended by hand: nobody gets quite the same numbers."
HEIGHT = 400  # pixels of a chart: below a statement of two lines, on a projector's 720


@dataclass(frozen=True)
class Slide:
    """One slide: a `statement` to read from the last row, and sentences, numbers or a chart below it."""

    statement: str
    sentences: tuple[str, ...] = ()
    numbers: tuple[Number, ...] = ()
    chart: Chart | None = None
    facts: dict[str, str] | None = None


def slides(finished: FinishedRun | FinishedSweep, *, dark: bool) -> list[Slide]:
    """What to show of a run or of a sweep, in order."""
    story = story_of(finished, dark=dark)
    return [
        Slide(story.statement, numbers=story.numbers),
        Slide(story.how, sentences=story.method),
        *(Slide(figure.statement, chart=_high(figure.chart)) for figure in story.figures),
        Slide(story.verdict, sentences=story.sure),
        Slide(SAME if story.repeats else SIMILAR, facts=story.facts),
    ]


def _high(chart: Chart) -> Chart:
    return replace(chart, layout=chart.layout | {"height": HEIGHT})
