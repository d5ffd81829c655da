"""Corpora of the user's own, kept in Ranklens's home: the texts as Parquet by content, a small file for each name."""

import io
import json
import re
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow
import pyarrow.parquet

from core.atomic import store_error, write_atomically
from core.data.corpus import Corpus
from core.data.files import FileParameters, Source
from core.data.files.read import read_file
from core.data.files.source import Progress
from core.data.leaks import drop_leaks
from core.data.packaged import CORPORA
from core.data.splits import build_corpus
from core.errors import ConfigError, DataError
from core.home import home

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
KEPT = FileParameters(text_column="text", label_column="label", split_column="split")


@dataclass(frozen=True)
class SavedCorpus:
    """What is known of a saved corpus without reading it; `created` is in seconds since 1970."""

    name: str
    content_hash: str
    origin: str
    classes: int
    train: int
    dev: int
    test: int
    size_bytes: int
    created: float


class SavedCorpora:
    """The saved corpora of one home folder."""

    def __init__(self, folder: Path | None = None) -> None:
        """Look in `folder`, Ranklens's home by default; it is made when something is saved."""
        self.root = (folder or home()) / "corpora"

    def names(self) -> list[str]:
        """The names, sorted."""
        return sorted(path.stem for path in self.root.glob("*.json"))

    def all(self) -> list[SavedCorpus]:
        """Every saved corpus, by name."""
        return [self.get(name) for name in self.names()]

    def get(self, name: str) -> SavedCorpus:
        """What is known of the corpus called `name`.

        Raises:
            DataError: when there is none, or its file is damaged.
        """
        if name not in self.names():
            known = ", ".join(self.names()) or "none is saved"
            raise DataError(f"No saved corpus is called {name!r}; there are: {known}.")
        path = self._card(name)
        try:
            return SavedCorpus(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            raise DataError(f"{path} is damaged; delete it and add the corpus again.") from None

    def save(self, corpus: Corpus, *, name: str, origin: str = "") -> SavedCorpus:
        """Keep `corpus` as `name`; equal content is kept once, however many names it has.

        Args:
            corpus: what to keep.
            name: how `--dataset` will call it.
            origin: where it came from, in words.

        Raises:
            ConfigError: when the name can't be one, or is taken by other content.
            StoreError: when the disk is full or the folder can't be written.
        """
        self._check_name(name, corpus)
        texts = self._texts(corpus.content_hash)
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise store_error(self.root, error) from None
        if not texts.is_file():
            write_atomically(texts, _packed(corpus))
        card = SavedCorpus(
            name=name,
            content_hash=corpus.content_hash,
            origin=origin,
            classes=len(corpus.classes),
            train=len(corpus.train),
            dev=len(corpus.dev),
            test=len(corpus.test),
            size_bytes=texts.stat().st_size,
            created=time.time(),
        )
        write_atomically(self._card(name), json.dumps(asdict(card), indent=1).encode())
        return card

    def load(self, name: str, *, parameters: FileParameters | None = None, progress: Progress) -> Corpus:
        """The corpus called `name`, with its splits as they were saved.

        Raises:
            DataError: when there is none, it isn't what was saved, or a parameter is given that is for files only.
        """
        card, drop = self.get(name), bool(parameters and parameters.drop_leaks)
        if parameters not in (None, FileParameters(drop_leaks=drop)):
            raise DataError(
                f"{name} is saved with its columns and splits chosen; give no column, delimiter or encoding."
            )
        path = self._texts(card.content_hash)
        rows = read_file(path, KEPT, progress)
        corpus = build_corpus(name, rows["train"], rows.get("dev"), rows.get("test"), seed=0, source=card.origin)
        if corpus.content_hash != card.content_hash:
            raise DataError(f"{path} isn't what was saved; remove {name} and add it again.")
        return drop_leaks(corpus) if drop else corpus

    def remove(self, name: str) -> None:
        """Forget `name`, and the texts when no other name stands for them.

        Raises:
            DataError: when there is none.
        """
        card = self.get(name)
        self._card(name).unlink(missing_ok=True)
        if all(other.content_hash != card.content_hash for other in self.all()):
            self._texts(card.content_hash).unlink(missing_ok=True)

    def _check_name(self, name: str, corpus: Corpus) -> None:
        if not NAME.fullmatch(name):
            allowed = "give up to 64 letters, digits, dots, hyphens and underscores, a letter or digit first"
            raise ConfigError("name", name, allowed)
        if name in CORPORA.names():
            raise ConfigError("name", name, "a packaged data set is called so; give another name")
        if name in self.names() and self.get(name).content_hash != corpus.content_hash:
            raise ConfigError("name", name, "other texts are saved so; remove them first or give another name")

    def _card(self, name: str) -> Path:
        return self.root / f"{name}.json"

    def _texts(self, content_hash: str) -> Path:
        return self.root / f"{content_hash}.parquet"


def suggest_name(path: Path) -> str:
    """A name for the corpus of the file or folder at `path`."""
    stem = path.resolve().name if path.is_dir() else Source(path, lambda _: None).stem
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", stem).strip("-._")[:64] or "corpus"


def _packed(corpus: Corpus) -> bytes:
    """The Parquet file's bytes."""
    splits = {"train": corpus.train, "dev": corpus.dev, "test": corpus.test}
    names = pyarrow.array(corpus.classes, pyarrow.string())
    tables = [
        pyarrow.table(
            {
                "text": pyarrow.array(split.texts, pyarrow.string()),
                "label": names.take(pyarrow.array(split.labels)),
                "split": pyarrow.array([name] * len(split), pyarrow.string()),
            }
        )
        for name, split in splits.items()
    ]
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.concat_tables(tables), buffer, compression="zstd")
    return buffer.getvalue()
