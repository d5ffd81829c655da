"""`python -m core data`: corpora of the user's own, kept by name."""

import json
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from core.counted import counted
from core.data import CorpusProfile, FileParameters, SavedCorpora
from core.data.adding import Addition, add
from core.data.saved import DamagedCorpus, SavedCorpus, suggest_name
from core.events import silent
from core.home import RESTORABLE_SECONDS
from core.parameters import MOST_SEED, Parameters, parameter, specs
from core.terminal import STEPS, option


@dataclass(frozen=True)
class Drawing(Parameters):
    """How splits are drawn that the texts lack."""

    seed: int = parameter(0, minimum=0, maximum=MOST_SEED, help="Draws the splits that are missing: same seed, same.")


@click.group()
def data() -> None:
    """Keep texts of your own by name: `--dataset NAME` then uses them."""


@data.command("add")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--name", help="What to call it; the file's name where nothing is said.")
@click.option("--origin", default="", help="Where it is from, in words; the path where nothing is said.")
@click.option("--licence", default="", help="What the texts may be used for, in words.")
@click.option("--watched", is_flag=True, hidden=True, help="Write progress as lines of JSON, and nothing else.")
def add_corpus(path: Path, name: str | None, origin: str, licence: str, watched: bool, **texts: str | None) -> None:
    """Read a CSV, TSV, JSONL or Parquet file, plain or gzipped, or a folder with train, dev and test, and keep it."""
    known = {spec.name: spec for spec in (*specs(FileParameters), *specs(Drawing))}
    values = {key: known[key].parse(text) for key, text in texts.items() if text is not None}
    seed = Drawing(values.pop("seed", Drawing.seed)).seed
    addition = Addition(path, name or suggest_name(path), FileParameters(**values), seed, origin, licence)
    if watched:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what is half written is cleared away
        add(addition, _tell)
        return
    card = _add(addition)
    click.echo(f"Saved as {card.name}: use it with --dataset {card.name}.")
    click.echo(summary(SavedCorpora().profile(card.name, progress=silent)))


@data.command("list")
def list_corpora() -> None:
    """The saved corpora, a line each."""
    for card in SavedCorpora().all():
        click.echo(f"{card.name}  {card.error}" if isinstance(card, DamagedCorpus) else _line(card))


@data.command("show")
@click.argument("name")
def show_corpus(name: str) -> None:
    """Sizes, classes, duplicates and leaks of a saved corpus."""
    saved = SavedCorpora()
    click.echo(_line(saved.get(name)))
    click.echo(summary(saved.profile(name, progress=silent)))


@data.command("remove")
@click.argument("name")
def remove_corpus(name: str) -> None:
    """Delete a saved corpus; `data restore` brings it back for a day. The file that it was read from stays."""
    saved = SavedCorpora()
    saved.purge(older_than=RESTORABLE_SECONDS)
    saved.delete(name)
    click.echo(f"Removed {name}; `data restore {name}` brings it back.")


@data.command("restore")
@click.argument("name")
def restore_corpus(name: str) -> None:
    """Bring a removed corpus back."""
    SavedCorpora().restore(name)
    click.echo(f"Restored {name}.")


def summary(profile: CorpusProfile) -> str:
    """The profile as a few lines."""
    rows = [f"{'':8}{'texts':>10}{'empty':>8}{'duplicates':>12}{'contradictions':>16}"]
    rows += [
        f"{name:8}{split.texts:10,}{split.empty:8,}{split.duplicates:12,}{split.contradictions:16,}"
        for name, split in profile.splits.items()
    ]
    rows.append(f"{len(profile.classes):,} classes: {', '.join(profile.classes[:10])}")
    if profile.rare_classes:
        rows.append(f"Warning: few training texts in {', '.join(profile.rare_classes[:10])}.")
    if profile.leaks:
        texts = counted(profile.leaks, "text")
        rows.append(f"Warning: {texts} in two splits; --drop-leaks true leaves them out of one.")
    return "\n".join(rows)


def _add(addition: Addition) -> SavedCorpus:
    if not sys.stderr.isatty():
        return add(addition, lambda _, __: None)
    with click.progressbar(length=STEPS, label="Reading", file=sys.stderr) as bar:
        return add(addition, lambda _, share: bar.update(max(0, round(share * STEPS) - bar.pos)))


def _tell(note: str, share: float) -> None:
    click.echo(json.dumps({"note": note, "share": share}))


def _line(card: SavedCorpus) -> str:
    sizes = f"{card.train:,} + {card.dev:,} + {card.test:,} texts"
    return f"{card.name}  {sizes}  {card.classes:,} classes  {card.size_bytes / 1000:,.0f} kB  {card.origin}"


add_corpus.params += [option(spec) for spec in (*specs(FileParameters), *specs(Drawing))]
