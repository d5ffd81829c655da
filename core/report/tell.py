"""The story of whatever has finished."""

from core.report.run_story import run_story
from core.report.story import Story
from core.report.sweep_story import sweep_story
from core.runs.finished import FinishedRun
from core.runs.finished_sweep import FinishedSweep


def story_of(finished: FinishedRun | FinishedSweep, *, dark: bool = False) -> Story:
    """What there is to tell; its charts are for a `dark` page, or for paper."""
    if isinstance(finished, FinishedSweep):
        return sweep_story(finished, dark=dark)
    return run_story(finished, dark=dark)
