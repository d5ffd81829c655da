"""Lesson 4 in a real browser: draw the curve that is expected, run it, see the truth and a score."""

import re
import statistics

from playwright.sync_api import expect

from core.runs.store import RunStore
from core.runs.sweeps import SweepStore
from tests.browser.test_live import PATIENCE_MS, address, browser, home, page  # noqa: F401 - fixtures
from tests.runs.waiting import wait_for

RANKS = (1, 2, 4, 8, 16)
PATIENT_MS = 4 * PATIENCE_MS  # five models are trained


def test_a_curve_is_drawn_by_clicks_then_run_and_scored(page, address, home):  # noqa: F811
    page.set_default_timeout(PATIENT_MS)
    page.goto(f"{address}/lessons?lesson=4")
    for place, rank in enumerate(RANKS):
        click_at(page, rank, share=0.7 - 0.1 * place)
        expect(page.get_by_label(f"Rank {rank}", exact=True)).not_to_have_value("", timeout=PATIENCE_MS)
    page.wait_for_url(re.compile("16%3A"))
    guess = {int(rank): float(value) for rank, value in re.findall(r"(\d+)%3A(\d+)", page.url)}
    assert list(guess) == list(RANKS)
    assert list(guess.values()) == sorted(guess.values())  # the clicks went up
    page.get_by_role("button", name="Run it").click()
    expect(page.get_by_text(re.compile("You were off by .* points on average"))).to_be_visible(timeout=PATIENT_MS)
    (sweep,) = SweepStore(home).sweeps()
    assert (sweep.state, sweep.trunks) == ("done", 1)  # one dense model for all five
    made = {record.config.options["rank"]: record.result for record in RunStore(home).finished()}
    off = statistics.fmean(abs(guess[rank] - 100 * made[rank].compressed.dev_accuracy) for rank in RANKS)
    expect(page.get_by_text(f"{off:.1f} points", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_text(f"{off:.1f} points", exact=True)).to_be_visible(timeout=PATIENCE_MS)


def click_at(page, rank, *, share):  # noqa: F811
    """Click into the chart above the tick of `rank`, at a `share` of its height from the top."""
    tick = page.locator(".live-chart .xtick text", has_text=re.compile(f"^{rank}$")).first
    grid = page.locator(".live-chart .gridlayer").first
    column, plot = (wait_for(each.bounding_box) for each in (tick, grid))  # none while the chart is being redrawn
    page.mouse.click(column["x"] + column["width"] / 2, plot["y"] + share * plot["height"])
