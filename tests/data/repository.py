"""Repositories like those of the Hugging Face hub: as a folder, and behind a server that answers as the hub does."""

import functools
import hashlib
import http.server
import json
import threading
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pyarrow
import pyarrow.parquet

COMMIT = "0123456789abcdef0123456789abcdef01234567"
CARD = """---
license: cc-by-4.0
dataset_info:
  features:
  - name: sentence
    dtype: string
  - name: label
    dtype:
      class_label:
        names:
          '0': negative
          '1': positive
configs:
- config_name: default
  data_files:
  - split: train
    path: data/train-*
  - split: validation
    path: data/validation-*
  - split: test
    path: data/test-*
  - split: unsupervised
    path: data/unsupervised-*
---
# Film reviews
"""


def films(folder: Path, *, test_label: int | None = None) -> Path:
    """Film reviews with a class label, as SST-2 is published; all of test's labels can be made the same."""
    (folder / "data").mkdir(parents=True)
    (folder / "README.md").write_text(CARD, encoding="utf-8")
    for split, count in (("train", 60), ("validation", 12), ("test", 10), ("unsupervised", 5)):
        labels = [number % 2 for number in range(count)]
        if split == "unsupervised" or (split == "test" and test_label is not None):
            labels = [-1 if test_label is None else test_label] * count
        texts = [f"{split} film {number}" for number in range(count)]
        table = pyarrow.table({"sentence": texts, "label": labels})
        pyarrow.parquet.write_table(table, folder / "data" / f"{split}-00000-of-00001.parquet")
    return folder


class Hub(http.server.BaseHTTPRequestHandler):
    """The few addresses of the hub that reading a data set asks for."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *arguments, repository, asked):
        self.repository, self.asked = repository, asked
        super().__init__(*arguments)

    def log_message(self, *arguments):
        pass

    def do_HEAD(self):
        self.do_GET()

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        files = [self.repository / path for path in asked["paths"]]
        self.send([self.entry(path) for path in files if path.exists()])

    def do_GET(self):
        path = unquote(urlsplit(self.path).path)
        self.asked.append(path)
        match path.strip("/").split("/"):
            case ["datasets", "someone", "films", "resolve", _, *inside]:
                self.send_file(self.repository.joinpath(*inside))
            case ["api", "datasets", "someone", "films", "tree", _, *inside]:
                self.send([self.entry(path) for path in sorted(self.repository.joinpath(*inside).iterdir())])
            case ["api", "datasets", "someone", "films", *_]:
                self.send({"id": "someone/films", "sha": COMMIT, "siblings": [], "tags": []})
            case _:
                self.send({"error": "Repository not found"}, 404, {"X-Error-Code": "RepoNotFound"})

    def entry(self, path):
        name = path.relative_to(self.repository).as_posix()
        if path.is_dir():
            return {"type": "directory", "path": name, "oid": COMMIT, "size": 0}
        content = path.read_bytes()
        return {"type": "file", "path": name, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}

    def send_file(self, path):
        if not path.is_file():
            self.send({"error": "Entry not found"}, 404, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT})
            return
        content = path.read_bytes()
        tag = hashlib.sha1(content).hexdigest()
        self.respond(content, 200, {"ETag": f'"{tag}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"})

    def send(self, answer, status=200, headers=None):
        self.respond(json.dumps(answer).encode(), status, {"Content-Type": "application/json", **(headers or {})})

    def respond(self, content, status, headers):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


@contextmanager
def served(repository: Path):
    """A hub with `repository` as someone/films; gives its address and the list of what it was asked for."""
    asked: list[str] = []
    handler = functools.partial(Hub, repository=repository, asked=asked)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
