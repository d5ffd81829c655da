"""Measurements as JSON lines: each is kept as soon as it is made, so an interrupted bench goes on where it stopped."""

import json
from pathlib import Path
from typing import Any


class Records:
    """The measurements in one file, told apart by the fields named `key`."""

    def __init__(self, path: Path, *, key: tuple[str, ...]) -> None:
        """Read what `path` holds, if it is there."""
        self.path, self.key = path, key
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        self.all: list[dict[str, Any]] = [json.loads(line) for line in lines]
        self._known = {self._key_of(record) for record in self.all}

    def __contains__(self, record: dict[str, Any]) -> bool:
        """Whether a measurement with the same key is there."""
        return self._key_of(record) in self._known

    def add(self, record: dict[str, Any]) -> None:
        """Keep `record`."""
        self.path.parent.mkdir(exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
        self.all.append(record)
        self._known.add(self._key_of(record))

    def _key_of(self, record: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(record[name] for name in self.key)
