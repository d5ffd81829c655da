"""Measurements as JSON lines: each is kept as soon as it is made, so an interrupted bench goes on where it stopped."""

import argparse
import json
from pathlib import Path
from typing import Any


def parser_of(told: str | None, *, reads_data: bool = True, parts: tuple[str, ...] = ()) -> argparse.ArgumentParser:
    """The options of a bench that keeps its measurements, `told` in a sentence; `reads_data` of the user's.

    Each of `parts` may be named, so that several processes share the work: see `wanted`.
    """
    parser = argparse.ArgumentParser(description=told)
    parser.add_argument("--render", action="store_true", help="only write the tables from what was measured")
    if reads_data:
        parser.add_argument("--data", type=Path, help="folder with the folders trec6, snips and sst2")
        parser.add_argument("--vectors", type=Path, help="word vectors in GloVe's text format")
    for part in parts:
        parser.add_argument(f"--{part}", help=f"only this {part}")
    return parser


def wanted(arguments: argparse.Namespace, **parts: object) -> bool:
    """Whether these `parts` are among what `arguments` asks for."""
    return all(getattr(arguments, name) in {None, str(part)} for name, part in parts.items())


class Records:
    """The measurements in one file, told apart by the fields named `key`."""

    def __init__(self, path: Path, *, key: tuple[str, ...]) -> None:
        """Read what `path` holds, if it is there."""
        self.path, self.key = path, key
        self.read()

    def read(self) -> None:
        """Read the file again: other processes may have added to it."""
        lines = self.path.read_text(encoding="utf-8").splitlines() if self.path.is_file() else []
        self.all: list[dict[str, Any]] = [json.loads(line) for line in lines]
        self._known = {self._key_of(record): record for record in self.all}

    def __contains__(self, record: dict[str, Any]) -> bool:
        """Whether a measurement with the same key is there."""
        return self.find(record) is not None

    def find(self, record: dict[str, Any]) -> dict[str, Any] | None:
        """The measurement with the same key, if it is there."""
        return self._known.get(self._key_of(record))

    def add(self, record: dict[str, Any]) -> None:
        """Keep `record`."""
        self.path.parent.mkdir(exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
        self.all.append(record)
        self._known[self._key_of(record)] = record

    def _key_of(self, record: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(record[name] for name in self.key)
