"""Trained dense models, kept for the sweeps that start from them: `RANKLENS_HOME/trunks/<key>`.

The key is a hash of all that decides the training: the configuration, the texts and vectors themselves, the code, torch
and the processor's kind. So what is found equals what would be trained, bit for bit.
"""

import contextlib
import fcntl
import filecmp
import hashlib
import json
import os
import platform
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from torch import Tensor

from core.atomic import atomic_file, store_error
from core.code_hash import code_hash
from core.config import RunConfig
from core.home import home, make_private
from core.parameters import specs
from core.runs.stored_trunk import StoredTrunk
from core.sealed import seal, unseal
from core.stages import Loaded
from core.training.checkpoints import Checkpoint

LIMIT_BYTES = 5_000_000_000  # those that were used least recently go first
WAIT_SECONDS = 0.1
DENSE = "dense.safetensors"  # as runs write it
RETRAINING = ("retrain_epochs", "retrain_learning_rate", "distillation", "temperature")
FILE, CHECKPOINT, LOCK = "trunk.safetensors", "train-checkpoint.safetensors", "lock"


class TrunkStore:
    """The trunks of one home folder."""

    def __init__(self, folder: Path | None = None, *, limit_bytes: int = LIMIT_BYTES) -> None:
        """Keep at most `limit_bytes` in `folder`, Ranklens's home by default."""
        self.root, self.limit_bytes = (folder or home()) / "trunks", limit_bytes

    def get(self, key: str) -> StoredTrunk | None:
        """The trunk, if it is there and whole."""
        try:
            found = StoredTrunk.from_bytes((self.root / key / FILE).read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            shutil.rmtree(self.root / key, ignore_errors=True)  # what was derived from it may be as bad
            return None
        with contextlib.suppress(FileNotFoundError):  # another process may have let it go since
            os.utime(self.root / key / FILE)
        return found

    def put(self, key: str, trunk: StoredTrunk) -> None:
        """Keep `trunk`, and let old ones go where that is too much.

        Raises:
            StoreError: when the disk is full or the folder can't be written.
        """
        _write(self.root / key / FILE, trunk.to_bytes())
        self._shrink(keep=key)

    def memory(self, key: str) -> "TensorFolder":
        """Where to keep what is computed of the trunk."""
        return TensorFolder(self.root / key)

    def checkpoint(self, key: str) -> Checkpoint:
        """Where to keep how far the trunk is trained, inside `lock`."""
        return Checkpoint(self._make(key) / CHECKPOINT)

    def share(self, key: str, path: Path) -> None:
        """Let `path`, where a run wrote the trunk's model, be one file on the disk with those of other runs.

        It is a hard link to the same bytes, so deleting one takes nothing from the others. Where the file system has
        none, it stays a file of its own.
        """
        first, link = self._make(key) / DENSE, path.with_name(f".{path.name}-link")
        with contextlib.suppress(OSError):
            with contextlib.suppress(FileExistsError):
                os.link(path, first)
            if not first.samefile(path) and filecmp.cmp(first, path, shallow=False):
                link.unlink(missing_ok=True)
                os.link(first, link)
                link.replace(path)

    @contextlib.contextmanager
    def lock(self, key: str, waiting: Callable[[], object]) -> Iterator[None]:
        """Only one process at a time is inside; the others call `waiting` again and again, which may raise."""
        with self._lock_file(key) as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    waiting()
                    time.sleep(WAIT_SECONDS)
            yield

    def _lock_file(self, key: str) -> BinaryIO:
        while True:
            with contextlib.suppress(FileNotFoundError):  # let go between the two
                return (self._make(key) / LOCK).open("wb")

    def _make(self, key: str) -> Path:
        folder = self.root / key
        try:
            make_private(folder)
        except OSError as error:
            raise store_error(folder, error) from None
        return folder

    def _shrink(self, *, keep: str) -> None:
        """Let go what was used least recently; other processes may write and remove files meanwhile."""
        kept = {folder: files for folder in self.root.iterdir() if (files := _files(folder))}
        excess = sum(file.st_size for files in kept.values() for file in files) - self.limit_bytes
        for folder in sorted(kept, key=lambda folder: max(file.st_mtime for file in kept[folder])):
            if excess <= 0:
                return
            if folder.name != keep and _let_go(folder):
                excess -= sum(file.st_size for file in kept[folder])


def _files(folder: Path) -> list[os.stat_result]:
    """What is kept in the folder, which a lock isn't."""
    found = []
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        for file in folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                found.append(file.stat())
    return [file for file in found if file.st_size]


def _let_go(folder: Path) -> bool:
    """Remove the folder unless a process is training in it; returns whether it did."""
    try:
        with (folder / LOCK).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        pass  # nobody ever trained in it
    except BlockingIOError:
        return False
    shutil.rmtree(folder, ignore_errors=True)
    return True


def _write(path: Path, content: bytes) -> None:
    """Write `content` to `path`, though another process may let its folder go at any moment.

    Raises:
        StoreError: when the disk is full or the folder can't be written.
    """
    try:
        while True:
            make_private(path.parent)
            with contextlib.suppress(FileNotFoundError):
                with atomic_file(path) as file:
                    file.write(content)
                return
    except OSError as error:
        raise store_error(path, error) from None


class TensorFolder:
    """Tensors by name, as files; one that is broken isn't there. It is a `Memory`."""

    def __init__(self, folder: Path) -> None:
        """Keep them in `folder`."""
        self.folder = folder

    def get(self, name: str) -> dict[str, Tensor] | None:
        """See `Memory.get`."""
        try:
            return unseal((self.folder / f"{name}.safetensors").read_bytes())[0]
        except (OSError, ValueError):
            return None

    def __setitem__(self, name: str, tensors: dict[str, Tensor]) -> None:
        """See `Memory.__setitem__`."""
        _write(self.folder / f"{name}.safetensors", seal(tensors))


def trunk_key(config: RunConfig, loaded: Loaded, content: str) -> str:
    """The key of the trunk that `config` trains on `loaded`, whose texts and vectors hash to `content`."""
    apart = {name for kind in ("dataset", "vectors") for name in _options(config, kind)} | {"dataset", "vectors"}
    decisive = {name: value for name, value in trunk_part(config).items() if name not in apart}
    decisive |= {"classes": loaded.corpus.classes, "content": content, "code": code_hash(), "torch": torch.__version__}
    decisive |= {"processor": f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}"}
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:32]


def trunk_part(config: RunConfig) -> dict[str, Any]:
    """What of `config` the dense model depends on: all but the method, its options and the re-training."""
    apart = {"method", *RETRAINING, *_options(config, "method")}
    return {name: value for name, value in config.to_dict().items() if name not in apart}


def content_hash(loaded: Loaded) -> str:
    """SHA-256 of the texts and of the table, as hexadecimal digits."""
    digest = hashlib.sha256(loaded.corpus.content_hash.encode())
    digest.update(str(loaded.vectors.table.shape).encode())
    digest.update(np.ascontiguousarray(loaded.vectors.table).data)
    return digest.hexdigest()


def _options(config: RunConfig, kind: str) -> list[str]:
    return [spec.name for spec in specs(config.component_parameters(kind))]
