"""What commands share: a progress bar, and options drawn from parameters."""

import sys
from typing import Any, Self

import click

from core.events import Silent, Stage
from core.parameters import Spec

STEPS = 1000  # of the progress bar


class ProgressBar(Silent):
    """A monitor that draws one bar a stage on stderr, where a person is watching, while its `with` block runs."""

    def __init__(self) -> None:
        """Draw nothing yet."""
        self._bar: Any = None

    def __enter__(self) -> Self:
        """Watch what the block does."""
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        """Finish the bar, or leave it where a `failure` met it; the cursor, which a bar hides, shows again."""
        self._end(whole=failure is None)

    def stage(self, stage: Stage, note: str) -> None:
        """Finish the last stage's bar, and begin `stage`'s, labelled with `note`."""
        del stage
        self._end(whole=True)
        if sys.stderr.isatty():
            self._bar = click.progressbar(length=STEPS, label=note, file=sys.stderr)
            self._bar.render_progress()
        else:
            click.echo(note, err=True)

    def progress(self, fraction: float) -> None:
        """Move the bar to `fraction`."""
        if self._bar:
            self._bar.update(round(fraction * STEPS) - self._bar.pos)

    def _end(self, *, whole: bool) -> None:
        if whole:
            self.progress(1)
        if self._bar:
            self._bar.render_finish()
        self._bar = None


def option(spec: Spec) -> click.Option:
    """The command-line option of a parameter; its value arrives as text, for `Spec.parse`."""
    default = spec.unset if spec.default is None else spec.default
    text = f"{spec.help} {spec.allowed[0].upper()}{spec.allowed[1:]}. [default: {default}]"
    return click.Option([f"--{spec.name.replace('_', '-')}", spec.name], metavar=spec.kind.__name__.upper(), help=text)
