"""The deployed model of a finished run, to take away."""

import tempfile
from pathlib import Path

import streamlit as st

from core.artifacts import MODELS_FILE
from core.bundles import export_run
from core.runs.records import RunRecord
from core.runs.store import RunStore


def export_button(store: RunStore, record: RunRecord) -> None:
    """A button that makes the bundle when it is pressed, not before, and hands it to the browser."""
    if not (store.folder(record.id) / MODELS_FILE).is_file():
        st.caption("The run's weights are gone, so it can't be exported; start it again.")
        return
    half = st.toggle(
        "Half precision",
        key="export-half",
        help="Store the bundle's floats in two bytes instead of four. Its model card says what that changed.",
    )
    st.download_button(
        "Export",
        lambda: bundle(store, record.id, half=half),
        file_name=f"{record.config.model}-{record.config.method}-{record.id}.zip",
        mime="application/zip",
        on_click="ignore",
        key="export",
        help="The deployed model as a zip: weights, words, a model card, and predict.py, which needs NumPy alone.",
    )


def bundle(store: RunStore, run: str, *, half: bool = False) -> bytes:
    """The zip of the run's bundle; nothing of it stays on the disk.

    Raises:
        BundleError: when the run's files are gone or damaged, or a number is too large for half precision.
        OutputError: when the disk is full.
    """
    with tempfile.TemporaryDirectory() as folder:
        return export_run(store, run, Path(folder) / "bundle.zip", half=half).read_bytes()
