"""Charts in a real browser: what a page leaves behind, and what a failed load does."""

from playwright.sync_api import Page, expect

from bench.screenshots import STILL
from core.runs.finished import gallery
from tests.browser.conftest import PATIENCE_MS

DRAWN = ".live-chart .main-svg"


def turn_to(page: Page, group: str, name: str) -> None:
    """Open a page by the menu, which keeps the scripts and what they hold."""
    page.get_by_test_id("stTopNavSection").filter(has_text=group).click()
    page.get_by_test_id("stTopNavDropdownLink").filter(has_text=name).click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible(timeout=PATIENCE_MS)


def listeners(page: Page) -> int:
    """How many wait for the window to change its size."""
    devtools = page.context.new_cdp_session(page)
    window = devtools.send("Runtime.evaluate", {"expression": "window"})["result"]["objectId"]
    found = devtools.send("DOMDebugger.getEventListeners", {"objectId": window})["listeners"]
    devtools.detach()
    return sum(listener["type"] == "resize" for listener in found)


def test_a_page_that_is_left_keeps_no_chart(page, address, heard):
    page.goto(f"{address}/spectrum?run={next(iter(gallery()))}")
    counts = []
    for _ in range(2):
        expect(page.locator(DRAWN).first).to_be_visible(timeout=PATIENCE_MS)
        page.wait_for_function(STILL)
        turn_to(page, "Use", "Runs")
        expect(page.locator(DRAWN)).to_have_count(0)
        counts.append(listeners(page))
        turn_to(page, "Understand", "Spectrum")
    assert counts[0] == counts[1]
    assert heard == []


def test_a_chart_offers_nothing_that_leaves_this_machine(page, address):
    page.goto(f"{address}/spectrum?run={next(iter(gallery()))}")
    page.locator(DRAWN).first.hover(timeout=PATIENCE_MS)
    offered = page.locator(".live-chart .modebar-btn").evaluate_all("all => all.map(each => each.dataset.title)")
    assert "Zoom" in offered
    assert not [title for title in offered if any(word in title for word in ("Share", "Cloud", "Select"))]


def test_a_chart_is_drawn_after_its_script_could_not_be_loaded(page, address):
    script = "**/vendor/plotly.min.js"
    page.route(script, lambda asked: asked.abort())
    with page.expect_event("requestfailed"):
        page.goto(f"{address}/spectrum?run={next(iter(gallery()))}")
    page.unroute(script)
    turn_to(page, "Use", "Runs")
    turn_to(page, "Understand", "Spectrum")
    expect(page.locator(DRAWN).first).to_be_visible(timeout=PATIENCE_MS)
