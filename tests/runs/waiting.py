"""Waiting for other processes, without guessing how long they take."""

import sqlite3
import threading
import time

PATIENCE_SECONDS = 150


def wait_for(condition):
    """What `condition` gives as soon as it gives something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        threading.Event().wait(0.05)
    raise AssertionError("It did not happen in time.")


def pid_of(store, run):
    with sqlite3.connect(store.root / "runs.sqlite3") as db:
        (pid,) = db.execute("SELECT pid FROM runs WHERE id = ?", (run,)).fetchone()
    db.close()
    return pid
