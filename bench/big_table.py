"""Factorising a table larger than memory should hold, on the command line: `python -m bench.big_table --folder F`.

Makes a table of 10,000,000 × 300 float32 (12 GB) in a temporary folder, which is deleted afterwards. Prints one
`name ratio bound` line each: peak resident memory above a process that only imports the same modules, and the pace of
both readings against the disk's plain reads of the same file (cold, both) and against float32 products WᵀW.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from bench.report import say

CHUNK_ROWS = 100_000
READ_BYTES = 2**24
POLL_SECONDS = 0.02
MOST_MB = 500
LEAST_PACE = 0.8


def main() -> None:
    """Make the table, run, measure, delete."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where the temporary folder goes; default: the system's")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--width", type=int, default=300)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        size = 4 * arguments.rows * arguments.width
        if shutil.disk_usage(folder).free < 2 * size:
            sys.exit(f"{folder} needs {2 * size / 1e9:.0f} GB free.")
        say(
            f"torch {torch.__version__}, numpy {np.__version__}, {torch.get_num_threads()} threads, {size / 1e9:.1f} GB"
        )
        table = Path(folder) / "table.npy"
        make_table(table, arguments.rows, arguments.width)
        measure(table, Path(folder) / "out", arguments.width)


def measure(table: Path, out: Path, width: int) -> None:
    """All lines of one table."""
    size_mb = table.stat().st_size / 1e6
    disk = size_mb / plain_read_seconds(table)
    product = product_pace(width)
    baseline, _ = run("-c", "import core.cli")
    forget(table)
    peak, seconds = run("-m", "core", "factorize", str(table), "--out", str(out))
    report = json.loads((out / "report.json").read_text())
    first, second = (size_mb / report["seconds"][name] for name in ("gram", "factors"))
    say(
        f"peak memory above the interpreter and torch: {peak - baseline:.0f} MB <{MOST_MB} (baseline {baseline:.0f} MB)"
    )
    say(f"pace of the first reading / the slower of disk and product  {first / min(disk, product):.2f} ≥{LEAST_PACE}")
    say(f"pace of the second reading, which writes A / disk  {second / disk:.2f}")
    say(f"MB/s: disk {disk:.0f}, product {product:.0f}, first {first:.0f}, second {second:.0f}")
    say(f"seconds: {seconds:.1f} in all; rank {report['rank']}, {report['bytes_after'] / 1e6:.0f} MB of factors")


def make_table(path: Path, rows: int, width: int) -> None:
    """Gaussian rows, rotated, whose standard deviations fall as i^-½; chunk by chunk."""
    rng = np.random.default_rng(0)
    rotation = np.linalg.qr(rng.standard_normal((width, width)))[0] * np.arange(1, width + 1)[:, None] ** -0.5
    chunk = (rng.standard_normal((min(CHUNK_ROWS, rows), width)) @ rotation).astype(np.float32)
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False, "shape": (rows, width)})
        for start in range(0, rows, CHUNK_ROWS):
            file.write(
                (
                    chunk[: rows - start] * rng.uniform(0.5, 1.5, (min(CHUNK_ROWS, rows - start), 1)).astype(np.float32)
                ).data
            )
        file.flush()
        os.fsync(file.fileno())


def plain_read_seconds(path: Path) -> float:
    """Seconds that reading the whole file takes, cold, into one buffer."""
    forget(path)
    buffer = bytearray(READ_BYTES)
    start = time.perf_counter()
    with path.open("rb", buffering=0) as file:
        while file.readinto(buffer):
            pass
    return time.perf_counter() - start


def product_pace(width: int) -> float:
    """MB of a table in memory that one float32 product WᵀW takes in a second."""
    table = torch.randn(1_000_000, width)
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        _ = table.T @ table
        seconds.append(time.perf_counter() - start)
    return table.nbytes / 1e6 / sorted(seconds)[2]


def forget(path: Path) -> None:
    """Drop the file from the page cache."""
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def run(*arguments: str) -> tuple[float, float]:
    """Peak resident MB, and seconds, of this interpreter run with `arguments`.

    The peak is polled: what `wait` reports includes this process, from before the child became its own program.
    """
    start = time.perf_counter()
    peak = 0.0
    with subprocess.Popen([sys.executable, *arguments]) as process:
        status = Path(f"/proc/{process.pid}/status")
        while process.poll() is None:
            found = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM")]
            peak = int(found[0]) / 1000 if found else peak
            time.sleep(POLL_SECONDS)
    if process.returncode:
        sys.exit(f"{' '.join(arguments)} failed.")
    return peak, time.perf_counter() - start


if __name__ == "__main__":
    main()
