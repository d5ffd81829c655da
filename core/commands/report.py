"""`python -m core report RUN`: a finished run or sweep as one HTML file to hand on."""

from pathlib import Path

import click

from core.output import output_file, write_output
from core.report.page import report_html
from core.runs.finished_sweep import finished_either
from core.runs.sweeps import SweepStore


@click.command()
@click.argument("run")
@click.option("--out", type=click.Path(path_type=Path), help="A new file; by default report-RUN.html here.")
def report(run: str, out: Path | None) -> None:
    """Write a finished or recorded run or sweep as a page that opens offline and prints to two sheets of A4."""
    found = finished_either(SweepStore(), run)
    target = output_file(out or f"report-{run}.html", new=True)
    write_output(target, report_html(found).encode())
    click.echo(f"Wrote {target}: open it in any browser; it needs no network.")
