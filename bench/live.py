"""What watching costs: `python -m bench.live`. The same run with a page open on it and without, in turns.

Prints a `name ratio bound` line each; also how soon the first point shows, and how fast the server answers meanwhile.
Nothing else should be running.
"""

import argparse
import os
import statistics
import tempfile
import threading
import time
import urllib.parse

from playwright.sync_api import Browser, sync_playwright

from bench.browser import WIDE, healthy, launch, serve
from bench.report import ratio_line, say
from core.config import RunConfig
from core.results import RunResult
from core.runs.store import RunStore
from core.runs.supervisor import dismiss, submit

WATCHED = {"dataset": "film-reviews", "pretrain_epochs": "100", "retrain_epochs": "100"}  # half a minute or so
OVERHEAD, HEALTH_MS, COLD_SECONDS, WARM_SECONDS = 1.03, 50.0, 5.0, 2.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="runs with and without a viewer")
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        os.environ["RANKLENS_HOME"] = home
        store = RunStore()
        browser = launch(playwright)
        with serve(store.root) as (address, _):
            time.sleep(10)  # until the server is warm
            say(ratio_line("first point, cold, s", first_point(browser, address, cold=store), COLD_SECONDS))
            say(ratio_line("first point, warm, s", first_point(browser, address), WARM_SECONDS))
            alone, watched, health = [], [], []
            for _ in range(repeats):
                alone.append(seconds(store, None, address, []))
                watched.append(seconds(store, browser, address, health))
            ratio = statistics.median(watched) / statistics.median(alone)
            say(ratio_line("training with a viewer / without", ratio, OVERHEAD))
            say(ratio_line("health endpoint, p95, ms", statistics.quantiles(health, n=20)[-1], HEALTH_MS))
        browser.close()
        dismiss(store)


def wait(condition: object) -> None:
    """Until `condition` holds."""
    while not condition():  # type: ignore[operator]
        time.sleep(0.05)


def first_point(browser: Browser, address: str, *, cold: RunStore | None = None) -> float:
    """Seconds from a click on Start to the first point on the chart; the supervisor of `cold` is sent home before."""
    page = browser.new_page(viewport=WIDE)
    page.goto(address)
    page.get_by_text("of all words are known").wait_for()
    page.wait_for_function("window.Plotly")  # the page has loaded all it preloads
    page.wait_for_timeout(1_000)
    if cold:
        dismiss(cold)
        page.wait_for_timeout(1_000)
    started = time.perf_counter()
    page.get_by_role("button", name="Start", exact=True).click()
    page.locator(".live-chart .scatterlayer .trace").first.wait_for(state="attached")
    taken = time.perf_counter() - started
    page.get_by_text("What it costs").wait_for(timeout=120_000)
    page.close()
    return taken


def seconds(store: RunStore, browser: Browser | None, address: str, health: list[float]) -> float:
    """Seconds that a run's training and re-training take; with `browser`, it is started and watched on a page."""
    page = browser.new_page(viewport=WIDE) if browser else None
    if page:
        page.goto(f"{address}/?{urllib.parse.urlencode(WATCHED)}")
        page.get_by_text("of all words are known").wait_for()
        page.wait_for_timeout(2_000)
        page.get_by_role("button", name="Start", exact=True).click()
        page.wait_for_function("location.search.includes('run=')")
        run = store.newest(limit=1)[0].id
    else:
        run = submit(store, RunConfig.from_text(WATCHED))
    over = threading.Event()
    prober = threading.Thread(target=probe, args=(address, health, over))
    prober.start()
    wait(lambda: not store.get(run).active)
    over.set()
    prober.join()
    if page:
        page.close()
    result = store.get(run).result
    if not isinstance(result, RunResult):
        raise SystemExit(f"The run failed: {store.get(run).error}")
    return result.seconds.train + result.seconds.retrain


def probe(address: str, times_ms: list[float], over: threading.Event) -> None:
    """Ask the server whether it is well, ten times a second, and note how long each answer takes."""
    while not over.wait(0.1):
        started = time.perf_counter()
        healthy(address)
        times_ms.append(1000 * (time.perf_counter() - started))


if __name__ == "__main__":
    main()
