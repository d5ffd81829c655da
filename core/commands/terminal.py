"""What commands share: a progress bar, and options drawn from parameters."""

import sys
from typing import Any

import click

from core.events import Silent, Stage
from core.parameters import Spec

STEPS = 1000  # of the progress bar


class ProgressBar(Silent):
    """A monitor that draws one bar a stage on stderr, where a person is watching."""

    def __init__(self) -> None:
        """Draw nothing yet."""
        self._bar: Any = None

    def stage(self, stage: Stage, note: str) -> None:
        """Finish the last stage's bar, and begin `stage`'s, labelled with `note`."""
        del stage
        self.close()
        if sys.stderr.isatty():
            self._bar = click.progressbar(length=STEPS, label=note, file=sys.stderr)
            self._bar.render_progress()
        else:
            click.echo(note, err=True)

    def progress(self, fraction: float) -> None:
        """Move the bar to `fraction`."""
        if self._bar:
            self._bar.update(round(fraction * STEPS) - self._bar.pos)

    def close(self) -> None:
        """Finish the bar."""
        if self._bar:
            self._bar.update(STEPS - self._bar.pos)
            self._bar.render_finish()
        self._bar = None


def option(spec: Spec) -> click.Option:
    """The command-line option of a parameter; its value arrives as text, for `Spec.parse`."""
    default = spec.unset if spec.default is None else spec.default
    text = f"{spec.help} {spec.allowed[0].upper()}{spec.allowed[1:]}. [default: {default}]"
    return click.Option([f"--{spec.name.replace('_', '-')}", spec.name], metavar=spec.kind.__name__.upper(), help=text)
