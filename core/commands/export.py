"""`python -m core export RUN`: what is deployed, as a folder or a zip."""

import shlex
from pathlib import Path

import click

from core.bundles import export_run
from core.bundles.files import SCRIPT
from core.runs.store import RunStore


@click.command()
@click.argument("run")
@click.option("--out", type=click.Path(path_type=Path), help="A new folder, or a new file that ends in .zip.")
@click.option("--onnx", is_flag=True, help="Write model.onnx too; needs requirements-onnx.txt.")
@click.option("--half", is_flag=True, help="Store floats in two bytes instead of four.")
def export(run: str, out: Path | None, onnx: bool, half: bool) -> None:
    """Write the deployed model of a finished run as a bundle that classifies with NumPy alone."""
    target = export_run(RunStore(), run, out, onnx=onnx, half=half)
    script, whole = (shlex.quote(str(path)) for path in (target / SCRIPT, target))
    how = f'python {script} "a text"' if target.is_dir() else f"unzip it, or python -m core predict {whole}"
    click.echo(f"Wrote {target}. Try it: {how}")
