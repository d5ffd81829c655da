"""Has a run's models measured by a process of their own, and keeps what it found with the run."""

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from core.atomic import write_atomically
from core.errors import BundleError
from core.events import silent
from core.results import Costs

COSTS_FILE = "costs.json"
TIMEOUT_SECONDS = 180.0
TICK_SECONDS = 0.2  # `progress` is called so often at least, and may raise then
ROOT = Path(__file__).resolve().parents[2]


def measure_run(
    folder: Path, *, progress: Callable[[float], None] = silent, timeout_seconds: float = TIMEOUT_SECONDS
) -> Costs:
    """Measure the models that a run left in `folder`, and keep the result there.

    Args:
        folder: the run's.
        progress: hears the share that is done; whatever it raises ends the process, and is raised.
        timeout_seconds: after so long the process is ended.

    Raises:
        BundleError: when what the run left can't be used, or the process dies or takes too long.
        StoreError: when the result can't be written.
    """
    command = [sys.executable, "-m", "core.profiling.measure", str(folder)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
        ) as process,
    ):
        try:
            costs = _listen(process, progress, timeout_seconds)
        finally:
            process.kill()
        if costs is None:
            process.wait()
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip().splitlines()
            raise BundleError(said[-1] if said else f"The measuring process ended with {process.returncode}.")
    write_atomically(folder / COSTS_FILE, json.dumps(costs.to_dict()).encode())
    return costs


def read_costs(folder: Path) -> Costs | None:
    """What `measure_run` found, if it was asked to and what it wrote can still be read."""
    try:
        return Costs.from_dict(json.loads((folder / COSTS_FILE).read_bytes()))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _listen(
    process: subprocess.Popen[bytes], progress: Callable[[float], None], timeout_seconds: float
) -> Costs | None:
    """Pass on what the process says, until its costs come; None where it ends without."""
    lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(process.stdout, lines), daemon=True).start()
    deadline, share = time.monotonic() + timeout_seconds, 0.0
    while time.monotonic() < deadline:
        progress(share)
        try:
            line = lines.get(timeout=TICK_SECONDS)
        except queue.Empty:
            continue
        if line is None:
            return None
        said = json.loads(line)
        if "costs" in said:
            return Costs.from_dict(said["costs"])
        share = said["progress"]
    raise BundleError(f"Measuring took more than {timeout_seconds:g} seconds and was ended; is the machine very busy?")


def _read(stream: IO[bytes], lines: "queue.SimpleQueue[bytes | None]") -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)
