"""One function a parser: it reads some bytes as a file, which gives something or an `InputError`, and nothing else."""

import atexit
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import numpy as np

from core.bundles.bundle import load_bundle
from core.bundles.files import CONFIG, VOCABULARY, WEIGHTS, read_files, write_files
from core.data.files import FileParameters
from core.data.files.read import read_file
from core.data.vocabulary import UNKNOWN, Vocabulary
from core.errors import InputError
from core.vectors.formats.read import read_vectors

CORPUS = Path(__file__).resolve().parent / "corpus"
VOCABULARY_OF_SEEDS = Vocabulary((UNKNOWN, "cat", "dog", "zzyzx", "né"), np.array([0, 3, 2, 5, 1]))
WORDS = "dog\nbird\ncat\nné\n"
REPLACED = {0: CONFIG, 1: WEIGHTS, 2: VOCABULARY}  # by the first byte; any other replaces the whole zip


def texts(name: str, content: bytes) -> None:
    """Read a table of texts and labels from a file called `name`."""
    path = _folder() / name
    path.write_bytes(content)
    read_file(path, FileParameters(), lambda _: None)


def vectors(name: str, content: bytes) -> None:
    """Read word vectors from a file called `name`, with a list of words beside it where it needs one."""
    path = _folder() / name
    path.write_bytes(content)
    found = read_vectors(path, VOCABULARY_OF_SEEDS, lambda _: None)
    if not np.isfinite(found.table).all():
        raise AssertionError("a number that isn't finite was let through")


def bundle(content: bytes) -> None:
    """Load a bundle: a zip, or a good one of which one file was replaced."""
    path = _folder() / "fuzzed.zip"
    path.unlink(missing_ok=True)
    name = REPLACED.get(content[0]) if content else None
    if name:
        write_files(path, _signed({**read_files(CORPUS / "bundle" / "whole.zip"), name: content[1:]}))
    else:
        path.write_bytes(content)
    load_bundle(path).probabilities(["a cat", ""])


PARSERS: dict[str, Callable[[bytes], None]] = {
    "csv": partial(texts, "fuzzed.csv"),
    "tsv": partial(texts, "fuzzed.tsv"),
    "jsonl": partial(texts, "fuzzed.jsonl"),
    "parquet": partial(texts, "fuzzed.parquet"),
    "text": partial(vectors, "fuzzed.vec"),
    "word2vec": partial(vectors, "fuzzed.bin"),
    "npy": partial(vectors, "fuzzed.npy"),
    "safetensors": partial(vectors, "fuzzed.safetensors"),
    "bundle": bundle,
}


def attempt(parser: str, content: bytes) -> bool:
    """Whether `content` is accepted; False where it is refused with a sentence.

    Raises:
        Exception: anything else that the parser raises: a defect.
    """
    try:
        PARSERS[parser](content)
    except InputError:
        return False
    return True


def _signed(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files with their right hashes in the configuration, where it is one: else nothing behind them is reached."""
    try:
        values = json.loads(files[CONFIG])
        values["files"] = {name: hashlib.sha256(files[name]).hexdigest() for name in values["files"]}
    except (ValueError, TypeError, KeyError, RecursionError):
        return files
    return {**files, CONFIG: json.dumps(values).encode(errors="surrogatepass")}


@cache
def _folder() -> Path:
    """A folder that lasts as long as the process."""
    folder = Path(tempfile.mkdtemp(prefix="fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "words.txt").write_text(WORDS, encoding="utf-8")
    return folder
