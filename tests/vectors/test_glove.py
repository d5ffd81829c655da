"""GloVe by name: fetched from a server on this machine, read inside its archive, damaged or missing."""

import functools
import hashlib
import http.server
import io
import threading
import zipfile

import numpy as np
import pytest

from core.config import RunConfig
from core.data.vocabulary import UNKNOWN, Vocabulary
from core.download import Remote
from core.errors import DownloadError, VectorsError
from core.fetching import awaited
from core.vectors import VECTORS
from core.vectors.sources.glove import PUBLISHED, Glove, GloveParameters

VOCABULARY = Vocabulary((UNKNOWN, "cat", "dog", "zzyzx"), np.array([0, 3, 2, 5]))


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture
def archive(tmp_path):
    """An archive like GloVe's with two widths, on a server; its bytes and the source that fetches it."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for width in (50, 100):
            rows = (f"{word} {' '.join([str(start)] * width)}\n" for start, word in enumerate(["dog", "the", "cat"]))
            packed.writestr(f"glove.6B.{width}d.txt", "".join(rows))
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "glove.6B.zip").write_bytes(content.getvalue())
    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        digest = hashlib.sha256(content.getvalue()).hexdigest()
        url = f"http://127.0.0.1:{server.server_port}/glove.6B.zip"
        yield Glove(Remote(url, len(content.getvalue()), digest), "glove.6B.{width}d.txt")
        server.shutdown()


@pytest.mark.parametrize("width", ["50", "100"])
def test_rows_are_read_out_of_the_archive_with_progress(archive, width):
    heard = []
    parameters = GloveParameters(glove_width=width)
    assert "MB from 127.0.0.1 first." in archive.awaits(parameters)
    found = archive(VOCABULARY, parameters, heard.append)
    assert found.table.shape == (4, int(width))
    np.testing.assert_array_equal(found.table[:, 0], [0, 2, 0, 0])
    np.testing.assert_array_equal(found.known, [False, True, True, False])
    assert found.licence
    assert heard == sorted(heard)
    assert archive.awaits(parameters) == ""
    assert [path.name for path in archive.path.parent.iterdir()] == ["glove.6B.zip"]


def test_it_is_fetched_once(archive):
    archive(VOCABULARY, GloveParameters(), lambda share: None)
    offline = Glove(Remote("http://127.0.0.1:9/glove.6B.zip", 1, ""), archive.member)
    assert offline(VOCABULARY, GloveParameters(), lambda share: None).known.any()


def test_a_damaged_archive_is_a_sentence(archive):
    archive(VOCABULARY, GloveParameters(), lambda share: None)
    whole = archive.path.read_bytes()
    archive.path.write_bytes(whole[:50] + b"????" + whole[54:])
    with pytest.raises(VectorsError, match="can't be read as word vectors"):
        archive(VOCABULARY, GloveParameters(glove_width="50"), lambda share: None)
    archive.path.write_bytes(whole[:-40])
    with pytest.raises(VectorsError, match="can't be read as word vectors"):
        archive(VOCABULARY, GloveParameters(), lambda share: None)


def test_offline_is_a_sentence():
    offline = Glove(Remote("http://nowhere.invalid/glove.6B.zip", 1, ""), "")
    with pytest.raises(DownloadError, match="this machine is offline"):
        offline(VOCABULARY, GloveParameters(), lambda share: None)


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_is_published_can_be_chosen_and_says_what_it_awaits(name):
    config = RunConfig(vectors=name)
    remote = PUBLISHED[name][0].remote
    assert list(awaited(config)) == ["vectors"]
    assert f"{remote.size_bytes / 1e6:,.0f} MB" in awaited(config)["vectors"]
    assert len(bytes.fromhex(remote.sha256)) == hashlib.sha256().digest_size
    assert VECTORS.get(name).build is PUBLISHED[name][0]
    assert awaited(RunConfig()) == {}
