"""Models and texts of a finished run, opened once for all who look at it."""

import streamlit as st
from torch import Tensor

from core.errors import RanklensError
from core.insights.answers import Examples, Explained, examples, explain
from core.insights.kept_words import KeptWords
from core.insights.opened import Models, Texts, open_models, read_texts
from core.insights.spectrum import Spectrum, spectrum
from core.insights.tables import Table, take_apart
from core.insights.words import Axes, Lens, lens, principal_axes
from core.runs.finished import FinishedRun

RUNS_KEPT, TEXTS_KEPT = 4, 64  # in memory
TEXTS_SECONDS = 600  # until it is looked whether texts that were gone are back


def models_of(run: FinishedRun) -> Models:
    """The run's three models.

    Raises:
        BundleError: when they are gone.
    """
    return _models(run.id, run)


def texts_of(run: FinishedRun) -> Texts | None:
    """The run's texts; None where they are gone, of which `say_what_is_gone` tells."""
    found = _texts(run.id, run)
    return found if isinstance(found, Texts) else None


def say_what_is_gone(run: FinishedRun) -> None:
    """Why the run's texts can't be read any more, where they can't, and what that means."""
    if run.folder is not None and isinstance(error := _texts(run.id, run), RanklensError):
        st.info("The texts that this run learned from can't be read any more; what needs them is left out.")
        st.text(str(error))


def examples_of(run: FinishedRun) -> Examples | None:
    """Test texts to look at: the recorded ones, or those found now, with progress; None where there are none."""
    if run.folder is None:
        return Examples.from_dict(run.insights["try"]) if "try" in run.insights else None
    texts = texts_of(run)
    return None if texts is None else _examples(run.id, run, texts)


def table_of(run: FinishedRun) -> Table:
    """The dense model's table, taken apart in every metric that can still be computed."""
    texts = texts_of(run)
    return _table(run.id, texts is not None, run, texts)


def spectrum_of(run: FinishedRun) -> Spectrum | None:
    """The recorded spectrum, or that of the run's table; None where there is neither."""
    if run.folder is None:
        return Spectrum.from_dict(run.insights["spectrum"]) if "spectrum" in run.insights else None
    table = table_of(run)
    return _spectrum(run.id, table.counts is not None, table, texts_of(run))


def lens_of(run: FinishedRun, metric: str) -> Lens:
    """The dense table in that metric, at all ranks."""
    table = table_of(run)
    return _lens(run.id, table.counts is not None, metric, table)


def axes_of(run: FinishedRun) -> Axes:
    """The axes of the run's map of words."""
    table = table_of(run)
    return _axes(run.id, table.counts is not None, table)


def compressed_table(run: FinishedRun) -> Tensor:
    """The table (V, d) of the run's compressed model, written out."""
    return _compressed_table(run.id, run)


def kept_words_of(run: FinishedRun) -> KeptWords:
    """The words of a recorded run."""
    return _kept_words(run.id, run)


def explained(run: FinishedRun, text: str) -> Explained:
    """What the run's models say to `text`, and why."""
    return _explained(run.id, text, run)


@st.cache_resource(max_entries=RUNS_KEPT, show_spinner="Opening the models …")
def _models(run: str, _run: FinishedRun) -> Models:
    del run  # only there to tell runs apart
    assert _run.folder
    return open_models(_run.folder)


@st.cache_resource(max_entries=RUNS_KEPT, ttl=TEXTS_SECONDS, show_spinner="Reading the texts …")
def _texts(run: str, _run: FinishedRun) -> Texts | RanklensError:
    """The texts, or why there are none: that is kept too, since finding out may take as long."""
    try:
        return read_texts(_run.config, _run.result.dataset, _models(run, _run)["dense"])
    except RanklensError as error:
        return error


@st.cache_resource(max_entries=RUNS_KEPT, show_spinner=False)
def _examples(run: str, _run: FinishedRun, _texts: Texts) -> Examples:
    bar = st.progress(0.0, "Looking for test texts on which the models disagree …")
    found = examples(_models(run, _run), _texts, progress=bar.progress)
    bar.empty()
    return found


@st.cache_resource(max_entries=RUNS_KEPT, show_spinner="Taking the table apart in every metric …")
def _table(run: str, with_texts: bool, _run: FinishedRun, _texts: Texts | None) -> Table:
    del with_texts  # only there to tell both cases apart
    return take_apart(_models(run, _run), _texts, _run.config)


@st.cache_resource(max_entries=RUNS_KEPT, show_spinner="Naming the directions …")
def _spectrum(run: str, with_texts: bool, _table: Table, _texts: Texts | None) -> Spectrum:
    del run, with_texts
    return spectrum(_table, _texts)


@st.cache_resource(max_entries=2 * RUNS_KEPT, show_spinner=False)
def _lens(run: str, with_texts: bool, metric: str, _table: Table) -> Lens:
    del run, with_texts
    return lens(_table, metric)


@st.cache_resource(max_entries=RUNS_KEPT, show_spinner=False)
def _axes(run: str, with_texts: bool, _table: Table) -> Axes:
    del run, with_texts
    return principal_axes(_table)


@st.cache_resource(max_entries=RUNS_KEPT, show_spinner=False)
def _compressed_table(run: str, _run: FinishedRun) -> Tensor:
    return _models(run, _run)["compressed"].model.embedding.table().detach()


@st.cache_resource(max_entries=RUNS_KEPT, show_spinner=False)
def _kept_words(run: str, _run: FinishedRun) -> KeptWords:
    del run
    return KeptWords.from_dict(_run.insights["words"])


@st.cache_resource(max_entries=TEXTS_KEPT, show_spinner="Asking the models …")
def _explained(run: str, text: str, _run: FinishedRun) -> Explained:
    return explain(_models(run, _run), text)
