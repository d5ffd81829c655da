"""Hostile text in the page on one sentence: shown letter by letter, in its own direction, and held by the link."""

from playwright.sync_api import expect

from core.config import RunConfig
from core.runs.store import RunStore
from core.runs.worker import execute
from tests.browser.conftest import PATIENCE_MS

HOSTILE = "שלום <img src=x onerror=document.title='owned'> who wrote Hamlet ?"


def test_a_hostile_sentence_is_text_and_the_link_holds_it(page, address, home, heard):
    store = RunStore(home)
    run = store.create(RunConfig(pretrain_epochs=1, retrain_epochs=0), state="running")
    execute(store, run)
    page.goto(f"{address}/try-it?run={run}")
    field = page.get_by_role("textbox", name="Your sentence")
    expect(field).not_to_have_value("", timeout=PATIENCE_MS)
    field.fill(HOSTILE)
    field.press("Control+Enter")
    expect(page.get_by_role("listitem").filter(has_text="onerror").first).to_be_visible(timeout=PATIENCE_MS)
    line = page.get_by_role("list", name="Dense: each token's share")
    assert line.evaluate("node => getComputedStyle(node).direction") == "rtl"
    assert page.locator("img[src='x']").count() == 0
    assert "owned" not in page.title()
    page.reload()
    expect(page.get_by_role("textbox", name="Your sentence")).to_have_value(HOSTILE, timeout=PATIENCE_MS)
    assert heard == []
