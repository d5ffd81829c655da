"""The real app in a real browser: the whole way from Start to the numbers, and what must survive a reload."""

import os
import re
import signal
import urllib.request

from playwright.sync_api import Page, expect

from bench.browser import serve
from core.config import RunConfig
from core.pipeline import run as run_pipeline
from core.runs.finished import gallery
from core.runs.store import RunStore
from tests.browser.conftest import PATIENCE_MS
from tests.runs.test_supervisor import supervisor_pid
from tests.runs.waiting import pid_of, wait_for
from tests.test_pipeline import without_timings


def start(page: Page, url: str) -> str:
    """Press Start on `url`; returns the new run's id."""
    page.goto(url)
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url(re.compile("run="))
    return re.search(r"run=(\w+)", page.url)[1]


def test_a_run_is_watched_to_its_end_and_equals_the_command_line(page, address, home, heard):
    run = start(page, address)
    expect(page.locator(".live-chart .scatterlayer .trace").first).to_be_attached(timeout=PATIENCE_MS)
    expect(page.get_by_text("What it costs")).to_be_visible(timeout=PATIENCE_MS)
    shown = RunStore(home).get(run).result
    chosen = RunConfig(options={"compression": 0.9})
    assert without_timings(shown.to_dict()) == without_timings(run_pipeline(chosen).to_dict())
    accuracy = f"{shown.compressed.test_accuracy:.1%}"
    page.reload()
    expect(page.get_by_text(accuracy, exact=True)).to_be_visible(timeout=PATIENCE_MS)
    other = page.context.new_page()
    other.goto(f"{address}/?run={run}")
    expect(other.get_by_text(accuracy, exact=True)).to_be_visible(timeout=PATIENCE_MS)
    other.close()
    assert heard == []


def test_a_page_opened_by_its_own_address_makes_no_error(page, address, heard):
    page.goto(f"{address}/runs")
    expect(page.get_by_role("heading", name="Runs")).to_be_visible(timeout=PATIENCE_MS)
    assert heard == []


def test_a_link_to_the_page_that_is_open_is_followed_and_edits_are_kept(page, address):
    page.goto(address)
    place = [run.config.model for run in gallery().values()].index("lstm")
    page.get_by_role("link", name="Run it yourself").nth(place).click()
    expect(page).to_have_url(re.compile("model=lstm"), timeout=PATIENCE_MS)
    model = page.get_by_role("combobox", name="Model")
    expect(model).to_have_value("LSTM", timeout=PATIENCE_MS)
    page.get_by_test_id("stSidebar").get_by_text("Rank", exact=True).click()  # in place of a share
    expect(page).to_have_url(re.compile("model=lstm&rank="), timeout=PATIENCE_MS)
    expect(model).to_have_value("LSTM")


def test_stop_ends_the_run(page, address, home):
    run = start(page, f"{address}/?pretrain_epochs=100&batch_size=5")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("The run was stopped.")).to_be_visible(timeout=PATIENCE_MS)
    assert RunStore(home).get(run).state == "stopped"
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled()


def test_a_killed_worker_is_told_and_the_next_run_starts(page, address, home):
    run = start(page, f"{address}/?pretrain_epochs=100&batch_size=5")
    store = RunStore(home)
    wait_for(lambda: store.points(run))
    os.kill(pid_of(store, run), signal.SIGKILL)
    expect(page.get_by_text("was killed (SIGKILL)")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("The worker has begun")).to_be_visible()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_enabled()
    assert store.get(run).state == "lost"


def test_a_killed_supervisor_is_not_noticed(page, address, home):
    run = start(page, f"{address}/?pretrain_epochs=10&retrain_epochs=1")
    store = RunStore(home)
    wait_for(lambda: store.points(run))
    os.kill(supervisor_pid(store), signal.SIGKILL)
    expect(page.get_by_text("What it costs")).to_be_visible(timeout=PATIENCE_MS)
    following = start(page, f"{address}/?pretrain_epochs=1&retrain_epochs=1")
    expect(page.get_by_text("What it costs")).to_be_visible(timeout=PATIENCE_MS)
    assert store.get(run).state == store.get(following).state == "done"


def test_a_killed_server_leaves_the_run_going_for_the_next_one(page, address, home):
    store = RunStore(home)
    with serve(home) as (killed, server):
        run = start(page, f"{killed}/?pretrain_epochs=100&batch_size=5")
        wait_for(lambda: store.points(run))
        server.kill()
    page.goto(f"{address}/?run={run}")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("The run was stopped.")).to_be_visible(timeout=PATIENCE_MS)
    start(page, f"{address}/?pretrain_epochs=1&retrain_epochs=1")
    expect(page.get_by_text("What it costs")).to_be_visible(timeout=PATIENCE_MS)


def test_compress_now_ends_training_at_the_asked_rank(page, address, home):
    run = start(page, f"{address}/?pretrain_epochs=100&batch_size=5&retrain_epochs=1")
    page.get_by_label("At rank", exact=True).fill("3")
    page.get_by_label("At rank", exact=True).press("Enter")
    page.get_by_role("button", name="Compress now").click()
    expect(page.get_by_text("now at rank 3")).to_be_visible(timeout=PATIENCE_MS)
    assert RunStore(home).marks(run)["dense"]["epoch"] < 100


def test_two_runs_are_compared_and_nothing_leaves_the_machine(page, address, heard):
    runs = [
        start(page, f"{address}/?pretrain_epochs=1&retrain_epochs=1&rank={rank}") for rank in finished(page, (2, 9))
    ]
    page.goto(f"{address}/runs")
    for run in runs:
        page.locator(f".st-key-compare-{run}").get_by_text("Compare").click()
    expect(page.get_by_text("Side by side")).to_be_visible()
    expect(page.locator(".live-chart .scatterlayer .trace").first).to_be_attached()
    assert heard == []


def finished(page, ranks):
    """Each of `ranks`; the run that was started with it is waited for before the next one comes."""
    for rank in ranks:
        yield rank
        expect(page.get_by_text("What it costs")).to_be_visible(timeout=PATIENCE_MS)


def test_plotly_is_served_locally_with_security_headers(address):
    with urllib.request.urlopen(f"{address}/vendor/plotly.min.js") as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Type"].startswith("text/javascript")
