"""The supervisor: a daemon that keeps torch loaded, and forks a worker for each queued run within tens of ms.

A worker whose run is part of a sweep goes on with other runs from the same dense model, which it then has in memory.
While that model is being trained, a free core gets ready for them.

Whoever queues a run sees to it with `ensure` that a supervisor serves the store; one that has nothing to do leaves.
Workers outlive it, and it outlives the page.
"""

import contextlib
import functools
import gc
import importlib
import logging
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable

from core.config import RunConfig
from core.errors import RanklensError, StoreError
from core.events import Silent
from core.runs.daemon import dismiss_daemon, ensure_daemon
from core.runs.executors import executor_at
from core.runs.records import Unreadable
from core.runs.store import RunStore
from core.runs.sweeps import SweepStore
from core.runs.trunk_store import TrunkStore
from core.runs.worker import execute
from core.runs.workshop import Workshop

IDLE_SECONDS = 300.0
POLL_SECONDS = 0.05
REVIVE_SECONDS = 1.0
READY_SECONDS = 0.01  # sooner than the supervisor looks, who would start a process that isn't ready
RUNS_AT_ONCE = os.cpu_count() or 1
NAME = "supervisor"
MOST_DRIVERS = 5  # of one sweep that died while this process looked
DIED = "The process that drives the sweep died again and again; the last lines of its log may say why. Then resume."

log = logging.getLogger(__name__)


def submit(store: RunStore, config: RunConfig) -> str:
    """Queue a run, and see that it will be taken up; returns its id."""
    run = store.create(config)
    ensure(store)
    return run


def ensure(store: RunStore) -> bool:
    """See that a supervisor serves `store`: cheap where one does, else one is started, which takes some seconds.

    Returns:
        Whether it had to be started.

    Raises:
        StoreError: when the store's folder can't be written.
    """
    return ensure_daemon(store.root, NAME, "core.runs.supervisor")


def dismiss(store: RunStore) -> None:
    """Ask the store's supervisor, if there is one, to leave; its workers go on."""
    dismiss_daemon(store.root, NAME)


def serve(store: SweepStore, lock: int) -> None:
    """Take up queued runs until there was nothing to do for `IDLE_SECONDS`, or the store is gone."""
    workers: set[int] = set()
    busy, revived = time.monotonic(), 0.0
    drivers: Counter[str] = Counter()
    while workers or time.monotonic() - busy < IDLE_SECONDS:
        _reap(store, workers)
        if time.monotonic() - revived > REVIVE_SECONDS:
            store.revive()
            revived = time.monotonic()
            if _drive(store, drivers):
                busy = revived
        if run := store.claim_next(at_once=RUNS_AT_ONCE):
            pid = _fork(lock, _work, store, run)
            store.hand_to(run, pid)
            workers.add(pid)
        elif len(workers) < RUNS_AT_ONCE and (run := store.needed_soon()):
            workers.add(_fork(lock, _get_ready, store, run))
        if workers:
            busy = time.monotonic()
        _load_optimizers()  # only now: a run that waited for this process shows its first point a second sooner
        time.sleep(POLL_SECONDS)


@functools.cache
def _load_optimizers() -> None:
    """Import what a process's first optimiser would spend a second on, so that later workers need not."""
    importlib.import_module("torch._dynamo")
    gc.freeze()


def _drive(store: SweepStore, started: Counter[str]) -> bool:
    """See that somebody drives each sweep that goes on elsewhere; returns whether there is any.

    Args:
        store: whose sweeps.
        started: how many drivers each of them needed so far.
    """
    elsewhere = store.elsewhere()
    for sweep, address in elsewhere:
        try:
            started[sweep] += executor_at(address).start(store, sweep)
        except RanklensError as error:
            store.fail_sweep(sweep, str(error))
        if started[sweep] > MOST_DRIVERS:
            store.fail_sweep(sweep, DIED)
            del started[sweep]
    return bool(elsewhere)


def _reap(store: RunStore, workers: set[int]) -> None:
    """Take note of the workers that have ended, and of how."""
    while workers:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        if pid not in workers:
            continue  # a driver
        workers.remove(pid)
        if os.WIFSIGNALED(status):
            name = signal.Signals(os.WTERMSIG(status)).name
            error = f"The run's process was killed ({name}); SIGKILL often means that memory ran out."
        else:
            error = "The run's process ended without a result; its log's last lines may say why."
        store.lose(pid, error)


def _fork(lock: int, work: Callable[[SweepStore, str], int], store: SweepStore, run: str) -> int:
    """A worker that is to `work` on `run`: a copy of this process, torch already loaded; returns its process id."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.close(lock)  # else the lock would be held for as long as this worker lives
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)  # what a stop raises
        code = work(store, run)
    except BaseException:
        log.exception("The worker failed.")
    finally:
        logging.shutdown()
        os._exit(code)  # not sys.exit: the supervisor's own clean-up isn't this process's to do
    raise AssertionError("unreachable")


def _work(store: SweepStore, run: str) -> int:
    """Execute `run`, and where it is part of a sweep, others like it; returns the last one's exit code."""
    record = store.find(run)
    if isinstance(record, Unreadable) or record.sweep is None:
        return _execute(store, run)
    return _work_on(store, run, Workshop(TrunkStore(store.root)))


def _get_ready(store: SweepStore, run: str) -> int:
    """Read what `run` needs while its dense model is trained elsewhere; then work on it, or on what is like it."""
    shared = Workshop(TrunkStore(store.root))
    with contextlib.suppress(RanklensError):  # the run will say it
        shared.load(store.get(run).config, monitor=Silent())
    waiting = True
    while waiting:
        waiting = store.needed_soon(alike=run) is not None  # asked before: the model may stand the moment after
        if claimed := _claim_alike(store, run):
            return _work_on(store, claimed, shared)
        time.sleep(READY_SECONDS)
    return 0


def _work_on(store: SweepStore, run: str | None, shared: Workshop) -> int:
    """Execute `run`, then others from the same dense model; returns the last one's exit code."""
    while run:
        code, done = _execute(store, run, shared), run
        run = _claim_alike(store, run)  # at once, or the supervisor gives it to a process that has to read everything
        if code == 0:
            shared.share(store.folder(done))
    return code


def _claim_alike(store: SweepStore, run: str) -> str | None:
    return store.claim_next(at_once=RUNS_AT_ONCE, alike=run, pid=os.getpid())


def _execute(store: SweepStore, run: str, shared: Workshop | None = None) -> int:
    """Execute `run`, all output going to its log; returns the exit code."""
    output = os.open(store.folder(run) / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(output, stream.fileno())
    os.close(output)
    log.info("The worker has begun.")
    try:
        execute(store, run, shared=shared)
    except (RanklensError, KeyboardInterrupt) as error:
        log.info("The run ended: %s", error or "stopped")
        return getattr(error, "exit_code", 130)
    log.info("The run is done.")
    return 0


def main() -> None:
    """Serve the store of Ranklens's home, holding the lock whose file descriptor is the first argument."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    RunConfig()  # imports every component now, so that no worker has to
    gc.freeze()  # what is loaded stays: no worker's collector has to look through it, and copy its pages
    try:
        serve(SweepStore(), int(sys.argv[1]))
    except StoreError as error:
        log.info("Leaving: %s", error)


if __name__ == "__main__":
    main()
