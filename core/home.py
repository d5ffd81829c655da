"""Where Ranklens keeps what it must remember."""

import os
from pathlib import Path

from platformdirs import user_data_path

from core.errors import StoreError
from core.paths import looking_at

RESTORABLE_SECONDS = 24 * 3600  # what was deleted is kept for so long


def home() -> Path:
    """The folder for runs and fetched packages: `RANKLENS_HOME`, else the platform's user data folder.

    Raises:
        StoreError: when `RANKLENS_HOME` is no path that could be one.
    """
    named = os.environ.get("RANKLENS_HOME")
    if not named:
        return user_data_path("ranklens")
    with looking_at(f"RANKLENS_HOME={named}", StoreError):
        path = Path(named).expanduser().absolute()
        path.exists()
    return path


def make_private(folder: Path) -> None:
    """Make `folder`, and those above it, where they aren't there, so that nobody else reads what will be in them."""
    for each in (*reversed(folder.parents), folder):
        each.mkdir(mode=0o700, exist_ok=True)
