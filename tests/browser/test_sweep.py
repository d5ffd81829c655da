"""A sweep outlives the tab that started it: started in one, watched, cancelled and resumed in another."""

import re
import urllib.parse

from playwright.sync_api import expect

from core.runs.sweeps import SweepStore
from tests.browser.conftest import PATIENCE_MS
from tests.runs.waiting import wait_for


def test_a_sweep_goes_on_without_its_tab_is_cancelled_resumed_and_ends(page, address, home, corpus_folder):
    choice = {"dataset": str(corpus_folder), "vectors": "random", "width": "16", "ranks": "2,3,5"}
    choice |= {
        "pretrain_epochs": "5",
        "retrain_epochs": "20",
        "batch_size": "2",
        "methods": "low-rank,dense+",
        "seeds": "0,1",
    }
    store = SweepStore(home)
    first = page.context.new_page()
    first.goto(f"{address}/sweep?{urllib.parse.urlencode(choice)}")
    first.get_by_role("button", name="Start 8 runs").click()
    first.wait_for_url(re.compile("sweep="))
    sweep = re.search(r"sweep=(\w+)", first.url)[1]
    first.close()
    wait_for(lambda: store.sweep(sweep).trunks)
    page.goto(f"{address}/sweep?sweep={sweep}")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible(timeout=PATIENCE_MS)
    done = {run.id: run.finished for run in store.sweep(sweep).runs if run.state == "done"}
    assert store.sweep(sweep).state == "stopped"
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("8 of 8 runs · done")).to_be_visible(timeout=2 * PATIENCE_MS)
    expect(page.locator(".live-chart .scatterlayer .trace").first).to_be_attached(timeout=PATIENCE_MS)
    expect(page.get_by_text("The smallest that is good enough")).to_be_visible()
    after = {run.id: run.finished for run in store.sweep(sweep).runs}
    assert {run: after[run] for run in done} == done
    point = page.locator(".live-chart .scatterlayer .points path").first
    point.hover(force=True)  # Plotly tells of a click on what is hovered over
    point.click(force=True)
    page.wait_for_url(re.compile(r"[?&]run=\w+"), timeout=PATIENCE_MS)
    run = re.search(r"[?&]run=(\w+)", page.url)[1]
    assert run in after
    expect(page.get_by_role("heading", name="Live run")).to_be_visible(timeout=PATIENCE_MS)
