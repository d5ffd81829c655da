"""Downloads from a server on this machine that cuts, stalls, lies and refuses."""

import hashlib
import http.server
import re
import threading
import time
from dataclasses import dataclass, field

import pytest

from core import download as module
from core.download import Remote, download
from core.errors import DownloadError, StoppedError, StoreError

CONTENT = bytes(range(256)) * 8_000  # 2,048,000 bytes
SIZE = len(CONTENT)


@dataclass
class Behaviour:
    """What the server does; it notes the ranges that it was asked for."""

    content: bytes = CONTENT
    cut_after: int = SIZE  # bytes of each answer
    stall_after: int = SIZE
    told_length: int | None = None
    ranges: bool = True
    range_shift: int = 0
    etag: str = '"one"'
    statuses: list[int] = field(default_factory=list)  # of the first answers
    asked: list[str | None] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def server(monkeypatch):
    """A behaviour to change, and the address of a server that shows it."""
    monkeypatch.setattr(module, "BACK_OFF_SECONDS", 0.01)
    monkeypatch.setattr(module, "STALL_SECONDS", 0.3)
    monkeypatch.setattr(module, "SPARE_BYTES", 0)
    behaviour = Behaviour()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments):
            pass

        def do_GET(self):
            wanted = self.headers.get("Range")
            behaviour.asked.append(wanted)
            if behaviour.statuses:
                self.send_error(behaviour.statuses.pop(0))
                return
            valid = self.headers.get("If-Range") in (None, behaviour.etag)
            start = int(re.findall(r"\d+", wanted)[0]) if wanted and behaviour.ranges and valid else 0
            body = behaviour.content[start:]
            self.send_response(206 if start else 200)
            self.send_header("ETag", behaviour.etag)
            self.send_header("Content-Length", str(behaviour.told_length or len(body)))
            if start:
                first, size = start + behaviour.range_shift, len(behaviour.content)
                self.send_header("Content-Range", f"bytes {first}-{size - 1}/{size}")
            self.end_headers()
            self.wfile.write(body[: min(behaviour.cut_after, behaviour.stall_after)])
            if behaviour.stall_after < len(body):
                behaviour.over.wait(10)
            self.close_connection = True

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
        yield behaviour, f"http://127.0.0.1:{running.server_port}/vectors.zip"
        behaviour.over.set()
        running.shutdown()


def fetch(url, target, *, content=CONTENT, progress=lambda share: None):
    remote = Remote(url, len(content), hashlib.sha256(content).hexdigest())
    download(remote, target, progress=progress)


def test_all_of_it_comes_once_with_progress(server, tmp_path):
    behaviour, url = server
    heard, target = [], tmp_path / "new" / "vectors.zip"
    fetch(url, target, progress=heard.append)
    fetch(url, target)
    assert target.read_bytes() == CONTENT
    assert [path.name for path in target.parent.iterdir()] == ["vectors.zip"]
    assert heard == sorted(heard)
    assert heard[-1] == 1
    assert behaviour.asked == [None]


def test_a_cut_is_taken_up_where_it_was(server, tmp_path):
    behaviour, url = server
    behaviour.cut_after = 700_000
    fetch(url, tmp_path / "v.zip")
    assert (tmp_path / "v.zip").read_bytes() == CONTENT
    assert behaviour.asked == [None, "bytes=700000-", "bytes=1400000-"]


def test_a_stall_is_taken_up_and_listened_through(server, tmp_path):
    behaviour, url = server
    behaviour.stall_after = 1_500_000
    heard = []
    fetch(url, tmp_path / "v.zip", progress=lambda share: heard.append(time.monotonic()))
    assert (tmp_path / "v.zip").read_bytes() == CONTENT
    assert behaviour.asked == [None, "bytes=1500000-"]


def test_a_server_that_ignores_ranges_is_read_from_the_start(server, tmp_path):
    behaviour, url = server
    (tmp_path / "v.zip.part").write_bytes(b"something else")
    behaviour.ranges = False
    fetch(url, tmp_path / "v.zip")
    assert (tmp_path / "v.zip").read_bytes() == CONTENT
    assert behaviour.asked == ["bytes=14-"]


def test_cuts_without_ranges_end_in_a_sentence(server, tmp_path):
    behaviour, url = server
    behaviour.ranges, behaviour.cut_after = False, 900_000
    with pytest.raises(DownloadError, match=r"cut again and again; 1 MB are kept"):
        fetch(url, tmp_path / "v.zip")
    assert len(behaviour.asked) == module.ATTEMPTS
    assert not (tmp_path / "v.zip").exists()


