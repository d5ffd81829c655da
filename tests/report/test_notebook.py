"""The exported notebook, executed: it finds what the run found."""

import ast
import dataclasses
import warnings

import nbformat
import pytest
from nbclient import NotebookClient

from bench.browser import ROOT
from core.cli import main
from core.report.notebook import notebook, numbers
from core.runs.finished import finished_run, gallery
from core.runs.finished_sweep import finished_sweep
from core.runs.here import run_sweep
from core.runs.store import RunStore
from core.runs.sweeps import SweepStore
from core.runs.worker import execute
from core.sweep_config import SweepConfig
from tests.report.hostile import hostile_run
from tests.test_pipeline import config


@pytest.fixture
def executed():
    """Executes a notebook in a kernel of its own; returns the outputs of each code cell."""

    def execute_all(book):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of the client's event loop, not ours
            NotebookClient(book, timeout=120, resources={"metadata": {"path": str(ROOT)}}).execute()
        return [cell.outputs for cell in book.cells if cell.cell_type == "code"]

    return execute_all


def test_it_runs_again_to_the_same_numbers_and_draws_the_charts(corpus_folder, tmp_path, executed):
    store = RunStore()
    run = store.create(config(corpus_folder), state="running")
    result = execute(store, run)
    path = tmp_path / "run.ipynb"
    assert main(["notebook", run, "--out", str(path)]) == 0
    outputs = executed(nbformat.read(path, as_version=4))
    (compared,) = [output.data["text/plain"] for output in outputs[3]]
    found = ast.literal_eval(compared)
    assert found == {name: (value, value) for name, value in numbers(finished_run(store, run)).items()}
    figures = [output for cell in outputs[4:] for output in cell]
    assert [figure.output_type for figure in figures] == ["display_data"] * 3
    costs = figures[-1].data["application/vnd.plotly.v1+json"]["data"]
    assert costs[1]["x"] == [result.dense.macs, result.compressed.macs, result.deployed.macs]


def test_a_sweep_runs_again_to_the_same_numbers_and_draws_the_curve(corpus_folder, tmp_path, executed):
    store = SweepStore()
    sweep = run_sweep(store, SweepConfig(config(corpus_folder), metrics=("plain", "task"), ranks=(2,), seeds=(0, 1)))
    path = tmp_path / "sweep.ipynb"
    assert main(["notebook", sweep, "--out", str(path)]) == 0
    outputs = executed(nbformat.read(path, as_version=4))
    (compared,) = [output.data["text/plain"] for output in outputs[3]]
    known = finished_sweep(store, sweep)
    assert ast.literal_eval(compared) == {name: (value, value) for name, value in numbers(known).items()}
    assert numbers(known)["dense dev"] == known.table.dense_dev.mean
    curve, costs = [output for cell in outputs[4:] for output in cell]
    drawn = {trace["name"]: trace["y"] for trace in curve.data["application/vnd.plotly.v1+json"]["data"]}
    for cell in known.table.cells:
        assert drawn[cell.label] == [100 * cell.dev.mean]
    assert costs.output_type == "display_data"


def test_equal_runs_make_equal_notebooks_that_are_valid():
    run = dataclasses.replace(gallery()["questions-dan-task"], notes="Mine.")
    assert notebook(run) == notebook(run)
    book = nbformat.reads(notebook(run), as_version=4)
    nbformat.validate(book)
    assert book.cells[-1].source == "## Notes\n\nMine."


def test_hostile_names_are_only_text():
    book = nbformat.reads(notebook(hostile_run()), as_version=4)
    (chosen,) = [cell.source for cell in book.cells if cell.source.startswith("config =")]
    literal = ast.parse(chosen).body[0].value.args[0]
    assert ast.literal_eval(literal) == hostile_run().config.to_dict()
    assert "<script>" not in book.cells[0].source


def test_a_run_of_the_store_and_its_notes_go_into_the_notebook(corpus_folder):
    store = RunStore()
    run = store.create(config(corpus_folder), state="running")
    execute(store, run)
    store.keep_notes(run, "Kept.")
    assert "Kept." in notebook(finished_run(store, run))
