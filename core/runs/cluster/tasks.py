"""What a Dask worker does: train a trunk, execute a branch. Bytes and JSON come in, bytes and JSON go out.

A task tells what happens through Dask's events, and looks at a Dask variable for whether it is to stop: cancelling a
future doesn't end a task that runs. Tasks of one process run one after another, since torch's seed is the process's.
"""

import json
import tempfile
import threading
import time
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from distributed import Client, Variable, get_client, get_worker
from torch import Tensor

from core.config import RunConfig
from core.errors import RanklensError, StoppedError
from core.events import Command, Monitor, Point, Stage
from core.pipeline import run as run_pipeline
from core.pipeline import with_method
from core.results import RankCurves
from core.runs.cluster.parcel import shared_json, unpack
from core.runs.stored_trunk import StoredTrunk, grow, replay, restore
from core.stages import Loaded, Trunk

LOOK_SECONDS = 0.3
TELL_SECONDS = 0.2
ONE_AT_A_TIME = threading.Lock()

Outcome = dict[str, Any]


def train_trunk(session: str, task: str, config_json: str, parcel: bytes) -> Outcome:
    """Train the dense model; `trunk` is what `StoredTrunk.from_bytes` reads, else there is an `error` and a `state`."""
    with ONE_AT_A_TIME, Teller(session, task) as teller:
        config = RunConfig.from_dict(json.loads(config_json))
        loaded = unpack(parcel, shared_json(config))
        teller.stage("train", "Training the dense model")
        try:
            _, stored = grow(config, loaded, teller)
        except RanklensError as error:
            return _ended(error)
        return {"trunk": stored.to_bytes()} if stored else {"state": "failed", "error": "The training was cut short."}


def execute_branch(session: str, task: str, config_json: str, parcel: bytes, trunk: Outcome) -> Outcome:
    """Compress, re-train and profile; `result` and `files`, else there is an `error` and a `state`."""
    if "trunk" not in trunk:
        return trunk
    with ONE_AT_A_TIME, Teller(session, task) as teller, tempfile.TemporaryDirectory() as folder:
        config = RunConfig.from_dict(json.loads(config_json))
        carried = Carried(unpack(parcel, shared_json(config)), *_opened(trunk["trunk"]))
        try:
            result = run_pipeline(config, monitor=teller, folder=Path(folder), shared=carried)
        except RanklensError as error:
            return _ended(error)
        files = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
    return {"result": json.dumps(result.to_dict()), "files": files}


def _ended(error: RanklensError) -> Outcome:
    """A user can cause or mend it, so trying again would not help."""
    return {"state": "stopped" if isinstance(error, StoppedError) else "failed", "error": str(error)}


@lru_cache(maxsize=1)  # a worker has many branches of the same trunk; they share its decompositions
def _opened(trunk: bytes) -> tuple[StoredTrunk, dict[str, dict[str, Tensor]]]:
    return StoredTrunk.from_bytes(trunk), {}


class Carried:
    """A `Preparation` that was made elsewhere."""

    def __init__(self, loaded: Loaded, stored: StoredTrunk, memory: dict[str, dict[str, Tensor]]) -> None:
        """Give out `loaded`, and the trunk `stored`, of which `memory` knows something."""
        self.loaded, self.stored, self.memory = loaded, stored, memory

    def load(self, config: RunConfig, *, monitor: Monitor) -> Loaded:
        """See `core.pipeline.load`."""
        del monitor
        return with_method(config, self.loaded)

    def train(self, config: RunConfig, loaded: Loaded, *, monitor: Monitor) -> Trunk:
        """See `core.pipeline.train`."""
        replay(self.stored, monitor)
        return restore(config, loaded, self.stored, self.memory)


class Teller:
    """A monitor whose listener is the driver; inside its block it also hears whether the task is to stop."""

    def __init__(self, session: str, task: str) -> None:
        """Tell of `task`, to the driver of `session`."""
        self.session, self.task = session, task
        self._worker, self._points = get_worker(), list[Point]()
        self._told = self._progressed = 0.0
        self._over, self._stopped = threading.Event(), False
        self._thread = threading.Thread(target=self._look, args=(get_client(),), daemon=True)

    def __enter__(self) -> "Teller":
        """Begin."""
        self._tell("begin")
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """End."""
        self._flush()
        self._over.set()
        self._thread.join()

    def stage(self, stage: Stage, note: str) -> None:
        """See `Monitor.stage`."""
        self._flush()
        self._tell("stage", stage=stage, note=note)

    def progress(self, fraction: float) -> None:
        """See `Monitor.progress`."""
        if time.monotonic() - self._progressed > TELL_SECONDS:
            self._tell("progress", fraction=fraction)
            self._progressed = time.monotonic()

    def point(self, point: Point) -> None:
        """See `Monitor.point`; those of a moment travel together."""
        self._points.append(point)
        if time.monotonic() - self._told > TELL_SECONDS:
            self._flush()

    def mark(self, name: str, values: dict[str, float]) -> None:
        """See `Monitor.mark`."""
        self._flush()
        self._tell("mark", name=name, values=values)

    def curves(self, curves: RankCurves) -> None:
        """See `Monitor.curves`."""
        self._tell("curves", curves=json.dumps(curves.to_dict()))

    def command(self) -> Command | None:
        """See `Monitor.command`."""
        return Command("stop") if self._stopped else None

    def _flush(self) -> None:
        if self._points:
            self._tell("points", points=json.dumps([asdict(point) for point in self._points]))
            self._points = []
        self._told = time.monotonic()

    def _tell(self, what: str, **said: Any) -> None:
        self._worker.log_event(self.session, {"task": self.task, "what": what, **said})

    def _look(self, client: Client) -> None:
        """A driver that is gone has left its word, and another one has another session."""
        variable = Variable(stop_variable(self.session), client=client)
        while not self._over.wait(LOOK_SECONDS):
            try:
                word = json.loads(variable.get(timeout=LOOK_SECONDS))
            except TimeoutError:
                continue
            if word["session"] != self.session or self.task in word["stopped"]:
                self._stopped = True
                return


def stop_variable(session: str) -> str:
    """The Dask variable that says what is to stop; sessions of the same sweep share it."""
    return f"{session.partition('/')[0]}/stop"
