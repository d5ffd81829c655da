"""Uploads on their way in: private files that are gone as soon as nobody needs them, whatever happens."""

import re
import shutil
import tempfile
import time
import weakref
from pathlib import Path
from typing import IO

from core.atomic import store_error
from core.home import home, make_private

LEFT_SECONDS = 24 * 3600  # what a killed process left behind is cleared away after so long
LONGEST_NAME = 100  # characters


class Spool:
    """A private folder for the files of one upload; removed when closed, forgotten, or when the process ends.

    Attributes:
        folder: readable for nobody else, in Ranklens's home, since a temporary folder may be in memory.
    """

    def __init__(self) -> None:
        """Make the folder.

        Raises:
            StoreError: when it can't be made.
        """
        root = home() / "uploads"
        try:
            make_private(root)
            _sweep(root)
            self.folder = Path(tempfile.mkdtemp(dir=root))
        except OSError as error:
            raise store_error(root, error) from None
        self._finalizer = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    def add(self, name: str, stream: IO[bytes]) -> Path:
        """Copy `stream` to a file called almost `name`: no path in it is followed, and no odd character is kept.

        Raises:
            StoreError: when the disk is full; nothing of the file is left then.
        """
        path = self.folder / plain_name(name)
        try:
            with path.open("wb") as file:
                shutil.copyfileobj(stream, file)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise store_error(path, error) from None
        return path

    def close(self) -> None:
        """Remove the folder and all in it."""
        self._finalizer()


def plain_name(name: str) -> str:
    """The last part of an uploaded file's `name`, made of letters, digits, dots, hyphens and underscores."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return re.sub(r"[^\w.-]+", "-", last, flags=re.ASCII).strip("-.")[-LONGEST_NAME:] or "upload"


def _sweep(root: Path) -> None:
    for folder in root.iterdir():
        if time.time() - folder.stat().st_mtime > LEFT_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
