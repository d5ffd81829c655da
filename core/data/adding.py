"""Keeping texts of the user's own: here and now, or in a process of its own that tells how far it is."""

import json
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from core.data.files import FileParameters
from core.data.folder import read_own
from core.data.saved import SavedCorpora, SavedCorpus
from core.data.spool import Spool
from core.errors import DataError
from core.parameters import specs
from core.paths import looking_at

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 5.0  # for a process that was asked to end

Watch = Callable[[str, float], None]  # hears what is being done, in words, and the share of it that is


@dataclass(frozen=True)
class Addition:
    """What is to be kept: a file or folder, how it is read, what it will be called.

    Attributes:
        path: the file or folder.
        name: how `--dataset` will call it.
        parameters: how it is read.
        seed: draws the splits that it lacks.
        origin: where it is from, in words; the path where it is empty.
        licence: what the texts may be used for, in words.
    """

    path: Path
    name: str
    parameters: FileParameters
    seed: int = 0
    origin: str = ""
    licence: str = ""

    def arguments(self) -> list[str]:
        """The command line's arguments that add it."""
        said = {"name": self.name, "seed": self.seed, "origin": self.origin, "licence": self.licence}
        chosen = {spec.name: getattr(self.parameters, spec.name) for spec in specs(FileParameters)}
        usual = {"seed": 0, "origin": "", "licence": "", **{spec.name: spec.default for spec in specs(FileParameters)}}
        texts = {name: str(value) for name, value in {**said, **chosen}.items() if value != usual.get(name)}
        return [*(f"--{name.replace('_', '-')}={text}" for name, text in texts.items()), "--", str(self.path)]

    def to_command(self) -> str:
        """The command line that adds it."""
        return " ".join(["python -m core data add", *map(shlex.quote, self.arguments())])


def add(addition: Addition, watch: Watch) -> SavedCorpus:
    """Read and keep it.

    Raises:
        DataError: naming the file, the row and what to do.
        ConfigError: when the name can't be one, or is taken by other texts.
        StoreError: when the disk is full or the folder can't be written.
    """
    saved = SavedCorpora()
    if addition.name not in saved.names():
        saved.check_name(addition.name)  # before all is read, not after
    with looking_at(addition.path):
        if not addition.path.exists():
            raise DataError(f"{addition.path}: there is no such file or folder; check the path.")
    progress = partial(watch, "Reading")
    corpus = read_own(addition.path, seed=addition.seed, parameters=addition.parameters, progress=progress)
    watch("Counting and saving", 0.0)
    origin = addition.origin or str(addition.path.absolute())
    return saved.save(corpus, name=addition.name, origin=origin, licence=addition.licence)


@dataclass(frozen=True)
class Standing:
    """How far an `Adding` is: what it does and the share of it; once `done`, the `error` that ended it, if one did."""

    note: str = "Starting"
    share: float = 0.0
    done: bool = False
    error: str = ""


class Adding:
    """An addition in a process of its own: its memory and its time are no burden to the one that asked for it."""

    def __init__(self, addition: Addition, spool: Spool) -> None:
        """Start.

        Args:
            addition: what to keep.
            spool: where the process may say how far it is; kept as long as this, with the uploads in it.
        """
        self.addition, self.spool = addition, spool
        self._told, self._errors = spool.folder / "told", spool.folder / "errors"
        with self._told.open("wb") as told, self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "core", "data", "add", "--watched", *addition.arguments()],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=errors,
            )

    def standing(self) -> Standing:
        """How far it is."""
        code = self._process.poll()
        if code is None:
            *whole, _ = self._told.read_text(encoding="utf-8").split("\n")
            return Standing(**json.loads(whole[-1])) if whole else Standing()
        if code == 0:
            return Standing("Saved", 1.0, done=True)
        if code < 0:
            name = signal.Signals(-code).name
            return Standing(done=True, error=f"The reading process was ended ({name}); memory may have run out.")
        said = self._errors.read_text(encoding="utf-8", errors="replace").strip() or "It ended without a word."
        error = said.splitlines()[-1].removeprefix("Error: ")
        return Standing(done=True, error=error.replace(f"{self.spool.folder}/", ""))

    def cancel(self) -> None:
        """End it; nothing is kept."""
        self._process.terminate()
        try:
            self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
