"""The bytes of one file, plain or gzipped, handed out in chunks that never grow beyond what is allowed."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from core.errors import DataError

Progress = Callable[[float], None]

MAX_BYTES = 500_000_000  # of one file, unpacked
MAX_RATIO = 200  # bytes out for a byte in; text packs 3 to 20 times smaller
FREE_BYTES = 16_000_000  # may come out before the ratio is looked at
HEAD_BYTES = 262_144
CHUNK_BYTES = 262_144
REPORTED_SHARE = 0.002  # progress is told in steps of so much: whoever hears it may look something up
GZIP = b"\x1f\x8b"
NOT_TEXT = {  # what people rename or pick by mistake
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a zip archive or an Office file",
    b"\xd0\xcf\x11\xe0": "an old Office file",
    b"SQLite format 3\0": "an SQLite database",
    b"BZh": "packed by bzip2",
    b"\xfd7zXZ\0": "packed by xz",
    b"\x28\xb5\x2f\xfd": "packed by zstd",
    b"\x7fELF": "a program",
}


@dataclass(frozen=True)
class Source:
    """One file at `path`; `progress` hears the share that was read, and may raise to stop reading."""

    path: Path
    progress: Progress

    def __post_init__(self) -> None:
        """Refuse what isn't a file, is empty, too big, or clearly something else.

        Links are followed, in the name and on the way to it: it is the user's own machine. A device or a pipe is
        refused, because it may never end.

        Raises:
            DataError: saying which, and what to do.
        """
        if not self.path.is_file():
            raise DataError(f"{self.path} isn't a file; give the path of a CSV, TSV, JSONL or Parquet file.")
        if self.size > MAX_BYTES:
            raise DataError(f"{self.path} has {self.size:,} bytes, more than {MAX_BYTES:,}; give a sample of it.")
        kind = next((kind for magic, kind in NOT_TEXT.items() if self.head.startswith(magic)), None)
        if kind:
            raise DataError(f"{self.path} is {kind}, whatever its name says; save the table as CSV and give that.")
        if not self.head:
            raise DataError(f"{self.path}: the file is empty, so there is no column 'text'; give one with rows.")

    @cached_property
    def size(self) -> int:
        """Bytes on disk."""
        return self.path.stat().st_size

    @cached_property
    def compressed(self) -> bool:
        """Whether the file is gzipped, by its content."""
        try:
            with self.path.open("rb") as file:
                return file.read(2) == GZIP
        except OSError as error:
            raise DataError(f"{self.path} can't be read: {error.strerror}.") from None

    @cached_property
    def head(self) -> bytes:
        """The first bytes, unpacked."""
        with self.open(silent=True) as stream:
            return stream.read(HEAD_BYTES)

    @cached_property
    def stem(self) -> str:
        """The file's name without what says its format."""
        return Path(self.path.name.removesuffix(".gz")).stem or self.path.name

    @property
    def suffix(self) -> str:
        """The end of the name that says the format, in lower case, without `.gz`."""
        return Path(self.path.name.lower().removesuffix(".gz")).suffix

    @contextmanager
    def open(self, *, silent: bool = False) -> Iterator[io.BufferedReader]:
        """The unpacked bytes.

        Raises:
            DataError: while reading, when the file is damaged or unpacks to too much.
        """
        try:
            with self.path.open("rb") as raw:
                guarded = _Guarded(self, raw, (lambda _: None) if silent else self.progress)
                yield io.BufferedReader(guarded, CHUNK_BYTES)
        except OSError as error:
            raise DataError(f"{self.path} can't be read: {error.strerror or error}.") from None


class _Guarded(io.RawIOBase):
    """Unpacks, counts and reports; stops at the first byte too many."""

    def __init__(self, source: Source, raw: IO[bytes], progress: Progress) -> None:
        self._source, self._raw, self._report = source, raw, progress
        self._bytes: Any = gzip.GzipFile(fileobj=raw) if source.compressed else raw
        self._produced = 0
        self._reported = 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        path = self._source.path
        try:
            chunk = self._bytes.read(len(buffer))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise DataError(f"{path}: the gzip data are damaged or cut off ({error}); fetch the file again.") from None
        buffer[: len(chunk)] = chunk
        self._produced += len(chunk)
        consumed = self._raw.tell()
        if self._produced > MAX_BYTES:
            raise DataError(f"{path} unpacks to more than {MAX_BYTES:,} bytes; give a sample of it.")
        if self._produced > max(FREE_BYTES, MAX_RATIO * consumed):
            raise DataError(
                f"{path} unpacks to more than {MAX_RATIO} times its size, as a gzip bomb does; unpack it yourself and "
                "give the file inside."
            )
        done = min(1.0, consumed / max(1, self._source.size))
        if done - self._reported >= REPORTED_SHARE:
            self._reported = done
            self._report(done)
        return len(chunk)
