"""Where Ranklens keeps what it must remember."""

import os
from pathlib import Path

from platformdirs import user_data_path

RESTORABLE_SECONDS = 24 * 3600  # what was deleted is kept for so long


def home() -> Path:
    """The folder for runs and fetched packages: `RANKLENS_HOME`, else the platform's user data folder."""
    named = os.environ.get("RANKLENS_HOME")
    return Path(named).expanduser().absolute() if named else user_data_path("ranklens")
