"""The rows that were found in a file of word vectors, kept for the next time the same words are looked up in it.

Reading 5 GB of text takes a minute, whatever the vocabulary; its rows are a few MB. So what is kept isn't the file in
another form, but what was found for each vocabulary. An entry is called by the file's name, size and times, and by the
words. It is a safetensors file in Ranklens's home; the ones that were used longest ago go when there are too many.
"""

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from core.atomic import write_atomically
from core.data.vocabulary import Vocabulary
from core.errors import StoreError
from core.home import home, make_private
from core.vectors.sources import Found

LAYOUT = 1  # to be raised when an entry, or what reading finds, changes
WORTH_BYTES = 4_000_000  # a smaller file is read as fast
MAX_BYTES = 2_000_000_000  # of all entries together


def kept(file: Path, vocabulary: Vocabulary, read: Callable[[], Found], *, part: str = "") -> Found:
    """What `read` finds for `vocabulary` in `file`, or found before in the same file.

    Args:
        file: the file of word vectors, told apart by its size and times, and those of a list of words beside it.
        vocabulary: the words.
        read: reads the file.
        part: which part of the file is read, where it has several.
    """
    if file.stat().st_size < WORTH_BYTES:
        return read()
    entry = folder() / f"{_key(file, vocabulary, part)}.safetensors"
    found = _read_entry(entry)
    if found is None:
        found = read()
        _write_entry(entry, found)
    return found


def folder() -> Path:
    """Where entries are kept; it may be emptied at any time."""
    return home() / "cache" / "vectors"


def _key(file: Path, vocabulary: Vocabulary, part: str) -> str:
    bare = file.with_name(file.name.removesuffix(".gz"))
    beside = [file, *(path for path in (bare.with_suffix(".txt"), bare.with_suffix(".txt.gz")) if path != file)]
    beside += [file.with_name("words.txt"), file.with_name("words.txt.gz")]
    digest = hashlib.sha256(f"{LAYOUT}\n{part}\n".encode())
    for path in beside:
        if path.is_file():
            status = path.stat()
            stamp = (str(path.resolve()), status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
            digest.update(repr(stamp).encode())
    for token in vocabulary.tokens:
        digest.update(f"{len(token)} {token}".encode(errors="surrogatepass"))
    return digest.hexdigest()


def _read_entry(entry: Path) -> Found | None:
    try:
        held = load_file(entry)
        _note_use(entry)
        known = held["known"].astype(bool)
        table = np.zeros((len(known), held["rows"].shape[1]), np.float32)
        table[known] = held["rows"]
        return Found(table, known, duplicates=int(held["duplicates"][0]))
    except (OSError, SafetensorError, KeyError, ValueError, IndexError):  # not there, or damaged: it is made anew
        return None


def _write_entry(entry: Path, found: Found) -> None:
    content = save(
        {
            "rows": found.table[found.known],
            "known": found.known.astype(np.uint8),
            "duplicates": np.array([found.duplicates]),
        }
    )
    try:
        make_private(entry.parent)
        _make_room(entry.parent, len(content))
        write_atomically(entry, content)
        _note_use(entry)
    except (
        OSError,
        StoreError,
    ):  # a full disk, or a home that can't be written: the next time is slow, and that is all
        return


def _note_use(entry: Path) -> None:
    """Say that it was used just now, to the nanosecond: a file system's own clock ticks only every few ms."""
    now = time.time_ns()
    os.utime(entry, ns=(now, now))


def _make_room(place: Path, size_bytes: int) -> None:
    """Delete what was used longest ago, until `size_bytes` more are allowed."""
    entries = sorted((path.stat().st_mtime_ns, path.stat().st_size, path) for path in place.glob("*.safetensors"))
    held = sum(size for _, size, _ in entries)
    for _, size, path in entries:
        if held + size_bytes <= MAX_BYTES:
            return
        path.unlink(missing_ok=True)
        held -= size
