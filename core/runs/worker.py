"""A worker: one process that executes one run and tells the store. `python -m core.runs.worker RUN`."""

import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from core.config import RunConfig
from core.errors import RanklensError, StoppedError
from core.events import Command, Monitor, Point, Silent, Stage
from core.pipeline import run as run_pipeline
from core.results import RunResult
from core.runs.store import RunStore

WRITE_SECONDS = 0.1  # points are written together, and commands looked for, so often
BEAT_SECONDS = 1.0

log = logging.getLogger(__name__)


def submit(store: RunStore, config: RunConfig) -> str:
    """Queue a run and start a worker for it, which outlives this process; returns the run's id."""
    run = store.create(config)
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "RANKLENS_HOME": str(store.root), "OMP_NUM_THREADS": str(config.threads)}
    with (store.folder(run) / "log.txt").open("ab") as output:
        worker = subprocess.Popen(
            [sys.executable, "-m", "core.runs.worker", run],
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    threading.Thread(target=worker.wait, daemon=True).start()  # reaps it, so that a dead worker isn't taken for alive
    return run


def execute(store: RunStore, run: str, *, watcher: Monitor | None = None) -> RunResult:
    """Execute a queued run in this process; the store, and `watcher`, hear of it.

    Raises:
        RanklensError: whatever ended the run; the store has it already.
    """
    config = store.get(run).config
    store.update(run, state="running", started=time.time(), pid=os.getpid())
    store.beat(run)
    over = threading.Event()
    heart = threading.Thread(target=_beat, args=(store, run, over), daemon=True)
    heart.start()
    monitor = StoreMonitor(store, run, watcher or Silent())
    try:
        result = run_pipeline(config, monitor=monitor, folder=store.folder(run))
        monitor.flush()
    except (StoppedError, KeyboardInterrupt):
        monitor.flush()
        store.finish(run, "stopped", error="The run was stopped.")
        raise
    except RanklensError as error:
        store.finish(run, "failed", error=str(error))
        raise
    except BaseException as error:
        store.finish(run, "failed", error=f"The run failed ({type(error).__name__}: {error}); its log says where.")
        raise
    finally:
        over.set()
        heart.join()
    store.finish(run, "done", result=result)
    return result


class StoreMonitor:
    """A monitor that writes what it hears to the store, and takes commands from there."""

    def __init__(self, store: RunStore, run: str, watcher: Monitor) -> None:
        """Write for `run`, and pass everything on to `watcher`."""
        self.store, self.run, self.watcher = store, run, watcher
        self._points: list[Point] = []
        self._written = self._asked = self._progressed = 0.0

    def stage(self, stage: Stage, note: str) -> None:
        """See `Monitor.stage`."""
        self.flush()
        self.store.update(self.run, stage=stage, note=note, progress=0.0)
        self.watcher.stage(stage, note)

    def progress(self, fraction: float) -> None:
        """See `Monitor.progress`."""
        if time.monotonic() - self._progressed > WRITE_SECONDS:
            self.store.update(self.run, progress=fraction)
            self._progressed = time.monotonic()
        self.watcher.progress(fraction)

    def point(self, point: Point) -> None:
        """See `Monitor.point`; the first of a while is written at once."""
        self._points.append(point)
        if time.monotonic() - self._written > WRITE_SECONDS:
            self.flush()
        self.watcher.point(point)

    def mark(self, name: str, values: dict[str, float]) -> None:
        """See `Monitor.mark`."""
        self.flush()
        self.store.mark(self.run, name, values)
        self.watcher.mark(name, values)

    def command(self) -> Command | None:
        """See `Monitor.command`."""
        if time.monotonic() - self._asked < WRITE_SECONDS:
            return self.watcher.command()
        self._asked = time.monotonic()
        return self.store.take_command(self.run) or self.watcher.command()

    def flush(self) -> None:
        """Write the points that wait."""
        if self._points:
            self.store.write(self.run, self._points)
            self._points = []
        self._written = time.monotonic()


def _beat(store: RunStore, run: str, over: threading.Event) -> None:
    while not over.wait(BEAT_SECONDS):
        store.beat(run)


def main(run: str) -> int:
    """Execute `run` as a process of its own; returns the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    log.info("The worker has begun.")
    try:
        execute(RunStore(), run)
    except RanklensError as error:
        log.info("The run ended: %s", error)
        return error.exit_code
    log.info("The run is done.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
