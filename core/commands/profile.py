"""`python -m core profile RUN`: what each form of a finished run's model costs."""

import json
from pathlib import Path

import click

from core.errors import InputError
from core.output import output_file, write_output
from core.profiling.process import measure_run
from core.profiling.variants import TITLES
from core.results import Costs, ModelCost
from core.runs.finished import finished_run
from core.runs.store import RunStore
from core.terminal import ProgressBar


@click.command()
@click.argument("run")
@click.option("--json", "json_path", type=output_file, metavar="PATH", help="Write what was measured to this file too.")
def profile(run: str, json_path: Path | None) -> None:
    """Count, weigh and time the models of a finished run, in a process of its own."""
    folder = finished_run(RunStore(), run).folder
    if folder is None:
        raise InputError(f"Of the recorded run {run} only numbers are kept; run it here to measure it.")
    with ProgressBar() as bar:
        bar.stage("profile", "Counting, weighing and timing the models")
        costs = measure_run(folder, progress=bar.progress)
    if json_path:
        write_output(json_path, json.dumps(costs.to_dict(), indent=1).encode())
    click.echo(table(costs))


def table(costs: Costs) -> str:
    """The costs as text: a line for each model."""
    sizes = [f"p50 / p95, {latency.texts} at once" for latency in costs.models[0].latencies]
    head = f"{'':24}{'MACs':>12}{'by thop':>12}{'by formula':>14}{'on disk':>12}{'resident':>12}"
    lines = [head + "".join(f"{size:>26}" for size in sizes)]
    return "\n".join([*lines, *map(_line, costs.models), f"MACs are for one text of {costs.tokens} tokens."])


def _line(cost: ModelCost) -> str:
    numbers = f"{_count(cost.macs):>12}{_count(cost.macs_counted):>12}"
    sizes = f"{_kilobytes(cost.formula_bytes):>14}{_kilobytes(cost.bytes_on_disk):>12}"
    times = "".join(f"{f'{each.p50_ms:.3f} / {each.p95_ms:.3f} ms':>26}" for each in cost.latencies)
    return f"{TITLES[cost.name]:24}{numbers}{sizes}{_kilobytes(cost.resident_bytes):>12}{times}"


def _count(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def _kilobytes(size: int | None) -> str:
    return "" if size is None else f"{size / 1000:,.0f} kB"
