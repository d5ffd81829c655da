"""`python -m core notebook RUN`: a finished run or sweep as a notebook that runs it again."""

from pathlib import Path

import click

from core.output import output_file, write_output
from core.report.notebook import notebook as notebook_of
from core.runs.finished_sweep import finished_either
from core.runs.sweeps import SweepStore


@click.command()
@click.argument("run")
@click.option("--out", type=click.Path(path_type=Path), help="A new file; by default RUN.ipynb here.")
def notebook(run: str, out: Path | None) -> None:
    """Write a finished or recorded run or sweep as a Jupyter notebook that runs it again and draws the same charts."""
    found = finished_either(SweepStore(), run)
    target = output_file(out or f"{run}.ipynb", new=True)
    write_output(target, notebook_of(found).encode())
    click.echo(f"Wrote {target}: open it with Jupyter, started in Ranklens's own folder.")
