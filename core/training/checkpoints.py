"""Checkpoints: where a phase stands at the end of an epoch, so that a process that dies loses no more than one.

A phase that is taken up from one ends with the same bits as one that was never interrupted. A file tells which phase it
is of, to the last bit of its texts and of the model that it began with; any other phase finds nothing in it.
"""

import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.atomic import write_atomically
from core.code_hash import code_hash
from core.events import Command, Point
from core.sealed import seal, unseal
from core.training.evaluate import Evaluation

EVERY_SECONDS = 5.0  # what takes less is sooner done again than written


@dataclass(frozen=True)
class Snapshot:
    """Where a phase stands: all that the rest of it follows from.

    Attributes:
        weights: the model's, by name.
        best: the weights that did best on dev, and how they did: `dev`.
        optimizer: its `state_dict`; numbers, and tensors in `state`.
        schedule: its `state_dict`, in JSON's types.
        random: the state of torch's random numbers.
        losses: their sum since the last point, and how many they are.
        done: iterations.
        points: what was measured so far.
        command: the compress-now that ended the phase, if one did.
    """

    weights: Mapping[str, Tensor]
    best: Mapping[str, Tensor]
    dev: Evaluation
    optimizer: dict[str, Any]
    schedule: dict[str, Any]
    random: Tensor
    losses: tuple[Tensor, int]
    done: int
    points: tuple[Point, ...]
    command: Command | None

    def to_bytes(self, phase: str) -> bytes:
        """As the file of the phase called `phase`."""
        tensors = {"right": self.dev.right, "random": self.random, "loss": self.losses[0]}
        tensors |= {f"weights.{name}": value for name, value in self.weights.items()}
        tensors |= {f"best.{name}": value for name, value in self.best.items()}
        state: dict[str, dict[str, Any]] = {}
        for number, of_parameter in self.optimizer["state"].items():
            parts = {name: value for name, value in of_parameter.items() if isinstance(value, Tensor)}
            tensors |= {f"optimizer.{number}.{name}": value for name, value in parts.items()}
            state[number] = {name: value for name, value in of_parameter.items() if name not in parts}
        about = {
            "phase": phase,
            "dev": [self.dev.loss, self.dev.macro_f1],
            "optimizer": {"state": state, "param_groups": self.optimizer["param_groups"]},
            "schedule": self.schedule,
            "losses": self.losses[1],
            "done": self.done,
            "points": [asdict(point) for point in self.points],
            "command": self.command and asdict(self.command),
        }
        return seal(tensors, about)

    @classmethod
    def from_bytes(cls, content: bytes, phase: str) -> "Snapshot":
        """What `to_bytes` made.

        Raises:
            ValueError: when it is of another phase, or was changed since.
        """
        tensors, about = unseal(content)
        if about["phase"] != phase:
            raise ValueError("a checkpoint of another phase")
        optimizer = about["optimizer"]
        optimizer["state"] = {int(number): values for number, values in optimizer["state"].items()}
        parts: dict[str, dict[str, Tensor]] = {"weights": {}, "best": {}}
        for key, value in tensors.items():
            kind, _, name = key.partition(".")
            if kind == "optimizer":
                number, _, name = name.partition(".")
                optimizer["state"][int(number)][name] = value
            elif name:
                parts[kind][name] = value
        return cls(
            dev=Evaluation(tensors["right"], *about["dev"]),
            optimizer=optimizer,
            schedule=about["schedule"],
            random=tensors["random"],
            losses=(tensors["loss"], about["losses"]),
            done=about["done"],
            points=tuple(Point(**point) for point in about["points"]),
            command=about["command"] and Command(**about["command"]),
            **parts,
        )


class Checkpoint:
    """The file of one phase, written now and then; whoever keeps what the phase led to removes it."""

    def __init__(self, path: Path) -> None:
        """Keep it at `path`."""
        self.path = path
        self._written = time.monotonic()

    def load(self, phase: str) -> Snapshot | None:
        """Where the phase called `phase` stood, if it is this one and the file is whole."""
        try:
            return Snapshot.from_bytes(self.path.read_bytes(), phase)
        except (OSError, ValueError):
            return None

    @property
    def due(self) -> bool:
        """Whether enough time has passed for another one."""
        return time.monotonic() - self._written >= EVERY_SECONDS

    def save(self, phase: str, snapshot: Snapshot) -> None:
        """Keep `snapshot` of the phase called `phase`.

        Raises:
            StoreError: when the disk is full or the folder can't be written.
        """
        write_atomically(self.path, snapshot.to_bytes(phase))
        self._written = time.monotonic()

    def remove(self) -> None:
        """The phase, and what follows from it, is kept elsewhere."""
        self.path.unlink(missing_ok=True)


def phase_name(about: Any, tensors: Iterable[Tensor]) -> str:
    """SHA-256, in hexadecimal digits, of what a phase follows from: code, `about` (JSON's types), `tensors`."""
    digest = hashlib.sha256(json.dumps([code_hash(), torch.__version__, about], sort_keys=True).encode())
    for tensor in tensors:
        digest.update(f"{tuple(tensor.shape)} {tensor.dtype}".encode())
        digest.update(tensor.detach().contiguous().numpy().data)
    return digest.hexdigest()
