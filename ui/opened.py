"""Models and texts of a finished run, opened once for all who look at it."""

import streamlit as st
from torch import Tensor

from core.errors import RanklensError
from core.insights.answers import Examples, Explained, examples, explain
from core.insights.opened import Models, Texts, open_models, read_texts
from core.insights.spectrum import Spectrum, spectrum
from core.insights.tables import Table, take_apart
from core.insights.words import Axes, Lens, lens, principal_axes
from core.runs.finished import FinishedRun

RUNS_KEPT, TEXTS_KEPT = 4, 64  # in memory


def models_of(run: FinishedRun) -> Models:
    """The run's three models.

    Raises:
        BundleError: when they are gone.
    """
    return _models(run.id, run)


def texts_of(run: FinishedRun) -> Texts | None:
    """The run's texts; None, and why, where they are gone."""
    try:
        return _texts(run.id, run)
    except RanklensError as error:
        st.caption("The texts that this run learned from can't be read any more; what needs them is left out.")
        st.text(str(error))
        return None


def examples_of(run: FinishedRun) -> Examples | None:
    """Test texts to look at: the recorded ones, or those found now, with progress; None where there are none."""
    if run.folder is None:
        return Examples.from_dict(run.insights["try"]) if "try" in run.insights else None
    return None if texts_of(run) is None else _examples(run.id, run)


def table_of(run: FinishedRun) -> Table:
    """The dense model's table, taken apart in every metric that can still be computed."""
    texts = texts_of(run)
    return _table(run.id, texts is not None, run)


def spectrum_of(run: FinishedRun) -> Spectrum | None:
    """The recorded spectrum, or that of the run's table; None where there is neither."""
    if run.folder is None:
        return Spectrum.from_dict(run.insights["spectrum"]) if "spectrum" in run.insights else None
    table = table_of(run)
    return _spectrum(run.id, table.counts is not None, run)


def lens_of(run: FinishedRun, metric: str) -> Lens:
    """The dense table in that metric, at all ranks."""
    table = table_of(run)
    return _lens(run.id, table.counts is not None, metric, run)


def axes_of(run: FinishedRun) -> Axes:
    """The axes of the run's map of words."""
    table = table_of(run)
    return _axes(run.id, table.counts is not None, run)


def compressed_table(run: FinishedRun) -> Tensor:
    """The table (V, d) of the run's compressed model, written out."""
    return _compressed_table(run.id, run)


def explained(run: FinishedRun, text: str) -> Explained:
    """What the run's models say to `text`, and why."""
    return _explained(run.id, text, run)


@st.cache_resource(max_entries=RUNS_KEPT, show_spinner="Opening the models …")
def _models(run: str, _run: FinishedRun) -> Models:
    del run  # only there to tell runs apart
    assert _run.folder
    return open_models(_run.folder)


@st.cache_resource(max_entries=RUNS_KEPT, show_spinner="Reading the texts …")
def _texts(run: str, _run: FinishedRun) -> Texts:
    return read_texts(_run.config, _run.result.dataset, _models(run, _run)["dense"])


@st.cache_resource(max_entries=RUNS_KEPT, show_spinner=False)
def _examples(run: str, _run: FinishedRun) -> Examples:
    bar = st.progress(0.0, "Looking for test texts on which the models disagree …")
    found = examples(_models(run, _run), _texts(run, _run), progress=bar.progress)
    bar.empty()
    return found


@st.cache_resource(max_entries=RUNS_KEPT, show_spinner="Taking the table apart in every metric …")
def _table(run: str, with_texts: bool, _run: FinishedRun) -> Table:
    return take_apart(_models(run, _run), _texts(run, _run) if with_texts else None, _run.config)


@st.cache_resource(max_entries=RUNS_KEPT, show_spinner="Naming the directions …")
def _spectrum(run: str, with_texts: bool, _run: FinishedRun) -> Spectrum:
    return spectrum(_table(run, with_texts, _run), _texts(run, _run) if with_texts else None)


@st.cache_resource(max_entries=2 * RUNS_KEPT, show_spinner=False)
def _lens(run: str, with_texts: bool, metric: str, _run: FinishedRun) -> Lens:
    return lens(_table(run, with_texts, _run), metric)


@st.cache_resource(max_entries=RUNS_KEPT, show_spinner=False)
def _axes(run: str, with_texts: bool, _run: FinishedRun) -> Axes:
    return principal_axes(_table(run, with_texts, _run))


@st.cache_resource(max_entries=RUNS_KEPT, show_spinner=False)
def _compressed_table(run: str, _run: FinishedRun) -> Tensor:
    return _models(run, _run)["compressed"].model.embedding.table().detach()


@st.cache_resource(max_entries=TEXTS_KEPT, show_spinner="Asking the models …")
def _explained(run: str, text: str, _run: FinishedRun) -> Explained:
    return explain(_models(run, _run), text)
