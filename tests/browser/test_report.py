"""The report in a real browser with the network off: it draws, says nothing on the console, and prints to two pages."""

import io

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from bench.screenshots import STILL
from core.report.page import report_html
from core.report.slides import slides
from core.report.tell import story_of
from core.runs.finished import gallery
from core.runs.finished_sweep import recorded_sweeps
from tests.browser.conftest import PATIENCE_MS
from tests.report.hostile import hostile_run

SHEETS = 2
FINISHED = [*gallery().values(), *recorded_sweeps().values()]


@pytest.fixture
def offline(browser):
    """A page without a network; what it asked for or complained of is in its `troubles`."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    page = context.new_page()
    page.troubles = []
    page.on("console", lambda message: page.troubles.append(message.text))
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.on("dialog", lambda dialog: (page.troubles.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda asked: page.troubles.append(asked.url) if not asked.url.startswith("file:") else None)
    yield page
    context.close()


def open_report(page: Page, run, path):
    path.write_text(report_html(run), encoding="utf-8")
    page.goto(path.as_uri())
    for chart in page.locator(".chart").all():
        chart.locator(".main-svg").first.wait_for()


@pytest.mark.parametrize("finished", FINISHED, ids=lambda finished: finished.id)
def test_it_opens_offline_and_prints_to_two_pages(offline, tmp_path, finished):
    open_report(offline, finished, tmp_path / "report.html")
    story = story_of(finished)
    for name, chart in story.charts.items():
        assert offline.locator(f"#{name} .trace").count() >= len(chart.traces)
    assert offline.locator("#costs .barlayer .point").count() == 6
    printed = PdfReader(io.BytesIO(offline.pdf(prefer_css_page_size=True)))
    texts = [page.extract_text() for page in printed.pages]
    assert len(texts) == SHEETS
    for number in story.numbers:
        assert number.value in texts[0]
    assert "How to get the same numbers" in texts[1]
    width_mm, height_mm = (float(side) * 25.4 / 72 for side in printed.pages[0].mediabox[2:])
    assert (width_mm, height_mm) == pytest.approx((210, 297), abs=0.5)
    assert offline.troubles == []


@pytest.mark.parametrize("finished", [FINISHED[0], FINISHED[-1]], ids=["run", "sweep"])
def test_nothing_in_it_overflows_a_phone(offline, tmp_path, finished):
    offline.set_viewport_size({"width": 390, "height": 844})
    open_report(offline, finished, tmp_path / "report.html")
    assert offline.evaluate("document.documentElement.scrollWidth") <= 390


def test_hostile_text_does_nothing(offline, tmp_path):
    open_report(offline, hostile_run(), tmp_path / "report.html")
    offline.wait_for_timeout(200)
    assert offline.troubles == []


def test_slides_turn_by_arrow_keys_and_fit_a_projector(page, address):
    page.set_viewport_size({"width": 1280, "height": 720})
    for finished in (FINISHED[0], FINISHED[-1]):
        count = len(slides(finished, dark=False))
        page.goto(f"{address}/report?run={finished.id}&present=1")
        for place in range(1, count + 1):
            expect(page.get_by_text(f"{place} of {count}")).to_be_visible(timeout=PATIENCE_MS)
            page.wait_for_function(STILL)
            for box in ("[data-testid=stMain]", ".st-key-slide"):
                hidden = page.locator(box).evaluate("box => box.scrollHeight - box.clientHeight")
                assert hidden <= 1, (finished.id, place, box)
            page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowLeft")
        expect(page.get_by_text(f"{count - 1} of {count}")).to_be_visible()
        assert f"slide={count - 1}" in page.url
