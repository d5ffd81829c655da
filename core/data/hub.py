"""Data sets of the Hugging Face hub: fetched once by a program beside this one, then kept as Parquet in our home.

Nothing of a repository is ever run. What was fetched is read as any file of the user's is, with the same limits.
"""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet

from core.atomic import store_error
from core.data.corpus import Corpus
from core.data.files import FileParameters
from core.data.files.columns import SPLITS
from core.data.files.read import describe_file, read_file, whole_numbers
from core.data.files.source import MAX_BYTES, Progress
from core.data.leaks import drop_leaks
from core.data.splits import Labelled, build_corpus
from core.errors import DataError
from core.home import home, make_private
from core.hub_export import CACHE, CARD, SIZE, Request
from core.parameters import Parameters, parameter
from core.paths import looking_at

PREFIX = "hf:"
NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
ROOT = Path(__file__).resolve().parent.parent.parent
INSTALL = "python -m pip install -r requirements-hub.txt"
LISTEN_SECONDS = 0.25
ANSWER_SECONDS = "5"  # the hub's first answer is waited for, where HF_HUB_ETAG_TIMEOUT doesn't say otherwise
NO_LABEL = {None, "", "-1", -1}


@dataclass(frozen=True)
class HubParameters(Parameters):
    """Which part of a repository to take."""

    subset: str | None = parameter(
        None, unset="its default", help="The configuration of the data set, where it has several."
    )
    text_column: str | None = parameter(None, unset="found by looking", help="The column with the texts.")
    label_column: str | None = parameter(None, unset="found by looking", help="The column with the classes.")
    drop_leaks: bool = parameter(
        False, help="Drop training texts that dev or test holds too, and dev texts that test holds."
    )


@dataclass(frozen=True)
class Repository:
    """A data set on the hub, `owner/name`, or a folder that is a copy of one; `subset` is "" for its default."""

    name: str
    subset: str = ""

    @property
    def local(self) -> bool:
        """Whether it is a folder."""
        return Path(self.name).is_absolute()

    @property
    def kept(self) -> Path:
        """Where it is kept once fetched."""
        words = [self.name.replace("/", "--"), re.sub(r"[^\w.-]+", "-", self.subset) or "default"]
        return home() / "hub" / "__".join(words)

    @property
    def is_kept(self) -> bool:
        """Whether it was fetched before.

        Raises:
            DataError: when it can't be looked at.
        """
        with looking_at(self.name):
            return self.kept.is_dir()

    def awaits(self) -> str:
        """What has to be fetched, in a sentence; "" where all is here.

        Raises:
            DataError: when it can't be, because the package that does it isn't installed.
        """
        if self.is_kept:
            return ""
        self.check()
        return "" if self.local else f"A run fetches {self.name} from the Hugging Face hub first."

    def check(self) -> None:
        """Refuse a name that can't be one, and a hub that can't be read here.

        Raises:
            DataError: saying what to do.
        """
        if not self.local and not NAME.fullmatch(self.name):
            raise DataError(f"{PREFIX}{self.name} names no data set: give hf:owner/name, or hf: and a folder's path.")
        with looking_at(self.name):
            if self.local and not Path(self.name).is_dir():
                raise DataError(f"{self.name}: there is no such folder; check the path.")
        if importlib.util.find_spec("datasets") is None:
            raise DataError(f"Data sets of the Hugging Face hub need a package that isn't here: run `{INSTALL}`.")


def named(name: str, parameters: Parameters) -> Repository:
    """The repository that `name` stands for behind its prefix."""
    subset = parameters.subset if isinstance(parameters, HubParameters) else None
    return Repository(name.removeprefix(PREFIX), subset or "")


