"""`python -m core predict BUNDLE`: a bundle's answers, a line of JSON for each line of text."""

import codecs
import contextlib
import itertools
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click

from core.bundles import load_bundle
from core.errors import InputError

TEXTS_AT_ONCE = 64
QUIET_SECONDS = 1.0


class Counter:
    """Says on stderr how many texts are done, once it has taken a second, where a person watches nothing else."""

    def __init__(self) -> None:
        """Start the clock."""
        self._started = time.monotonic()
        self._watched = sys.stderr.isatty() and not sys.stdout.isatty()
        self._shown = False

    def show(self, done: int) -> None:
        """That many texts are `done`."""
        if self._watched and time.monotonic() - self._started > QUIET_SECONDS:
            click.echo(f"\r{done:,} texts", nl=False, err=True)
            self._shown = True

    def close(self) -> None:
        """End the line."""
        if self._shown:
            click.echo(err=True)


@click.command()
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--input", "path", type=click.Path(path_type=Path), help="A text a line, in UTF-8; stdin by default.")
def predict(bundle: Path, path: Path | None) -> None:
    """Classify each line of a file or of stdin with the model of BUNDLE, a folder or a zip."""
    loaded = load_bundle(bundle)
    counter, done = Counter(), 0
    utf_8 = codecs.lookup(sys.stdout.encoding or "utf-8").name == "utf-8"  # else JSON's own escapes, which any has
    at_once = 1 if path is None and sys.stdin.isatty() else TEXTS_AT_ONCE  # a person waits for each answer
    lines = _lines(path)
    while texts := list(itertools.islice(lines, at_once)):
        for found in loaded.predict(texts):
            click.echo(json.dumps(found, ensure_ascii=not utf_8))
        done += len(texts)
        counter.show(done)
    counter.close()


def _lines(path: Path | None) -> Iterator[str]:
    """The lines of the file `path`, or of stdin."""
    name = "stdin" if path is None else str(path)
    try:
        with contextlib.nullcontext(sys.stdin.buffer) if path is None else path.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                try:
                    yield line.decode("utf-8-sig" if number == 1 else "utf-8").removesuffix("\n").removesuffix("\r")
                except UnicodeDecodeError:
                    raise InputError(f"{name}, line {number}: this isn't UTF-8 text; save it as UTF-8.") from None
    except OSError as error:
        raise InputError(f"{name} can't be read: {error.strerror}.") from None
