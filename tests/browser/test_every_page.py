"""Every page in a real browser, on a recorded run: accessible, quiet, in its bounds, and asking nobody else."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from bench.browser import serve
from bench.screenshots import STILL, VIEWS
from core.runs.finished import gallery
from core.runs.store import RunStore
from tests.browser.conftest import PATIENCE_MS
from tests.conftest import end_processes
from ui.navigation import addresses

SERIOUS = {"serious", "critical"}
# Rule, where, and why it can't be mended here.
OF_STREAMLITS_OWN = (
    ("list", "[data-testid=stSidebarNav]", "the menu of narrow windows puts its groups as boxes into its list"),
    ("listitem", "[data-testid=stSidebarNav]", "the same boxes"),
)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    with serve(home) as (base, _):
        yield base
    end_processes(RunStore(home))


@pytest.fixture(scope="module", params=["wide", "narrow-dark"])  # each width and each theme once
def only_page(request, browser):
    viewport, scheme = VIEWS[request.param]
    page = browser.new_page(viewport=viewport, color_scheme=scheme)
    page.set_default_timeout(PATIENCE_MS)
    yield page
    page.close()


def open_still(page, url):
    page.goto(url)
    page.locator("h1").first.wait_for()
    page.wait_for_function(STILL)


def violations(page):
    """What axe holds to be serious, but for what is Streamlit's own; one line an element."""
    return [
        f"{rule['id']}: {node['html'][:200]} {node.get('failureSummary', '')}"
        for rule in Axe().run(page).response["violations"]
        for node in rule["nodes"]
        if rule["impact"] in SERIOUS and not excused(page, rule["id"], node["target"][0])
    ]


def excused(page, rule, target):
    """Whether the element is in a place where Streamlit's own markup breaks that rule."""
    inside = "([target, place]) => document.querySelector(target)?.closest(place) != null"
    places = [place for named, place, _ in OF_STREAMLITS_OWN if named == rule]
    return any(page.evaluate(inside, [target, place]) for place in places)


@pytest.mark.parametrize("name", addresses())
def test_page(page, address, heard, name):
    open_still(page, f"{address}/{addresses()[name]}?run={next(iter(gallery()))}")
    assert not page.get_by_test_id("stException").count()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    for chart in page.locator(".live-chart:has(svg)").all():
        assert chart.get_attribute("aria-label").endswith(".")
    assert heard == []


@pytest.mark.parametrize("only_page", ["wide"], indirect=True)
def test_the_main_ways_are_open_to_the_keyboard(page, address):
    open_still(page, address)
    reached = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.innerText || document.activeElement.ariaLabel || ''").strip())
    assert {"Start", "Look around", "Run it yourself"} <= reached
