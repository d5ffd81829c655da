"""The app as it is served, and the browser that looks at it, for benchmarks and tests alike."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright, ViewportSize

ROOT = Path(__file__).resolve().parent.parent
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
WIDE, NARROW = ViewportSize(width=1280, height=900), ViewportSize(width=390, height=844)
BEGIN_SECONDS = 60.0


def launch(playwright: Playwright) -> Browser:
    """The installed Chromium, without a window."""
    return playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)


@contextmanager
def serve(home: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """The app's address and its process, while it is served with its runs in `home`.

    Raises:
        TimeoutError: when it doesn't answer within a minute.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
        cwd=ROOT,
        env={**os.environ, "RANKLENS_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        begun = time.monotonic()
        while not healthy(address):
            if time.monotonic() - begun > BEGIN_SECONDS:
                raise TimeoutError("The app didn't start.")
            time.sleep(0.05)
        yield address, server
    finally:
        server.terminate()
        server.wait()


def healthy(address: str) -> bool:
    """Whether the app answers at `address`."""
    try:
        with urllib.request.urlopen(f"{address}/_stcore/health"):
            return True
    except urllib.error.URLError:
        return False
