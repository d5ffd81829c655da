"""What a choice will mean before anything runs: the table's shape, what the rank saves, warnings."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.compression.methods import METHODS
from core.compression.size import dense_bytes
from core.config import OR_A_PATH, RunConfig
from core.data import SavedCorpora
from core.errors import ConfigError, DataError, MissingPackageError, RanklensError, VectorsError
from core.events import Silent
from core.fetching import awaited
from core.parameters import specs
from core.paths import looking_at
from core.pipeline import load
from core.vectors.neighbours import sample_neighbours
from ui.form import RunForm
from ui.words import escape

DATA_FIELDS = ("dataset", "vectors", "max_vocabulary", "min_count", "max_tokens", "cjk", "seed")


@dataclass(frozen=True)
class Shape:
    """What was read.

    Texts in train, classes, rows and width of the table, share of tokens that the vectors know, notes on the texts, and
    for some words the ones whose vectors are nearest.
    """

    texts: int
    classes: int
    rows: int
    width: int
    coverage: float
    notes: tuple[str, ...]
    neighbours: tuple[tuple[str, tuple[str, ...]], ...]


def preview(form: RunForm) -> bool:
    """Say below the controls what they will mean; returns whether the run can start.

    Nothing is fetched here: what a run has to fetch first is only announced.

    Raises:
        MissingPackageError: when packaged data has to be fetched first.
    """
    config = form.config
    if config is None:
        return False
    try:
        waiting = awaited(config)
        for kind, sentence in waiting.items():
            form.note(kind, sentence)
        if waiting:
            return True
        shape = shape_of(config)
        form.note("dataset", f"{shape.texts:,} training texts, {shape.classes} classes, {shape.rows:,} different words")
        for note in shape.notes:
            form.note("dataset", note)
        form.note("vectors", f"{shape.width} numbers a word; {shape.coverage:.1%} of all words are known")
        if shape.neighbours:
            pairs = (f"{word} → {', '.join(near)}" for word, near in shape.neighbours)
            form.note("vectors", f"Nearest words: {'; '.join(pairs)}")
        _note_size(form, config, shape)
    except MissingPackageError:
        raise
    except VectorsError as error:
        form.refuse("vectors", error)
    except ConfigError as error:
        form.refuse(error.field, error)
    except RanklensError as error:
        form.refuse("dataset", error)
    else:
        return True
    return False


def say_refused(form: RunForm) -> None:
    """Say beside Start too what keeps it from starting: the form is closed on a phone."""
    if form.refused:
        st.error(escape(form.refused))


def shape_of(config: RunConfig) -> Shape:
    """What the data and the vectors of `config` come to; remembered until their files change.

    Raises:
        InputError: when they can't be read.
    """
    return _shape(_data_of(config), tuple(_stamp(kind, getattr(config, kind)) for kind in OR_A_PATH))


def most_rank(config: RunConfig) -> int | None:
    """The highest rank that the table of `config` has; None where its data must be fetched, or can't be read."""
    try:
        shape = None if awaited(config) else shape_of(config)
    except RanklensError:
        return None
    return shape and min(shape.rows, shape.width)


def _note_size(form: RunForm, config: RunConfig, shape: Shape) -> None:
    """What the method will make of the table; warnings stand by the control that causes them."""
    method = METHODS.get(config.method).build(config.parameters("method"))
    warnings = method.check(rows=shape.rows, width=shape.width)
    rank = method.fixed_rank(rows=shape.rows, width=shape.width)
    if rank is not None:
        saved = method.saved_at(rank, rows=shape.rows, width=shape.width)
        whole = dense_bytes(rows=shape.rows, width=shape.width)
        told = f"Rank {rank} of {min(shape.rows, shape.width)}: {abs(saved):.1%} "
        told += f"{'less' if saved > 0 else 'more'} than the table's {whole / 1000:,.0f} kB"
        form.note("compression", told)
        form.note("rank", told)
    form.note("method", f"Re-training: {method.retrains}")
    for warning in warnings:
        form.warn("rank", warning)


def _data_of(config: RunConfig) -> tuple[tuple[str, str], ...]:
    """What decides the table's shape, as text; hashable."""
    texts = config.to_text()
    options = [spec.name for kind in OR_A_PATH for spec in specs(config.component_parameters(kind))]
    return tuple((name, texts[name]) for name in (*DATA_FIELDS, *options) if name in texts)


def _stamp(kind: str, name: str) -> str:
    """What tells versions of a saved corpus, a file or a folder apart, so that a new one is read anew.

    Raises:
        InputError: when it can't be looked at.
    """
    saved, place = SavedCorpora(), Path(name)
    if kind == "dataset" and name in saved.names():
        return saved.get(name).content_hash
    with looking_at(name, VectorsError if kind == "vectors" else DataError):
        files = [place, *place.iterdir()] if place.is_dir() else [place]
        return str(max((file.stat().st_mtime for file in files if file.exists()), default=0.0))


@st.cache_resource(max_entries=32, show_spinner="Reading texts and vectors …")
def _shape(data: tuple[tuple[str, str], ...], stamps: tuple[str, ...]) -> Shape:
    del stamps  # only there to tell versions apart
    loaded = load(RunConfig.from_text(dict(data)), monitor=Silent())
    rows, width = loaded.vectors.table.shape
    coverage = loaded.vectors.coverage(loaded.texts.vocabulary)
    near = sample_neighbours(loaded.vectors, loaded.texts.vocabulary)
    corpus = loaded.corpus
    return Shape(len(corpus.train), len(corpus.classes), rows, width, coverage, corpus.notes, near)
