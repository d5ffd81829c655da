"""Reading word vectors, in seconds and peak memory: `python -m bench.vectors --data FOLDER --vectors FILE`."""

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

from bench.report import ratio_line, say, versions
from core.config import RunConfig
from core.data import load_corpus
from core.data.encode import encode_corpus
from core.parameters import Parameters
from core.vectors import load_vectors

SECONDS, MEGABYTES = 5.0, 300.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of a data set")
    parser.add_argument("--vectors", type=Path, required=True, help="word vectors in GloVe's text format")
    arguments = parser.parse_args()
    config = RunConfig()
    corpus = load_corpus(str(arguments.data), seed=0)
    texts = encode_corpus(
        corpus, max_vocabulary=config.max_vocabulary, min_count=config.min_count, max_tokens=config.max_tokens
    )
    before = peak_megabytes()
    started = time.perf_counter()
    parameters, path = Parameters(), str(arguments.vectors)
    with tempfile.TemporaryDirectory() as fresh:
        os.environ["RANKLENS_HOME"] = fresh  # nothing is kept there of an earlier time
        vectors = load_vectors(path, texts.vocabulary, parameters=parameters, seed=0, progress=lambda _: None)
    seconds = time.perf_counter() - started
    say(versions("numpy"))
    say(f"{vectors.known.sum():,} of {len(texts.vocabulary):,} words known, {vectors.table.shape[1]} numbers each")
    say(ratio_line("seconds", seconds, SECONDS))
    say(ratio_line("peak memory above before, MB", peak_megabytes() - before, MEGABYTES))


def peak_megabytes() -> float:
    """The process's peak resident memory so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    main()