def test_a_wrong_part_is_thrown_away(server, tmp_path):
    behaviour, url = server
    (tmp_path / "v.zip.part").write_bytes(CONTENT[:1_000])
    behaviour.range_shift = 5
    fetch(url, tmp_path / "v.zip")
    assert (tmp_path / "v.zip").read_bytes() == CONTENT
    assert behaviour.asked == ["bytes=1000-", None]


def test_a_file_that_changes_between_two_parts_is_not_glued(server, tmp_path):
    behaviour, url = server
    behaviour.content, behaviour.cut_after = bytes(SIZE), 700_000

    def progress(share):
        behaviour.content, behaviour.etag = CONTENT, '"two"'
        behaviour.cut_after = SIZE

    fetch(url, tmp_path / "v.zip", progress=progress)
    assert (tmp_path / "v.zip").read_bytes() == CONTENT


@pytest.mark.parametrize("told", [SIZE - 1, SIZE + 1, 5])
def test_another_length_is_refused(server, tmp_path, told):
    behaviour, url = server
    behaviour.told_length = told
    with pytest.raises(DownloadError, match=f"has {told:,} bytes there, where 2,048,000 were published"):
        fetch(url, tmp_path / "v.zip")


def test_a_length_that_never_comes_ends_in_a_sentence(server, tmp_path):
    behaviour, url = server
    behaviour.content, behaviour.told_length = CONTENT[:1_000], SIZE
    with pytest.raises(DownloadError, match=r"can't be fetched from 127\.0\.0\.1"):
        fetch(url, tmp_path / "v.zip")


def test_other_bytes_are_refused_and_not_kept(server, tmp_path):
    behaviour, url = server
    behaviour.content = CONTENT[:-1] + b"?"
    with pytest.raises(DownloadError, match=r"isn't what was published: its SHA-256 begins with"):
        fetch(url, tmp_path / "v.zip")
    assert not (tmp_path / "v.zip").exists()
    behaviour.content = CONTENT
    fetch(url, tmp_path / "v.zip")
    assert (tmp_path / "v.zip").read_bytes() == CONTENT


@pytest.mark.parametrize("status", [404, 403, 410])
def test_a_refusal_is_final(server, tmp_path, status):
    behaviour, url = server
    behaviour.statuses = [status]
    with pytest.raises(DownloadError, match=f"it answers {status}"):
        fetch(url, tmp_path / "v.zip")
    assert len(behaviour.asked) == 1


def test_a_busy_server_is_asked_again(server, tmp_path):
    behaviour, url = server
    behaviour.statuses = [503, 429]
    fetch(url, tmp_path / "v.zip")
    behaviour.statuses = [503] * 9
    with pytest.raises(DownloadError, match="it answers 503"):
        fetch(url, tmp_path / "w.zip")


def test_a_stop_is_obeyed_while_nothing_comes(server, tmp_path, monkeypatch):
    behaviour, url = server
    monkeypatch.setattr(module, "STALL_SECONDS", 60.0)
    behaviour.stall_after = 1_000_000
    stalled = []

    def progress(share):
        if share > 0.4 and not stalled:
            stalled.append(time.monotonic())
        elif stalled and time.monotonic() - stalled[0] > 0.2:
            raise StoppedError

    with pytest.raises(StoppedError):
        fetch(url, tmp_path / "v.zip", progress=progress)
    assert time.monotonic() - stalled[0] < module.STALL_SECONDS / 2
    behaviour.stall_after = SIZE
    fetch(url, tmp_path / "v.zip")
    assert behaviour.asked[-1] == "bytes=1000000-"


def test_two_at_once_fetch_it_once(server, tmp_path):
    behaviour, url = server
    threads = [threading.Thread(target=fetch, args=(url, tmp_path / "v.zip")) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert behaviour.asked == [None]
    assert [path.name for path in tmp_path.iterdir()] == ["v.zip"]


def test_no_server_and_no_name_are_sentences(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "BACK_OFF_SECONDS", 0.0)
    with pytest.raises(DownloadError, match="no connection is possible"):
        fetch("http://127.0.0.1:9/v.zip", tmp_path / "v.zip")
    with pytest.raises(DownloadError, match="this machine is offline, or doesn't know that address"):
        fetch("http://nowhere.invalid/v.zip", tmp_path / "v.zip")


def test_a_full_disk_is_said_before_anything_comes(server, tmp_path, monkeypatch):
    behaviour, url = server
    monkeypatch.setattr(module, "SPARE_BYTES", 10**18)
    with pytest.raises(StoreError, match=r"needs .* MB, but .* are free"):
        fetch(url, tmp_path / "v.zip")
    assert behaviour.asked == []
