"""Large files from the web: taken up again after a cut, checked by their hash, and there whole or not at all."""

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, NameResolutionError, ReadTimeoutError

from core.atomic import store_error
from core.errors import DownloadError, StoreError
from core.home import make_private
from core.patience import LISTEN_SECONDS, patiently

Progress = Callable[[float], None]

CONNECT_SECONDS, STALL_SECONDS = 10.0, 30.0  # without an answer, and without a byte
ATTEMPTS = 5  # without a new byte
BACK_OFF_SECONDS = 1.0  # before the second attempt; doubled before each further one
CHUNK_BYTES = 1 << 20
SPARE_BYTES = 64_000_000  # left free on the disk
WHOLE, PART, PAST_THE_END = 200, 206, 416
PASSING = (408, 425, 429, 500, 502, 503, 504)  # answers of a server that may think better of it


@dataclass(frozen=True)
class Remote:
    """A file on the web, as its publisher made it: where it is, its bytes, and their SHA-256 in hexadecimal digits."""

    url: str
    size_bytes: int
    sha256: str

    @property
    def name(self) -> str:
        """The last part of its address."""
        return self.url.rpartition("/")[2]

    @property
    def host(self) -> str:
        """Who has it."""
        return urlsplit(self.url).hostname or self.url


def download(remote: Remote, target: Path, *, progress: Progress) -> None:
    """Fetch `remote` to `target`, unless it is there.

    What has come stays beside it as `.part` after a cut, a stall, a stop or a crash, and the next call goes on from
    there. Two processes that want the same file fetch it once: the second waits.

    Args:
        remote: what to fetch.
        target: its place; the folder is made.
        progress: hears the share that has come, several times a second, and may raise to stop.

    Raises:
        DownloadError: when it can't be fetched, or isn't what was published, of which nothing is kept.
        StoreError: when the disk is too full or the folder can't be written.
    """
    part = target.with_name(f"{target.name}.part")
    if target.is_file():
        return
    try:
        make_private(part.parent)
        with _locked(part, meanwhile=partial(progress, 0.0)) as file:
            if target.is_file():  # another process was first
                part.unlink()
                return
            _check_space(remote, file, part)
            _Transfer(remote, file, progress).run()
            _check_content(remote, file, progress)
            os.fsync(file.fileno())
            part.replace(target)
    except OSError as error:
        raise store_error(part, error) from None


