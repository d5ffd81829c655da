"""`python -m core report RUN`: a finished run or sweep as one HTML file to hand on."""

from pathlib import Path

import click

from core.commands.terminal import write_new
from core.report.page import report_html
from core.runs.finished_sweep import finished_either
from core.runs.sweeps import SweepStore


@click.command()
@click.argument("run")
@click.option("--out", type=click.Path(path_type=Path), help="A new file; by default report-RUN.html here.")
def report(run: str, out: Path | None) -> None:
    """Write a finished or recorded run or sweep as a page that opens offline and prints to two sheets of A4."""
    target = out or Path(f"report-{run}.html")
    write_new(target, report_html(finished_either(SweepStore(), run)).encode())
    click.echo(f"Wrote {target}: open it in any browser; it needs no network.")