def load_hub(
    repository: Repository, *, parameters: Parameters, seed: int, progress: Progress, name: str = "", source: str = ""
) -> Corpus:
    """The corpus in `repository`, fetched where it isn't here.

    A split without labels isn't used. Where that is test, dev takes its place, because train's texts are often cut
    out of the same sentences; what is missing then is split off train, drawn by `seed`. The corpus's notes say so.

    Args:
        repository: what to load.
        parameters: which columns to take.
        seed: draws the splits that it lacks.
        progress: hears the share that is done, and may raise to stop.
        name: what to call it; after the repository where nothing is said.
        source: where it comes from, in words.

    Raises:
        DataError: when it can't be fetched or read, saying what to do.
        StoreError: when it can't be kept.
    """
    chosen = parameters if isinstance(parameters, HubParameters) else HubParameters()
    columns = FileParameters(text_column=chosen.text_column, label_column=chosen.label_column)
    with _at_hand(repository, lambda share: progress(share / 2)) as folder:
        parts, notes = _labelled(repository, folder, columns)
        rows: dict[str, Labelled] = {}
        for position, (part, path) in enumerate(parts.items()):

            def share(fraction: float, position: int = position) -> None:
                progress(0.5 + (position + fraction) / len(parts) / 2)

            rows[part] = read_file(path, columns, share)["train"]
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    rows = whole_numbers(rows)
    built = build_corpus(
        name or repository.name.rstrip("/").replace("/", "-").lstrip("-"),
        rows["train"],
        rows.get("dev"),
        rows.get("test"),
        seed=seed,
        source=source or f"{repository.name}, Hugging Face hub",
        licence=card["licence"] or "not stated",
        notes=notes,
    )
    return drop_leaks(built) if chosen.drop_leaks else built


def _labelled(repository: Repository, folder: Path, columns: FileParameters) -> tuple[dict[str, Path], tuple[str, ...]]:
    """The files of the splits that have labels, by the part they play, and what there is to say about it."""
    found: dict[str, Path] = {}
    for path in sorted(folder.glob("*.parquet")):
        first = found.setdefault(SPLITS[path.stem], path)
        if first != path:
            raise DataError(f"{repository.name}: {first.stem} and {path.stem} are both {SPLITS[path.stem]}.")
    if "train" not in found:
        names = ", ".join(path.stem for path in found.values())
        raise DataError(f"{repository.name}: none of its splits is called train, but {names}.")
    bare = [part for part in ("dev", "test") if part in found and _is_bare(found[part], columns)]
    parts = {part: path for part, path in found.items() if part not in bare}
    notes = [f"{repository.name} has no labels in its {found[part].stem} split, so that isn't used." for part in bare]
    if "test" in bare and "dev" in parts:
        parts["test"] = parts.pop("dev")
        notes.append(f"Its {parts['test'].stem} split is test here, and dev is split off train.")
    return parts, tuple(notes)


def _is_bare(path: Path, columns: FileParameters) -> bool:
    """Whether no row has a label."""
    column = describe_file(path, columns).label_column
    return set(pyarrow.parquet.read_table(path, columns=[column])[column].unique().to_pylist()) <= NO_LABEL


@contextmanager
def _at_hand(repository: Repository, progress: Progress) -> Iterator[Path]:
    """A folder with the splits as Parquet: the one that is kept, or that is made now; a local one isn't kept."""
    if repository.is_kept:
        yield repository.kept
        return
    repository.check()
    root = repository.kept.parent
    try:
        make_private(root)
        with tempfile.TemporaryDirectory(dir=root, prefix=".fetching-") as scratch:
            folder = Path(scratch) / "made"
            folder.mkdir()
            _export(repository, folder, progress)
            shutil.rmtree(folder / CACHE, ignore_errors=True)
            if repository.local:
                yield folder
                return
            if not repository.is_kept:  # another process may have been first
                folder.rename(repository.kept)
    except OSError as error:
        raise store_error(root, error) from None
    yield repository.kept


def _export(repository: Repository, folder: Path, progress: Progress) -> None:
    cache = folder / CACHE
    usual = {"HF_HUB_ETAG_TIMEOUT": ANSWER_SECONDS}
    environment = {**usual, **os.environ, "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_CACHE": str(cache)}
    request = Request(repository.name, repository.subset, str(folder), tuple(SPLITS), MAX_BYTES)
    command = [sys.executable, "-m", "core.hub_export", request.to_text()]
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        ) as process,
    ):
        try:
            while process.poll() is None:
                progress(_share(folder))
                time.sleep(LISTEN_SECONDS)
        finally:
            process.kill()
        said.seek(0)
        last = said.read().decode(errors="replace").strip().rpartition("\n")[2]
    if process.returncode:
        raise DataError(f"{repository.name} can't be loaded: {last.removeprefix('error: ') or 'it was stopped'}.")


def _share(folder: Path) -> float:
    """How much of what is to be fetched has come."""
    try:
        wanted = int((folder / SIZE).read_text(encoding="utf-8"))
        come = sum(path.lstat().st_size for path in (folder / CACHE).rglob("*"))
    except (OSError, ValueError):  # not known yet, or a file was moved just now
        return 0.0
    return min(1.0, come / max(1, wanted))
