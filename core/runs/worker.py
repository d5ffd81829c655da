"""Executing one run and telling the store: in a worker's process, or in the command line's own."""

import _thread
import json
import logging
import os
import signal
import threading
import time
from collections.abc import Callable

from core.errors import RanklensError, StoppedError, StoreError, SupersededError
from core.events import Command, Monitor, Point, Silent, Stage
from core.pipeline import Preparation
from core.pipeline import run as run_pipeline
from core.results import RankCurves, RunResult
from core.runs.claim import Claim
from core.runs.store import STOPPED, RunStore

WRITE_SECONDS = 0.1  # points are written together so often
LISTEN_SECONDS = 0.1
BEAT_SECONDS = 1.0

log = logging.getLogger(__name__)


def execute(
    store: RunStore, run: str, *, watcher: Monitor | None = None, shared: Preparation | None = None
) -> RunResult:
    """Execute a queued run in this process; the store, and `watcher`, hear of it. For `shared`, see the pipeline.

    Raises:
        SupersededError: when the run has become another process's meanwhile; nothing is told of it any more.
        RanklensError: whatever ended the run; the store has it already.
    """
    claim = Claim(store, run, pid=os.getpid())
    heartbeat = Heartbeat(claim)
    monitor = StoreMonitor(claim, heartbeat.take_command, watcher or Silent())
    try:
        config = store.get(run).config
        with store.kept_open(), heartbeat:
            result = run_pipeline(config, monitor=monitor, folder=store.folder(run), shared=shared)
        monitor.flush()
    except (StoppedError, KeyboardInterrupt):
        claim.finish("stopped", error=STOPPED)
        raise
    except RanklensError as error:
        claim.finish("failed", error=str(error))
        raise
    except BaseException as error:
        claim.finish("failed", error=f"The run failed ({type(error).__name__}: {error}); its log says where.")
        raise
    claim.finish("done", result=result)
    return result


class Heartbeat:
    """A thread that beats for a run while it is entered, and listens for commands.

    A stop interrupts the main thread, as Ctrl-C does, so that it is obeyed within a moment in every stage. So does the
    end of the claim to the run. Where that is ignored, as in what a script has put into the background, both are
    commands like others.
    """

    def __init__(self, claim: Claim) -> None:
        """Beat for the run of `claim`."""
        self.claim = claim
        self._command: Command | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)

    def take_command(self) -> Command | None:
        """The command that has come in since the last call."""
        command, self._command = self._command, None
        return command

    def __enter__(self) -> None:
        """Start."""
        self._thread.start()

    def __exit__(self, *exception: object) -> None:
        """Stop."""
        self._over.set()
        self._thread.join()

    def _live(self) -> None:
        beaten = time.monotonic()
        while not self._over.wait(LISTEN_SECONDS):
            try:
                command = self.claim.take_command()
                if time.monotonic() - beaten > BEAT_SECONDS:
                    self.claim.beat()
                    beaten = time.monotonic()
            except SupersededError:
                command = Command("stop")
            except StoreError:
                log.exception("A beat was missed.")  # the lease allows for some; a store gone for good ends the run
                continue
            if command and command.name == "stop" and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
                _thread.interrupt_main()
                return
            self._command = command or self._command


class StoreMonitor:
    """A monitor that writes what it hears to the store, and takes commands from there."""

    def __init__(self, claim: Claim, take_command: Callable[[], Command | None], watcher: Monitor) -> None:
        """Write for the run of `claim`, get commands by `take_command`, and pass everything on to `watcher`."""
        self.claim, self.take_command, self.watcher = claim, take_command, watcher
        self._points: list[Point] = []
        self._written = self._progressed = 0.0

    def stage(self, stage: Stage, note: str) -> None:
        """See `Monitor.stage`."""
        self.flush()
        self.claim.update(stage=stage, note=note, progress=0.0)
        self.watcher.stage(stage, note)

    def progress(self, fraction: float) -> None:
        """See `Monitor.progress`."""
        if time.monotonic() - self._progressed > WRITE_SECONDS:
            self.claim.update(progress=fraction)
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
        self.claim.mark(name, values)
        self.watcher.mark(name, values)

    def curves(self, curves: RankCurves) -> None:
        """See `Monitor.curves`."""
        self.claim.update(curves=json.dumps(curves.to_dict()))
        self.watcher.curves(curves)

    def command(self) -> Command | None:
        """See `Monitor.command`."""
        return self.take_command() or self.watcher.command()

    def flush(self) -> None:
        """Write the points that wait."""
        if self._points:
            self.claim.write(self._points)
            self._points = []
            self._written = time.monotonic()
