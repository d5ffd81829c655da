"""`python -m core report RUN`: a finished run as one HTML file to hand on."""

from pathlib import Path

import click

from core.commands.terminal import write_new
from core.report.page import report_html
from core.runs.finished import finished_run
from core.runs.store import RunStore


@click.command()
@click.argument("run")
@click.option("--out", type=click.Path(path_type=Path), help="A new file; by default report-RUN.html here.")
def report(run: str, out: Path | None) -> None:
    """Write a finished or recorded run as a page that opens offline and prints to two sheets of A4."""
    target = out or Path(f"report-{run}.html")
    write_new(target, report_html(finished_run(RunStore(), run)).encode())
    click.echo(f"Wrote {target}: open it in any browser; it needs no network.")
