"""`python -m core factorize`: the best low-rank factors of a table in a file."""

import tempfile
from array import array
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import torch
from torch import Tensor

from core.compression.big_table import FACTORS, Report, factorize_file
from core.compression.methods.low_rank import EnergyParameters
from core.compression.metrics import FREQUENCY_EXPONENT, frequency_weights
from core.errors import ConfigError, VectorsError
from core.events import Monitor
from core.output import writing
from core.parameters import Parameters, parameter, specs
from core.paths import looking_at
from core.runs.executors import executor_at
from core.runs.sweeps import LOCAL
from core.terminal import ProgressBar, option
from core.vectors.formats.npy import open_array
from core.vectors.formats.text import write_raw
from core.vectors.table_file import FileRows, open_npy, open_safetensors

MEGABYTE = 1e6


@dataclass(frozen=True)
class Weighting(Parameters):
    """How much a row's frequency counts."""

    exponent: float = parameter(FREQUENCY_EXPONENT, minimum=0, maximum=1, help="α in D = diag((count + 0.1)^α).")


@click.command()
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for factors and report; made anew.")
@click.option("--counts", type=click.Path(path_type=Path), help="How often each row occurs: .npy, or a number a line.")
@click.option("--tensor", help="Which tensor of a .safetensors file; needed where several are 2-D.")
@click.option(
    "--executor", default=LOCAL, help=f"{LOCAL}, or dask://HOST:PORT for a running scheduler. [default: {LOCAL}]"
)
def factorize(
    *,
    table: Path,
    out: Path,
    counts: Path | None,
    exponent: str | None,
    tensor: str | None,
    executor: str,
    **texts: str | None,
) -> None:
    """Factorise a TABLE (.npy, .safetensors or word vectors as text), of any size, and say what that costs.

    Without an option that says how far, it gets 90 % smaller. Run it again after an interruption, or at another rank,
    and the first of its two readings is skipped. A cluster gives the same numbers, to the last bit; no disk is shared.
    """
    spread = executor_at(executor).spread
    how = EnergyParameters(**{s.name: s.parse(texts[s.name] or "") for s in specs(EnergyParameters)})
    power = _exponent(counts, exponent)
    with looking_at(table, VectorsError):
        if not table.is_file():
            raise VectorsError(f"{table} is {'a folder' if table.is_dir() else 'missing'}: give a file with a table.")
    _make(out)
    with ProgressBar() as bar, tempfile.TemporaryDirectory(prefix=".words-", dir=out) as scratch:
        rows = _open(table, tensor, Path(scratch), bar)
        weights = torch.ones(1, dtype=torch.float64).expand(rows.shape[0])
        if counts:
            weights = frequency_weights(read_counts(counts, rows.shape[0]), power)
        origin: dict[str, object] = {"table": _identity(table), "tensor": tensor, "exponent": power}
        origin["counts"] = _identity(counts) if counts else None
        report = factorize_file(rows, row_weights=weights, how=how, out=out, origin=origin, spread=spread)
    click.echo(_summary(report, out))


factorize.params += [option(spec) for spec in (*specs(EnergyParameters), *specs(Weighting))]


def read_counts(path: Path, rows: int) -> Tensor:
    """How often each of `rows` rows occurs, (V,) float64, from a `.npy` file or a text file with a number a line.

    Raises:
        VectorsError: naming the row whose count is missing, negative or no number.
    """
    try:
        if path.suffix == ".npy":
            stored = open_array(path)
            if stored.dtype.kind not in "biuf":
                raise VectorsError(f"{path} holds {stored.dtype}: give one real number for each row.")
            counts = torch.from_numpy(stored.astype(np.float64))
        else:
            numbers = array("d")
            with path.open(encoding="utf-8") as lines:
                numbers.extend(float(line) for line in lines)
            counts = torch.from_numpy(np.frombuffer(numbers) if numbers else np.zeros(0)).clone()
    except (OSError, ValueError, EOFError) as error:
        raise VectorsError(f"{path} can't be read as counts ({error}): give one number for each row.") from None
    if counts.shape != (rows,):
        found = " × ".join(f"{size:,}" for size in counts.shape)
        raise VectorsError(f"{path} has {found} counts, and the table {rows:,} rows: give one count for each row.")
    bad = (~(counts.isfinite() & (counts >= 0))).nonzero()
    if len(bad):
        row = int(bad[0])
        raise VectorsError(
            f"{path}: the count of row {row:,}, counted from 0, is {float(counts[row]):g}; 0 is the least."
        )
    return counts


def _exponent(counts: Path | None, text: str | None) -> float:
    """α, 0 without counts."""
    if counts is None:
        if text is not None:
            raise ConfigError("exponent", text, "it weighs rows by their counts, so give --counts too")
        return 0.0
    return Weighting(*(spec.parse(text) for spec in specs(Weighting) if text is not None)).exponent


def _open(table: Path, tensor: str | None, scratch: Path, monitor: Monitor) -> FileRows:
    """The table's rows; word vectors in text are first written to `scratch` as plain numbers."""
    if tensor is not None and table.suffix != ".safetensors":
        raise ConfigError("tensor", tensor, "only .safetensors files hold several tensors")
    if table.suffix == ".npy":
        return open_npy(table, monitor)
    if table.suffix == ".safetensors":
        return open_safetensors(table, tensor, monitor)
    monitor.stage("load", "Reading the words' numbers")
    with writing(scratch.parent), (scratch / "numbers").open("wb") as target:
        shape = write_raw(table, target, monitor.progress)
    return FileRows(scratch / "numbers", shape, torch.float32, 0, False, monitor)


def _make(out: Path) -> None:
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):  # before hours of reading, not after
            pass


def _identity(path: Path) -> list[object]:
    state = path.stat()
    return [str(path.resolve()), state.st_size, state.st_mtime_ns]


def _summary(report: Report, out: Path) -> str:
    lines = [
        f"{report.rows:,} × {report.width} at rank {report.rank}: {report.compression:.1%} smaller, "
        f"{report.bytes_before / MEGABYTE:,.1f} MB → {report.bytes_after / MEGABYTE:,.1f} MB.",
        f"Relative error {report.relative_error:.4f}, {report.energy_kept:.1%} of the energy kept"
        + (" (first reading skipped)." if report.gram_resumed else "."),
        f"The factors `left` and `right` are in {out / FACTORS}.",
    ]
    return "\n".join([*lines, *(f"Warning: {warning}" for warning in report.warnings)])
