"""Corpora of the user's own, kept in Ranklens's home: the texts as Parquet by content, a small file for each name."""

import json
import os
import re
import time
from dataclasses import asdict, dataclass
from itertools import chain, count
from pathlib import Path

from core.atomic import store_error, write_atomically, write_once
from core.data.corpus import Corpus
from core.data.files import FileParameters
from core.data.files.source import Progress
from core.data.leaks import drop_leaks
from core.data.packaged import CORPORA
from core.data.packed import first_rows, pack, unpack
from core.data.profile import CorpusProfile, profile_corpus
from core.data.splits import build_corpus
from core.errors import ConfigError, DataError
from core.home import home, make_private

KEPT_AS, DELETED_AS, PROFILE_AS = ".json", ".deleted", ".profile"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
KEPT = FileParameters(text_column="text", label_column="label", split_column="split")  # how a texts file is read


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
    licence: str = ""


@dataclass(frozen=True)
class DamagedCorpus:
    """A saved corpus whose file can't be read; `error` says so, as a sentence."""

    name: str
    error: str
    content_hash: None = None


class SavedCorpora:
    """The saved corpora of one home folder."""

    def __init__(self, folder: Path | None = None) -> None:
        """Look in `folder`, Ranklens's home by default; it is made when something is saved."""
        self.root = (folder or home()) / "corpora"

    def names(self) -> list[str]:
        """The names, sorted."""
        return sorted(path.name.removesuffix(KEPT_AS) for path in self.root.glob(f"*{KEPT_AS}"))

    def deleted(self) -> list[str]:
        """The names that can be restored, sorted."""
        return sorted(path.name.removesuffix(DELETED_AS) for path in self.root.glob(f"*{DELETED_AS}"))

    def all(self) -> list[SavedCorpus | DamagedCorpus]:
        """Every saved corpus, by name; damaged ones too, so that they can be deleted."""
        return [_held(self._card(name)) for name in self.names()]

    def get(self, name: str) -> SavedCorpus:
        """What is known of the corpus called `name`.

        Raises:
            DataError: when there is none, or its file is damaged.
        """
        return _read_card(self._known(name))

    def save(self, corpus: Corpus, *, name: str, origin: str = "", licence: str = "") -> SavedCorpus:
        """Keep `corpus` as `name`; equal content is kept once, however many names it has.

        Args:
            corpus: what to keep.
            name: how `--dataset` will call it.
            origin: where it came from, in words.
            licence: what its texts may be used for, in words.

        Raises:
            ConfigError: when the name can't be one, or is taken by other content.
            StoreError: when the disk is full or the folder can't be written.
        """
        self.check_name(name, content_hash=corpus.content_hash)
        texts = self._texts(corpus.content_hash)
        try:
            make_private(self.root)
        except OSError as error:
            raise store_error(self.root, error) from None
        if not texts.is_file():
            write_atomically(texts, pack(corpus))
        profile = texts.with_suffix(PROFILE_AS)
        if not profile.is_file():
            write_atomically(profile, json.dumps(asdict(profile_corpus(corpus))).encode())
        card = SavedCorpus(
            name=name,
            content_hash=corpus.content_hash,
            origin=_writable(origin),
            classes=len(corpus.classes),
            train=len(corpus.train),
            dev=len(corpus.dev),
            test=len(corpus.test),
            size_bytes=texts.stat().st_size,
            created=time.time(),
            licence=_writable(licence),
        )
        if not write_once(self._card(name), json.dumps(asdict(card), indent=1).encode()):
            self.check_name(name, content_hash=corpus.content_hash)  # somebody was quicker, perhaps with other texts
        return self.get(name)

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
        rows = unpack(path, progress)
        corpus = build_corpus(
            name, rows["train"], rows["dev"], rows["test"], seed=0, source=card.origin, licence=card.licence
        )
        if corpus.content_hash != card.content_hash:
            raise DataError(f"{path} isn't what was saved; remove {name} and add it again.")
        return drop_leaks(corpus) if drop else corpus

    def profile(self, name: str, *, progress: Progress) -> CorpusProfile:
        """What there is to know of the texts of `name`, as it was counted when they were saved.

        Raises:
            DataError: when there is none, or it isn't what was saved.
            StoreError: when the disk is full or the folder can't be written.
        """
        path = self._texts(self.get(name).content_hash).with_suffix(PROFILE_AS)
        try:
            return CorpusProfile.from_dict(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError, KeyError):  # lost, damaged or by another version
            found = profile_corpus(self.load(name, progress=progress))
            write_atomically(path, json.dumps(asdict(found)).encode())
            return found

    def first_rows(self, name: str, limit: int) -> list[tuple[str, str]]:
        """The text and the label of the first training rows of `name`, at most `limit`.

        Raises:
            DataError: when there is none, or its texts are damaged.
        """
        return first_rows(self.texts(name), limit)

    def texts(self, name: str) -> Path:
        """The file with the texts of `name`, to be read with the parameters `KEPT`.

        Raises:
            DataError: when there is no such corpus.
        """
        return self._texts(self.get(name).content_hash)

    def delete(self, name: str) -> None:
        """Hide `name`; `restore` brings it back until `purge` has removed it for good.

        Raises:
            DataError: when there is none.
        """
        os.utime(self._known(name).replace(self._deleted(name)))

    def restore(self, name: str) -> None:
        """Undo `delete`.

        Raises:
            DataError: when nothing of that name was deleted, or it is gone for good.
            ConfigError: when other texts were saved so meanwhile.
        """
        if not NAME.fullmatch(name) or not self._deleted(name).is_file():
            raise DataError(f"No corpus called {name!r} was deleted of late, so it can't be brought back.")
        self.check_name(name, content_hash=_held(self._deleted(name)).content_hash)
        self._deleted(name).replace(self._card(name))

    def purge(self, *, older_than: float) -> None:
        """Remove for good what was deleted more than `older_than` seconds ago, with texts that no other name needs.

        Nobody knows which texts a damaged one needs: while there is one, all stay, and so do its own.
        """
        for path in self.root.glob(f"*{DELETED_AS}"):
            if time.time() - path.stat().st_mtime >= older_than:
                content_hash = _held(path).content_hash
                path.unlink()
                others = [*self.root.glob(f"*{KEPT_AS}"), *self.root.glob(f"*{DELETED_AS}")]
                needed = {_held(other).content_hash for other in others}
                if content_hash and not needed & {content_hash, None}:
                    for texts in self.root.glob(f"{content_hash}.*"):
                        texts.unlink()

    def check_name(self, name: str, *, content_hash: str | None = None) -> None:
        """See that texts with that hash can be called `name`.

        Raises:
            ConfigError: when the name can't be one, or is taken by other content.
        """
        if not NAME.fullmatch(name):
            allowed = "give up to 64 letters, digits, dots, hyphens and underscores, a letter or digit first"
            raise ConfigError("name", name, allowed)
        if name in CORPORA.names():
            raise ConfigError("name", name, "a packaged data set is called so; give another name")
        if name in self.names() and self.get(name).content_hash != content_hash:
            raise ConfigError("name", name, "other texts are saved so; remove them first or give another name")

    def free_name(self, wanted: str) -> str:
        """`wanted`, with a number behind it where it is taken."""
        taken = {*self.names(), *CORPORA.names()}
        numbered = (f"{wanted[:60]}-{number}" for number in count(2))
        return next(name for name in chain([wanted], numbered) if name not in taken)

    def _known(self, name: str) -> Path:
        """The card of a saved corpus.

        Raises:
            DataError: when there is none.
        """
        if name not in self.names():
            known = ", ".join(self.names()) or "none is saved"
            raise DataError(f"No saved corpus is called {name!r}; there are: {known}.")
        return self._card(name)

    def _card(self, name: str) -> Path:
        return self.root / f"{name}{KEPT_AS}"

    def _deleted(self, name: str) -> Path:
        return self.root / f"{name}{DELETED_AS}"

    def _texts(self, content_hash: str) -> Path:
        return self.root / f"{content_hash}.parquet"


def _read_card(path: Path) -> SavedCorpus:
    try:
        return SavedCorpus(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise DataError(f"{path} is damaged; delete it and add the corpus again.") from None


def _held(path: Path) -> SavedCorpus | DamagedCorpus:
    """As `_read_card`, for whoever goes on where it is damaged."""
    try:
        return _read_card(path)
    except DataError as error:
        return DamagedCorpus(path.stem, str(error))


def _writable(text: str) -> str:
    """`text` as UTF-8 can hold it: a file's name may have bytes that aren't."""
    return text.encode(errors="backslashreplace").decode()


def suggest_name(path: Path) -> str:
    """A name for the corpus of the file or folder at `path`."""
    folder = os.path.isdir(path)  # unlike `is_dir`, never an error: what an upload is called needn't be a path
    stem = path.resolve().name if folder else Path(path.name.removesuffix(".gz")).stem
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", stem).strip("-._")[:64] or "corpus"
