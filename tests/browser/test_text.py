"""What a link says, as a real browser shows it."""

import string
from urllib.parse import quote

from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE_MS

SIGNS = string.punctuation.translate(str.maketrans("", "", "'\\"))  # which the message, a Python literal, doubles
TEXT = (
    f"{SIGNS} AT&amp;T &lt;b&gt; www.evil.example a@b.example http://evil.example/x "
    "![x](http://evil.example/p.png) *a* _b_ `c` ~d~ $e$ :red[f] :smile: :streamlit: :material/home: a -> b <- c "
    "-- d <= e >= f <b>g</b> <!-- h -->"
)


def test_every_sign_is_shown_and_none_obeyed(page, address, heard):
    page.goto(f"{address}/learning-rates?optimizer={quote(TEXT)}")
    warning = page.get_by_test_id("stAlertContentWarning")
    expect(warning).to_contain_text(TEXT, timeout=PATIENCE_MS)
    expect(warning.locator("a, img, code, em, strong, del, .katex")).to_have_count(0)
    assert heard == []
