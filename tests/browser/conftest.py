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
from playwright.sync_api import ViewportSize, sync_playwright

from core.runs.store import RunStore
from tests.conftest import end_processes
from tests.runs.waiting import wait_for

ROOT = Path(__file__).resolve().parents[2]
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
PATIENCE_MS = 60_000
WIDE = ViewportSize(width=1280, height=900)


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


@pytest.fixture(scope="package")
def only_page(browser):
    """One page for all, since it keeps the scripts: a new one takes seconds to compile them."""
    context = browser.new_context(viewport=WIDE)  # other tabs of which are opened by `page.context.new_page()`
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(only_page):
    """The page, and nothing that others have left on it."""
    size = only_page.viewport_size
    yield only_page
    only_page.goto("about:blank")
    only_page.context.clear_cookies()
    only_page.set_viewport_size(size)
    only_page.set_default_timeout(PATIENCE_MS)


@pytest.fixture
def heard(page, address):
    """What the page complains of, pops up, or asks others than the app for."""
    told = []
    ours = (address, address.replace("http", "ws"), "data:", "blob:", "about:")
    listeners = {
        "pageerror": lambda error: told.append(str(error)),
        "console": lambda message: told.append(message.text) if message.type == "error" else None,
        "request": lambda asked: None if asked.url.startswith(ours) else told.append(asked.url),
        "dialog": lambda dialog: (told.append(dialog.message), dialog.dismiss()),
    }
    for event, listener in listeners.items():
        page.on(event, listener)
    yield told
    for event, listener in listeners.items():
        page.remove_listener(event, listener)
