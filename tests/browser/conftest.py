"""One app and one browser for all browser tests, and one page, which each test finds as if it were new."""

import pytest
from playwright.sync_api import sync_playwright

from bench.browser import WIDE, launch, serve
from core.runs.store import RunStore
from tests.conftest import end_processes

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


@pytest.fixture(scope="package")
def browser():
    with sync_playwright() as playwright:
        chromium = launch(playwright)
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
