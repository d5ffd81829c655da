"""A large CSV, read, counted and kept as the page Data does it: `python -m bench.corpus`."""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.report import ratio_line, say, versions

SECONDS, GIGABYTES = 60.0, 2.0
WORDS, CLASSES = 50_000, 20
BLOCK_ROWS = 10_000


def main() -> None:
    """Make a file, add it in a process of its own, delete it, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--megabytes", type=int, default=200, help="size of the file")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "texts.csv"
        write(path, rows=arguments.rows, size_bytes=arguments.megabytes * 1_000_000)
        command = [sys.executable, "-m", "core", "data", "add", str(path)]
        started = time.perf_counter()
        subprocess.run(command, check=True, env={**os.environ, "RANKLENS_HOME": folder}, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - started
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        say(versions("pyarrow", "numpy"))
        computing = f"{used.ru_utime + used.ru_stime:.1f} s of them computing"
        say(f"{arguments.rows:,} rows, {path.stat().st_size / 1e6:,.0f} MB; {seconds:.1f} s, {computing}")
        say(ratio_line("seconds to add a corpus", seconds, SECONDS))
        unit = 1 if sys.platform == "darwin" else 1024  # of what the system counts peak memory in
        say(ratio_line("peak memory, GB", used.ru_maxrss * unit / 1e9, GIGABYTES))


def write(path: Path, *, rows: int, size_bytes: int) -> None:
    """Write `rows` texts of words drawn as often as in a language (Zipf), together about `size_bytes`."""
    rng = np.random.default_rng(0)
    words = np.array([f"word{number}" for number in range(WORDS)])
    often = 1 / np.arange(1, WORDS + 1)
    often /= often.sum()
    letters = float((np.char.str_len(words) + 1) @ often)  # of a word and the space behind it
    length = round((size_bytes / rows - len("c10,\n")) / letters)
    with path.open("w", encoding="utf-8") as file:
        file.write("label,text\n")
        for start in range(0, rows, BLOCK_ROWS):
            count = min(BLOCK_ROWS, rows - start)
            drawn = words[rng.choice(WORDS, (count, length), p=often)]
            labels = rng.integers(CLASSES, size=count)
            file.writelines(f"c{label},{' '.join(row)}\n" for label, row in zip(labels, drawn, strict=True))


if __name__ == "__main__":
    main()
