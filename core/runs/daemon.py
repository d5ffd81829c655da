"""Daemons of ours: one for each name and store, started on demand, alive for as long as it has something to do.

A file lock, inherited from whoever starts it, makes a daemon the only one from its first moment.
"""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from core.atomic import store_error

ROOT = Path(__file__).resolve().parents[2]
CLEARED_SECONDS = 2.0  # a killed process's memory and files are gone by then


def ensure_daemon(home: Path, name: str, module: str, *arguments: str) -> bool:
    """See that the daemon `name` serves `home`: cheap where it does, else it is started, which takes some seconds.

    Args:
        home: Ranklens's home; the daemon's `RANKLENS_HOME`.
        name: of its lock and its log.
        module: run as `python -m module LOCK *arguments`, LOCK being the file descriptor of the lock that it holds.
        arguments: handed on.

    Returns:
        Whether it had to be started.

    Raises:
        StoreError: when `home` can't be written.
    """
    path = home / f"{name}.lock"
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not _locked(lock):
                return False  # one serves already
            _start(home, name, lock, [module, str(lock), *arguments])
            return True
        finally:
            os.close(lock)
    except OSError as error:
        raise store_error(path, error) from None


def _locked(lock: int) -> bool:
    """Lock the file, unless a daemon holds it; one that was killed just now is given a moment to be cleared away."""
    deadline = time.monotonic() + CLEARED_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() > deadline or not _dead(int(os.pread(lock, 10, 0) or b"0")):
                return False
            time.sleep(0.02)


def _dead(pid: int) -> bool:
    """Whether that process has ended; its threads, which hold its files, may still be ending. Known on Linux alone."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return Path("/proc/self").exists()
    return state in ("Z", "X")


def _start(home: Path, name: str, lock: int, command: list[str]) -> None:
    """A daemon that holds `lock` from its first moment, in a session of its own."""
    environment = {**os.environ, "RANKLENS_HOME": str(home), "OMP_NUM_THREADS": "1"}
    with (home / f"{name}.log").open("wb") as output:
        daemon = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=[lock],
            start_new_session=True,
        )
    os.pwrite(lock, f"{daemon.pid:<10}".encode(), 0)
    threading.Thread(target=daemon.wait, daemon=True).start()  # leaves no zombie when it goes first


def dismiss_daemon(home: Path, name: str) -> None:
    """Ask the daemon, if it serves `home`, to leave."""
    path = home / f"{name}.lock"
    if not path.is_file():
        return
    with path.open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.kill(int(lock.read()), signal.SIGTERM)