class _Transfer:
    """The bytes of `remote` that `file` still lacks."""

    def __init__(self, remote: Remote, file: BinaryIO, progress: Progress) -> None:
        self._remote, self._file, self._progress = remote, file, progress
        self._position = file.seek(0, os.SEEK_END)
        self._version = ""  # the server's name for what it sends: a changed file isn't glued to the old one's half

    def run(self) -> None:
        """Try until all is there, or nothing more comes."""
        furthest, failures = self._position, 0
        while self._position < self._remote.size_bytes:
            try:
                self._attempt()
                reason = "it ends too early"
            except (requests.RequestException, HTTPError) as error:
                reason = _reason(error)
                if _caused_by(error, NameResolutionError) and not self._version:
                    raise self._failure(reason) from None
            if self._position == self._remote.size_bytes:
                return
            failures = 1 if self._position > furthest else failures + 1
            furthest = max(furthest, self._position)
            if failures == ATTEMPTS:
                raise self._failure(reason)
            self._rest(BACK_OFF_SECONDS * 2 ** (failures - 1))

    def _attempt(self) -> None:
        headers = {"Accept-Encoding": "identity"}
        if self._position:
            headers["Range"] = f"bytes={self._position}-"
        if self._position and self._version:
            headers["If-Range"] = self._version
        get = partial(
            requests.get, self._remote.url, headers=headers, stream=True, timeout=(CONNECT_SECONDS, STALL_SECONDS)
        )
        with closing(patiently(get, meanwhile=self._tell)) as response:
            self._accept(response)
            try:
                while chunk := patiently(partial(response.raw.read1, CHUNK_BYTES), meanwhile=self._tell):
                    self._append(chunk)
            finally:
                with suppress(ValueError, RuntimeError, OSError):  # it has ended already
                    response.raw.shutdown()

    def _accept(self, response: requests.Response) -> None:
        """Look at what the server means to send, and start over where it isn't the rest of what is here."""
        status, size = response.status_code, self._remote.size_bytes
        if status in PASSING:
            raise requests.HTTPError(f"it answers {status} ({response.reason})")
        if status not in (WHOLE, PART, PAST_THE_END):
            raise self._failure(f"it answers {status} ({response.reason})")
        tag = response.headers.get("ETag", "")
        self._version = tag if tag and not tag.startswith("W/") else response.headers.get("Last-Modified", "")
        if status == PART:
            told = response.headers.get("Content-Range", "")
            if told in (f"bytes {self._position}-{size - 1}/{total}" for total in (size, "*")):
                return
        self._empty()
        if status != WHOLE:
            raise requests.HTTPError("it sends another part than was asked for")
        length = response.headers.get("Content-Length", "")
        if length.isdigit() and int(length) != size:
            raise self._failure(f"the file has {int(length):,} bytes there, where {size:,} were published")

    def _append(self, chunk: bytes) -> None:
        if self._position + len(chunk) > self._remote.size_bytes:
            self._empty()
            raise self._failure(f"it sends more than the {self._remote.size_bytes:,} bytes that were published")
        self._file.write(chunk)
        self._position += len(chunk)
        self._tell()

    def _empty(self) -> None:
        self._file.truncate(0)
        self._position = 0

    def _tell(self) -> None:
        self._progress(self._position / self._remote.size_bytes)

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._tell()
            time.sleep(min(left, LISTEN_SECONDS))

    def _failure(self, reason: str) -> DownloadError:
        kept = f"; {self._position / 1e6:,.0f} MB are kept, and the next try goes on from there" * bool(self._position)
        return DownloadError(f"{self._remote.name} can't be fetched from {self._remote.host}: {reason}{kept}.")


def _reason(error: Exception) -> str:
    if _caused_by(error, NameResolutionError):
        return "this machine is offline, or doesn't know that address; connect it and try again"
    if isinstance(error, requests.HTTPError):
        return str(error)
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate can't be trusted"
    if isinstance(error, requests.Timeout | ReadTimeoutError):
        return f"nothing came for {STALL_SECONDS:.0f} seconds"
    if isinstance(error, requests.ConnectionError):
        return "no connection is possible; check the network and try again"
    return "the connection was cut again and again"


def _caused_by(error: BaseException, kind: type[BaseException]) -> bool:
    """Whether `error` is of `kind`, or wraps one."""
    inner = [getattr(error, "reason", None), *error.args]
    return isinstance(error, kind) or any(isinstance(e, BaseException) and _caused_by(e, kind) for e in inner)


@contextmanager
def _locked(part: Path, *, meanwhile: Callable[[], None]) -> Iterator[BinaryIO]:
    """The file `part`, to read and to append to, while no other process has it."""
    while True:
        with part.open("a+b") as file:
            while not _lock(file):
                meanwhile()
                time.sleep(LISTEN_SECONDS)
            if part.is_file() and os.path.samestat(os.fstat(file.fileno()), part.stat()):
                yield file
                return


def _lock(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _check_space(remote: Remote, file: BinaryIO, part: Path) -> None:
    wanted = remote.size_bytes - file.seek(0, os.SEEK_END) + SPARE_BYTES
    free = shutil.disk_usage(part.parent).free
    if free < wanted:
        raise StoreError(
            f"{remote.name} needs {wanted / 1e6:,.0f} MB, but {free / 1e6:,.0f} MB are free in {part.parent}: free "
            "some space, or set RANKLENS_HOME to a folder on another disk."
        )


def _check_content(remote: Remote, file: BinaryIO, progress: Progress) -> None:
    """Compare the hash, and keep nothing where it is another."""
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(CHUNK_BYTES):
        digest.update(chunk)
        progress(1.0)
    if digest.hexdigest() != remote.sha256:
        file.truncate(0)
        raise DownloadError(
            f"{remote.name} from {remote.host} isn't what was published: its SHA-256 begins with "
            f"{digest.hexdigest()[:12]}, not {remote.sha256[:12]}. Nothing of it is kept; try again, or from elsewhere."
        )
