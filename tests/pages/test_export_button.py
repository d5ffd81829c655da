"""The export of a finished run, driven without a browser."""

import io
import zipfile

import numpy as np
from safetensors.numpy import load
from streamlit.testing.v1 import AppTest

from core.runs.store import RunStore
from core.runs.worker import execute
from tests.pages.test_pages import SHELL
from tests.test_pipeline import config
from ui.export import bundle


def dtypes(content):
    weights = load(zipfile.ZipFile(io.BytesIO(content)).read("model.safetensors"))
    return {value.dtype for value in weights.values()}


def test_a_finished_run_is_offered_whole_and_in_half_precision(corpus_folder):
    store = RunStore()
    run = store.create(config(corpus_folder))
    execute(store, run)
    app = AppTest.from_file(str(SHELL), default_timeout=60)
    app.query_params["run"] = run
    app.run()
    app.toggle(key="export-half").set_value(True).run()
    assert not app.exception
    assert dtypes(bundle(store, run)) == {np.dtype(np.float32)}
    assert dtypes(bundle(store, run, half=True)) == {np.dtype(np.float16)}
