"""`python -m core data`: corpora of the user's own, kept by name."""

import sys
from pathlib import Path

import click

from core.commands.terminal import option
from core.config import RunConfig
from core.data import Corpus, CorpusProfile, FileParameters, SavedCorpora, profile_corpus
from core.data.folder import read_own, silent
from core.data.saved import SavedCorpus, suggest_name
from core.errors import DataError
from core.parameters import specs

STEPS = 1000  # of the progress bar


@click.group()
def data() -> None:
    """Keep texts of your own by name: `--dataset NAME` then uses them."""


@data.command("add")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--name", help="What to call it; the file's name where nothing is said.")
def add_corpus(path: Path, name: str | None, **texts: str | None) -> None:
    """Read a CSV, TSV, JSONL or Parquet file, plain or gzipped, or a folder with train, dev and test, and keep it."""
    known = {spec.name: spec for spec in (*specs(FileParameters), SEED)}
    values = {key: known[key].parse(text) for key, text in texts.items() if text is not None}
    seed = values.pop("seed", SEED.default)
    SEED.check(seed)
    if not path.exists():
        raise DataError(f"{path}: there is no such file or folder; check the path.")
    corpus = _read(path, FileParameters(**values), seed)
    card = SavedCorpora().save(corpus, name=name or suggest_name(path), origin=str(path.absolute()))
    click.echo(f"Saved as {card.name}: use it with --dataset {card.name}.")
    click.echo(summary(profile_corpus(corpus)))


@data.command("list")
def list_corpora() -> None:
    """The saved corpora, a line each."""
    for card in SavedCorpora().all():
        click.echo(_line(card))


@data.command("show")
@click.argument("name")
def show_corpus(name: str) -> None:
    """Sizes, classes, duplicates and leaks of a saved corpus."""
    saved = SavedCorpora()
    click.echo(_line(saved.get(name)))
    click.echo(summary(profile_corpus(saved.load(name, progress=silent))))


@data.command("remove")
@click.argument("name")
def remove_corpus(name: str) -> None:
    """Delete a saved corpus; the file that it was read from stays."""
    SavedCorpora().remove(name)
    click.echo(f"Removed {name}.")


def summary(profile: CorpusProfile) -> str:
    """The profile as a few lines."""
    splits = {"train": profile.train, "dev": profile.dev, "test": profile.test}
    rows = [f"{'':8}{'texts':>10}{'empty':>8}{'duplicates':>12}{'contradictions':>16}"]
    rows += [
        f"{name:8}{split.texts:10,}{split.empty:8,}{split.duplicates:12,}{split.contradictions:16,}"
        for name, split in splits.items()
    ]
    rows.append(f"{len(profile.classes):,} classes: {', '.join(profile.classes[:10])}")
    if profile.rare_classes:
        rows.append(f"Warning: few training texts in {', '.join(profile.rare_classes[:10])}.")
    if profile.leaks:
        rows.append(f"Warning: {profile.leaks:,} texts stand in two splits; --drop-leaks true leaves them out of one.")
    return "\n".join(rows)


def _read(path: Path, parameters: FileParameters, seed: int) -> Corpus:
    if not sys.stderr.isatty():
        return read_own(path, seed=seed, parameters=parameters)
    with click.progressbar(length=STEPS, label="Reading", file=sys.stderr) as bar:

        def progress(fraction: float) -> None:
            bar.update(round(fraction * STEPS) - bar.pos)

        return read_own(path, seed=seed, parameters=parameters, progress=progress)


def _line(card: SavedCorpus) -> str:
    sizes = f"{card.train:,} + {card.dev:,} + {card.test:,} texts"
    return f"{card.name}  {sizes}  {card.classes:,} classes  {card.size_bytes / 1000:,.0f} kB  {card.origin}"


SEED = next(spec for spec in specs(RunConfig) if spec.name == "seed")
add_corpus.params += [option(spec) for spec in (*specs(FileParameters), SEED)]
