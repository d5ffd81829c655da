"""How soon a page is there, and how soon a slider answers: `python -m bench.paint`, on recorded runs.

A page is there when its script has ended and every chart is drawn, in a browser that has the app's scripts already, as
every page but the first has. A slider has answered when its chart is drawn anew after the browser has sent the change;
Streamlit waits 0.2 s before it sends one, for more to come, and that time is printed beside. Medians, a `name value
bound` line each. Nothing else should be running.
"""

import statistics
from collections.abc import Iterator

from playwright.sync_api import Page

from bench.browser import WIDE
from bench.report import ratio_line, say
from bench.screenshots import PATIENCE_MS, STILL, empty_home
from core.runs.finished import gallery
from ui.navigation import addresses

PAINTS, PRESSES = 5, 11
PAINT_SECONDS, ANSWER_MS = 2.0, 200.0
SLIDERS = {  # where, and the slider's label; not Sweep's, which changes nothing on the recorded one
    "lesson 2": ("lessons?lesson=2&step=1", "Rank"),
    "spectrum": ("spectrum?run={run}", "Rank"),
    "words": ("words?run={run}", "Rank"),
    "live run": ("?run={run}", "Rank"),
    "learning rates": ("learning-rates", "Learning rate"),
}
# Notes when the browser sends something, and when a chart has been drawn anew.
LISTEN = """() => {
    const send = WebSocket.prototype.send;
    if (!window.sent) WebSocket.prototype.send = function (...all) {
        window.sent.push(performance.now());
        return send.apply(this, all);
    };
    window.sent = []; window.drawn = [];
    for (const chart of document.querySelectorAll(".live-chart:has(svg)"))
        chart.on("plotly_afterplot", () => window.drawn.push(performance.now()));
}"""
ANSWERED = "() => window.sent.length && window.drawn.some(moment => moment > window.sent[0])"
TOOK = "() => [window.sent[0], window.drawn.find(moment => moment > window.sent[0])]"


def main() -> None:
    """Measure and print."""
    run = next(iter(gallery()))
    with empty_home() as (browser, address):
        page = browser.new_page(viewport=WIDE)
        page.set_default_timeout(PATIENCE_MS)
        for name, place in addresses().items():
            seconds = [paint(page, f"{address}/{place}?run={run}") for _ in range(PAINTS + 1)][1:]
            say(ratio_line(f"paint, {name}, s", statistics.median(seconds), PAINT_SECONDS))
        for name, (place, label) in SLIDERS.items():
            paint(page, f"{address}/{place.format(run=run)}")
            waited, answered = zip(*presses(page, label), strict=True)
            say(ratio_line(f"slider, {name}, ms", statistics.median(answered), ANSWER_MS))
            say(f"{'':4}{'and before that, until it was sent, ms':40} {statistics.median(waited):9.3f}")


def paint(page: Page, url: str) -> float:
    """Seconds until the page at `url` is there."""
    page.goto("about:blank")
    page.goto(url, wait_until="commit")
    page.locator("h1, h2").first.wait_for()
    page.wait_for_function(STILL)
    return float(page.evaluate("performance.now()")) / 1000


def presses(page: Page, label: str) -> Iterator[tuple[float, float]]:
    """Milliseconds from a press of a key until it is sent, and from there until a chart is drawn anew."""
    slider = page.get_by_role("slider", name=label).first
    page.evaluate(LISTEN)
    for press in range(PRESSES):
        page.evaluate("() => { window.sent = []; window.drawn = []; }")
        slider.focus()
        pressed = page.evaluate("performance.now()")
        slider.press("End" if press % 2 else "Home")  # from one end to the other, so that its chart does change
        page.wait_for_function(ANSWERED)
        sent, drawn = page.evaluate(TOOK)
        page.wait_for_function(STILL)
        yield sent - pressed, drawn - sent


if __name__ == "__main__":
    main()
