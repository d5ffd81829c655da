"""Runs of a sweep that a process executes one after another: what they share is read and trained once.

Equal to `core.pipeline.load` and `train` in all that a run says and finds; only the seconds differ.
"""

from dataclasses import replace
from typing import Any

from core.config import RunConfig
from core.embeddings import DenseEmbedding
from core.events import Command, Monitor, Point, Stage
from core.pipeline import Loaded, Trunk, build, load, method_of, train
from core.results import RankCurves
from core.runs.trunk_store import StoredTrunk, TrunkStore, content_hash, trunk_key, trunk_part
from core.training.evaluate import Evaluation
from core.training.fit import obey


class Workshop:
    """A `Preparation` that remembers its last texts, vectors and trunk, and finds trunks that were kept."""

    def __init__(self, trunks: TrunkStore) -> None:
        """Find and keep trunks in `trunks`."""
        self.trunks = trunks
        self._part: dict[str, Any] = {}
        self._loaded: Loaded | None = None
        self._content = self._key = ""
        self._trunk: Trunk | None = None
        self._points: tuple[Point, ...] = ()
        self._marks: dict[str, dict[str, float]] = {}

    def load(self, config: RunConfig, *, monitor: Monitor) -> Loaded:
        """See `core.pipeline.load`."""
        part = trunk_part(config)
        if self._loaded is None or self._part != part:
            self._loaded, self._trunk = None, None  # both would be in memory
            self._loaded = load(config, monitor=monitor)
            self._part, self._content = part, content_hash(self._loaded)
        method, warnings = method_of(config, self._loaded.vectors)
        return replace(self._loaded, method=method, warnings=warnings)

    def train(self, config: RunConfig, loaded: Loaded, *, monitor: Monitor) -> Trunk:
        """See `core.pipeline.train`; a trunk that another process trains right now is waited for."""
        key = trunk_key(config, loaded, self._content)
        if self._trunk is None or self._key != key:
            with self.trunks.lock(key, lambda: obey(monitor)):
                stored = self.trunks.get(key)
                if stored is None:
                    return self._grow(key, config, loaded, monitor)
            trunk = self._restored(key, config, loaded, stored)
            self._remember(key, trunk, stored)
        else:
            trunk = self._trunk
        for point in self._points:
            monitor.point(point)
        for name, values in self._marks.items():
            monitor.mark(name, values)
        return trunk

    def _grow(self, key: str, config: RunConfig, loaded: Loaded, monitor: Monitor) -> Trunk:
        recorder = Recorder(monitor)
        trunk = train(config, loaded, monitor=recorder)
        if trunk.command:  # it was cut short, so it isn't what `config` trains
            return trunk
        weights, points = trunk.dense.state_dict(), tuple(recorder.points)
        stored = StoredTrunk(weights, trunk.dev.right, trunk.dev.loss, trunk.position, points, recorder.marks)
        self.trunks.put(key, stored)
        trunk = replace(trunk, memory=self.trunks.memory(key))
        self._remember(key, trunk, stored)
        return trunk

    def _remember(self, key: str, trunk: Trunk, stored: StoredTrunk) -> None:
        self._key, self._trunk, self._points, self._marks = key, trunk, stored.points, stored.marks

    def _restored(self, key: str, config: RunConfig, loaded: Loaded, stored: StoredTrunk) -> Trunk:
        untrained = build(config, loaded)
        dense = untrained.with_embedding(DenseEmbedding(untrained.embedding.table()))
        dense.load_state_dict(stored.weights)
        dev = Evaluation(stored.right, stored.loss)
        return Trunk(untrained, dense.train(), dev, stored.position, None, self.trunks.memory(key))


class Recorder:
    """A monitor that keeps the points and marks that it passes on."""

    def __init__(self, listener: Monitor) -> None:
        """Pass everything on to `listener`."""
        self.listener = listener
        self.points: list[Point] = []
        self.marks: dict[str, dict[str, float]] = {}

    def stage(self, stage: Stage, note: str) -> None:
        """See `Monitor.stage`."""
        self.listener.stage(stage, note)

    def progress(self, fraction: float) -> None:
        """See `Monitor.progress`."""
        self.listener.progress(fraction)

    def point(self, point: Point) -> None:
        """See `Monitor.point`."""
        self.points.append(point)
        self.listener.point(point)

    def mark(self, name: str, values: dict[str, float]) -> None:
        """See `Monitor.mark`."""
        self.marks[name] = values
        self.listener.mark(name, values)

    def curves(self, curves: RankCurves) -> None:
        """See `Monitor.curves`."""
        self.listener.curves(curves)

    def command(self) -> Command | None:
        """See `Monitor.command`."""
        return self.listener.command()
