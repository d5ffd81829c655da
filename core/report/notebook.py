"""A run or a sweep as a Jupyter notebook that runs it again through the core, and draws the same charts."""

import pprint
import string
from typing import Any

from nbformat import v4

from core.report.tell import story_of
from core.results import RunResult
from core.runs.finished import FinishedRun
from core.runs.finished_sweep import FinishedSweep

RUN_AGAIN = """\
store = RunStore()
made = store.create(config, state="running")
execute(store, made)
again = finished_run(store, made)"""
SWEEP_AGAIN = """\
store = SweepStore()
made = run_sweep(store, config)  # a process a core; the page Sweep shows it while it goes on
again = finished_sweep(store, made)"""
IMPORTS = """\
import plotly.graph_objects as go

from core.report.notebook import numbers
from core.report.tell import story_of
"""
RUN_IMPORTS = """\
from core.config import RunConfig
from core.runs.finished import finished_run
from core.runs.store import RunStore
from core.runs.worker import execute"""
SWEEP_IMPORTS = """\
from core.runs.finished_sweep import finished_sweep
from core.runs.here import run_sweep
from core.runs.sweeps import SweepStore
from core.sweep_config import SweepConfig"""
COMPARE = """\
measured = numbers(again)
{name: (value, measured[name]) for name, value in recorded.items()}  # as recorded, and as measured now"""
CHARTS = "charts = story_of(again).charts"
DRAW = 'go.Figure(charts["{name}"].traces, charts["{name}"].layout)'


def notebook(finished: FinishedRun | FinishedSweep) -> str:
    """The notebook of a run or a sweep, as the JSON of an .ipynb file."""
    story, swept = story_of(finished), isinstance(finished, FinishedSweep)
    owner = "SweepConfig" if swept else "RunConfig"
    cells = [
        v4.new_markdown_cell(f"# {story.statement}\n\n{_escaped(story.described)}"),
        v4.new_markdown_cell("Start Jupyter in Ranklens's own folder and environment, so that `core` is found."),
        v4.new_code_cell(IMPORTS + (SWEEP_IMPORTS if swept else RUN_IMPORTS)),
        v4.new_code_cell(f"config = {owner}.from_dict({_literal(finished.config.to_dict())})"),
        v4.new_code_cell(SWEEP_AGAIN if swept else RUN_AGAIN),
        v4.new_markdown_cell(f"What was found, and what is found now: {_repeats(finished)}."),
        v4.new_code_cell(f"recorded = {_literal(numbers(finished))}\n{COMPARE}"),
        v4.new_code_cell(CHARTS),
        *(v4.new_code_cell(DRAW.format(name=name)) for name in story.charts),
    ]
    if finished.notes:
        cells.append(v4.new_markdown_cell(f"## Notes\n\n{finished.notes}"))
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"  # so that equal runs make equal notebooks
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    book: str = v4.writes(v4.new_notebook(cells=cells, metadata=kernel))
    return book


def _repeats(finished: FinishedRun | FinishedSweep) -> str:
    by_hand = isinstance(finished, FinishedRun) and finished.result.ended_by_hand
    return "different, since training was ended by hand" if by_hand else "equal to the last digit on the same machine"


def numbers(finished: FinishedRun | FinishedSweep) -> dict[str, float]:
    """What was found and must be found again, by name; timings, which never repeat, are left out."""
    return _of_sweep(finished) if isinstance(finished, FinishedSweep) else _of_run(finished.result)


def _of_run(result: RunResult) -> dict[str, float]:
    models = {"dense": result.dense, "compressed": result.compressed, "deployed": result.deployed}
    kinds = ("dev_accuracy", "test_accuracy", "parameters", "bytes_on_disk", "macs")
    found = {f"{name} {kind}": getattr(model, kind) for name, model in models.items() for kind in kinds}
    return {**found, "p_value": result.paired_test.p_value}


def _of_sweep(sweep: FinishedSweep) -> dict[str, float]:
    """Means over seeds: of the dense models, and of every way to compress."""
    table = sweep.table
    found = {"dense dev": table.dense_dev.mean, "dense test": table.dense_test.mean}
    for cell in table.cells:
        name = f"{cell.label}, {cell.compression:.2%} smaller"
        found |= {f"{name}: dev": cell.dev.mean, f"{name}: test": cell.test.mean, f"{name}: bytes": cell.deployed_bytes}
    return found


def _literal(value: Any) -> str:
    return pprint.pformat(value, width=100, sort_dicts=False)


def _escaped(text: str) -> str:
    """`text` whose signs Jupyter's Markdown shows, and doesn't obey: every ASCII sign may be escaped."""
    return "".join(f"\\{sign}" if sign in string.punctuation else sign for sign in text)
