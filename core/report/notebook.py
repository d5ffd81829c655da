"""A run as a Jupyter notebook that runs it again through the core, and draws the same charts."""

import pprint
from typing import Any

from nbformat import v4

from core.report.prose import statement
from core.results import RunResult
from core.runs.finished import FinishedRun
from core.words import describe

AGAIN = """\
store = RunStore()
made = store.create(config, state="running")
execute(store, made)
run = finished_run(store, made)"""
COMPARE = """\
measured = numbers(run.result)
{name: (value, measured[name]) for name, value in recorded.items()}  # as recorded, and as measured now"""
DRAW = 'go.Figure(charts["{name}"].traces, charts["{name}"].layout)'


def notebook(run: FinishedRun) -> str:
    """The notebook of `run`, as the JSON of an .ipynb file."""
    cells = [
        v4.new_markdown_cell(f"# {statement(run.result)}\n\n{_escaped(describe(run.config))}"),
        v4.new_markdown_cell("Start Jupyter in Ranklens's own folder and environment, so that `core` is found."),
        v4.new_code_cell(
            "import plotly.graph_objects as go\n\n"
            "from core.config import RunConfig\n"
            "from core.report.notebook import numbers\n"
            "from core.report.page import charts_of\n"
            "from core.runs.finished import finished_run\n"
            "from core.runs.store import RunStore\n"
            "from core.runs.worker import execute"
        ),
        v4.new_code_cell(f"config = RunConfig.from_dict({_literal(run.config.to_dict())})"),
        v4.new_code_cell(AGAIN),
        v4.new_markdown_cell("What was found, and what is found now: equal to the last digit on the same machine."),
        v4.new_code_cell(f"recorded = {_literal(numbers(run.result))}\n{COMPARE}"),
        v4.new_code_cell("charts = charts_of(run)\n" + DRAW.format(name="training")),
    ]
    if run.curves and run.result.compressed.rank:
        cells.append(v4.new_code_cell(DRAW.format(name="ranks")))
    cells.append(v4.new_code_cell(DRAW.format(name="costs")))
    if run.notes:
        cells.append(v4.new_markdown_cell(f"## Notes\n\n{run.notes}"))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"  # so that equal runs make equal notebooks
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    book: str = v4.writes(v4.new_notebook(cells=cells, metadata=kernel))
    return book


def numbers(result: RunResult) -> dict[str, float | int]:
    """What a run found and a second one must find again, by name; timings, which never repeat, are left out."""
    models = {"dense": result.dense, "compressed": result.compressed, "deployed": result.deployed}
    kinds = ("dev_accuracy", "test_accuracy", "parameters", "bytes_on_disk", "macs")
    found = {f"{name} {kind}": getattr(model, kind) for name, model in models.items() for kind in kinds}
    return {**found, "p_value": result.paired_test.p_value}


def _literal(value: Any) -> str:
    return pprint.pformat(value, width=100, sort_dicts=False)


def _escaped(text: str) -> str:
    """`text` whose Markdown and HTML signs are shown, not obeyed."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-.!|<>~$" else sign for sign in text)
