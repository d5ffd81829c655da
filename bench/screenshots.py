"""Pictures of every page on a recorded run, wide and narrow, light and dark: `make screenshots`.

They go to docs/screenshots/. Pages are found by the app's own navigation, so that a new one is among them.
"""

import contextlib
import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from bench.browser import NARROW, WIDE, launch, serve
from bench.report import say
from core.runs.finished import gallery
from core.runs.finished_sweep import recorded_sweeps
from core.runs.store import RunStore
from core.runs.supervisor import dismiss
from ui.navigation import addresses

Scheme = Literal["light", "dark"]
FOLDER = Path(__file__).resolve().parent.parent / "docs" / "screenshots"
VIEWS: dict[str, tuple[ViewportSize, Scheme]] = {
    "wide": (WIDE, "light"),
    "wide-dark": (WIDE, "dark"),
    "narrow": (NARROW, "light"),
    "narrow-dark": (NARROW, "dark"),
}
COLORS = 256  # of a picture: enough for flat pages and their charts, and a third of the bytes
PATIENCE_MS = 120_000
# The script has ended, every component is there, and every chart is drawn but the one that only loads plotly.
STILL = """() => document.querySelector("[data-testid=stApp]").dataset.testScriptState === "notRunning"
    && !document.querySelector("[data-testid=stSkeleton], [data-stale=true]")
    && [...document.querySelectorAll(".stBidiComponent")].every(
        host => host.querySelector("[data-testid^=stBidiComponent]"))
    && [...document.querySelectorAll(".live-chart")].every(
        chart => chart.querySelector("svg") || "preload" in chart.dataset)"""
SETTLE_MS = 1_000  # transitions


def main() -> None:
    """Take every picture, and say how large they are together."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.png"):
        old.unlink()
    run, sweep = next(iter(gallery())), next(iter(recorded_sweeps()))
    with empty_home() as (browser, address):
        for view, (size, scheme) in VIEWS.items():
            page = browser.new_page(viewport=size, color_scheme=scheme)  # one for all, since it keeps the scripts
            page.set_default_timeout(PATIENCE_MS)
            for name, place in addresses().items():
                path = FOLDER / f"{name}-{view}.png"
                path.write_bytes(take(page, f"{address}/{place}?run={run}&sweep={sweep}"))
                say(f"{path.name:40} {path.stat().st_size / 1000:6.0f} kB")
            page.close()
    say(f"{'all':40} {sum(path.stat().st_size for path in FOLDER.glob('*.png')) / 1000:6.0f} kB")


@contextlib.contextmanager
def empty_home() -> Iterator[tuple[Browser, str]]:
    """A browser, and the app's address, on a home of its own where nothing was run yet."""
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        os.environ["RANKLENS_HOME"] = home
        browser = launch(playwright)
        with serve(Path(home)) as (address, _):
            yield browser, address
        browser.close()
        dismiss(RunStore())


def take(page: Page, url: str) -> bytes:
    """The picture of what is at `url` once it stands still, as PNG."""
    page.goto(url)
    page.locator("h1").first.wait_for()
    page.wait_for_function(STILL)
    page.wait_for_timeout(SETTLE_MS)
    picture = Image.open(io.BytesIO(page.screenshot()))
    file = io.BytesIO()
    picture.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


if __name__ == "__main__":
    main()
