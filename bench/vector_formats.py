"""Streaming word vectors as text against splitting its lines in plain Python: `python -m bench.vector_formats`."""

import argparse
import os
import tempfile
import time
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


def main() -> None:
    """Make a file, measure, delete it, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", "--rows", type=int, default=100_000, help="lines of the file")
    parser.add_argument("--width", type=int, default=300, help="numbers a line")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vectors.vec"
        write(path, words=arguments.words, width=arguments.width)
        step = max(1, arguments.words // KNOWN)
        tokens = (UNKNOWN, *(f"word{number}" for number in range(0, arguments.words, step)))
        vocabulary = Vocabulary(tokens, np.ones(len(tokens), np.int64))
        plain_seconds = split_lines(path)
        before = peak_megabytes()
        started = time.perf_counter()
        found = read_vectors(path, vocabulary, lambda _: None)
        seconds = time.perf_counter() - started
        say(versions("numpy"))
        say(f"{path.stat().st_size / 1e6:,.0f} MB, {found.known.sum():,} words known; {seconds:.1f} s")
        say(ratio_line("speed, of splitting the lines", plain_seconds / seconds, SPEED, at_least=True))
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


def split_lines(path: Path) -> float:
    """Seconds to read every line and split it."""
    started = time.perf_counter()
    with path.open("rb") as lines:
        for line in lines:
            line.split()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
