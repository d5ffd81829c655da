"""Runs of a sweep that a process executes one after another: what they share is read and trained once.

Equal to `core.pipeline.load` and `train` in all that a run says and finds; only the seconds differ.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from core.config import RunConfig
from core.events import Monitor
from core.pipeline import load, with_method
from core.runs.stored_trunk import StoredTrunk, grow, replay, restore
from core.runs.trunk_store import DENSE, TrunkStore, content_hash, trunk_key, trunk_part
from core.stages import Loaded, Trunk
from core.training.fit import obey


class Workshop:
    """A `Preparation` that remembers its last texts, vectors and trunk, and finds trunks that were kept."""

    def __init__(self, trunks: TrunkStore) -> None:
        """Find and keep trunks in `trunks`."""
        self.trunks = trunks
        self._part: dict[str, Any] = {}
        self._loaded: Loaded | None = None
        self._content = self._key = ""
        self._trunk: tuple[Trunk, StoredTrunk] | None = None

    def load(self, config: RunConfig, *, monitor: Monitor) -> Loaded:
        """See `core.pipeline.load`."""
        part = trunk_part(config)
        if self._loaded is None or self._part != part:
            self._loaded, self._trunk = None, None  # both would be in memory
            self._loaded = load(config, monitor=monitor)
            self._part, self._content = part, content_hash(self._loaded)
        return with_method(config, self._loaded)

    def share(self, folder: Path) -> None:
        """A run that is done left its models in `folder`: keep the dense one only once for all runs that have it."""
        if self._trunk:
            self.trunks.share(self._key, folder / DENSE)

    def train(self, config: RunConfig, loaded: Loaded, *, monitor: Monitor) -> Trunk:
        """See `core.pipeline.train`; a trunk that another process trains right now is waited for."""
        key = trunk_key(config, loaded, self._content)
        if self._trunk is None or self._key != key:
            with self.trunks.lock(key, lambda: obey(monitor)):
                stored = self.trunks.get(key)
                if stored is None:
                    checkpoint = self.trunks.checkpoint(key)
                    trunk, stored = grow(config, loaded, monitor, checkpoint)
                    if stored:
                        self.trunks.put(key, stored)
                        checkpoint.remove()
                        trunk = replace(trunk, memory=self.trunks.memory(key))
                        self._key, self._trunk = key, (trunk, stored)
                    return trunk
            self._key, self._trunk = key, (restore(config, loaded, stored, self.trunks.memory(key)), stored)
        trunk, stored = self._trunk
        replay(stored, monitor)
        return trunk
