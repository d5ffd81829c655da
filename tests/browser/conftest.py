"""One app and one browser for all browser tests of a process; each test has a page of its own."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from core.runs.store import RunStore
from tests.conftest import end_processes
from tests.runs.waiting import wait_for

ROOT = Path(__file__).resolve().parents[2]
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
PATIENCE_MS = 60_000


@pytest.fixture(scope="package")
def home(tmp_path_factory):
    """Where the app keeps its runs; tests find those of others there."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="package")
def address(home):
    """Where the app answers."""
    with serve(home) as (base, _):
        yield base
    end_processes(RunStore(home))


@contextlib.contextmanager
def serve(home):
    """The app's address and its process, as long as it is served."""
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
    base = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: answers(f"{base}/_stcore/health"))
        yield base, server
    finally:
        server.terminate()
        server.wait()


def answers(url):
    try:
        with urllib.request.urlopen(url) as answer:
            return answer
    except urllib.error.URLError:
        return None


@pytest.fixture(scope="package")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    opened.close()
