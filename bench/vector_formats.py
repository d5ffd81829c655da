"""Streaming word vectors as text against splitting its lines in plain Python: `python -m bench.vector_formats`.

The file of 2,000,000 × 300 has 5 GB; it is made in a temporary folder, of which nothing is left.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench.report import ratio_line, say, versions
from bench.vectors import peak_megabytes
from core.data.vocabulary import UNKNOWN, Vocabulary
from core.vectors.cache import kept
from core.vectors.formats.read import read_vectors

SPEED, MEGABYTES, INSTANT = 0.6, 400.0, 1.0
KNOWN = 20_000  # words of the file that the texts have
DISTINCT = 1_000  # rows, written again and again
NUMBER_BYTES = 9  # at most, of a number in the file and the space before it


def main() -> None:
    """Make a file, measure, delete it, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", "--rows", type=int, default=2_000_000, help="lines of the file")
    parser.add_argument("--width", type=int, default=300, help="numbers a line")
    parser.add_argument("--known", type=int, default=KNOWN, help="about so many of its words does somebody look for")
    parser.add_argument("--folder", type=Path, help="where the temporary folder goes; default: the system's")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        wanted = NUMBER_BYTES * arguments.words * (arguments.width + 1)
        if shutil.disk_usage(folder).free < wanted:
            sys.exit(f"{folder} needs {wanted / 1e9:.0f} GB free.")
        path = Path(folder) / "vectors.vec"
        write(path, words=arguments.words, width=arguments.width)
        step = max(1, arguments.words // arguments.known)
        tokens = (UNKNOWN, *(f"word{number}" for number in range(0, arguments.words, step)))
        vocabulary = Vocabulary(tokens, np.ones(len(tokens), np.int64))
        plain = measured(lambda: split_lines(path))
        before, results = peak_megabytes(), []
        ours = measured(lambda: results.append(read_vectors(path, vocabulary, lambda _: None)))
        found = results[0]
        say(versions("numpy"))
        size = f"{path.stat().st_size / 1e6:,.0f} MB, {found.known.sum():,} of {arguments.words:,} words known"
        say(f"{size}; {ours[0]:.1f} s, {ours[1]:.1f} s of them computing; split in {plain[0]:.1f} s, {plain[1]:.1f} s")
        say(ratio_line("speed, of splitting the lines", plain[0] / ours[0], SPEED, at_least=True))
        say(ratio_line("the same, by the processor's time", plain[1] / ours[1], SPEED, at_least=True))
        say(ratio_line("peak memory above before, MB", peak_megabytes() - before, MEGABYTES))
        os.environ["RANKLENS_HOME"] = folder
        kept(path, vocabulary, lambda: found)
        started = time.perf_counter()
        again = kept(path, vocabulary, lambda: read_vectors(path, vocabulary, lambda _: None))
        say(ratio_line("seconds of the second load", time.perf_counter() - started, INSTANT))
        say(f"the second load finds the same: {np.array_equal(again.table, found.table)}")


def write(path: Path, *, words: int, width: int) -> None:
    """Write `words` lines in fastText's `.vec` format."""
    rows = np.random.default_rng(0).normal(size=(DISTINCT, width))
    texts = [" ".join(f"{number:.5f}" for number in row) for row in rows]
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{words} {width}\n")
        file.writelines(f"word{number} {texts[number % DISTINCT]}\n" for number in range(words))


def split_lines(path: Path) -> None:
    """Read every line and split it."""
    with path.open("rb") as lines:
        for line in lines:
            line.split()


def measured(work: Callable[[], None]) -> tuple[float, float]:
    """Seconds that `work` takes, on the clock and of the processor: others on the machine don't disturb the second."""
    started, computed = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - started, time.process_time() - computed


if __name__ == "__main__":
    main()
