"""A spreadsheet's CSV in a real browser: uploaded, saved, used, trained to the end and exported; and two at once."""

import dataclasses
import re

from playwright.sync_api import expect

from core.bundles import load_bundle
from core.config import RunConfig
from core.data import SavedCorpora, load_corpus
from core.pipeline import run as run_pipeline
from core.runs.store import RunStore
from tests.browser.conftest import PATIENCE_MS
from tests.test_pipeline import without_timings

QUESTIONS = {
    "Person": ("Wer schrieb\r\n„Hamlet“?", "Wer malte die „Mona Lisa“; und wann?"),
    "Ort": ("Wo liegt Paris?", 'Wo steht "der" Turm?'),
    "<script>alert(1)</script>": ("أين تقع القاهرة؟", "كم عدد النجوم؟"),
}


def spreadsheet(folder):
    """What a German spreadsheet exports: UTF-8 with a mark, semicolons, Windows line ends, line ends in cells."""
    rows = ["\ufeffNr;Frage;Art"]
    for number in range(150):
        kind = list(QUESTIONS)[number % 3]
        question = QUESTIONS[kind][number // 3 % 2].replace('"', '""')
        rows.append(f'{number};"{question} {number}";{kind}')
    path = folder / "Fragen 2024 <b>.csv"
    path.write_bytes("".join(f"{row}\r\n" for row in rows).encode())
    return path


def upload(page, address, path):
    page.goto(f"{address}/data")
    page.get_by_role("button", name="Add texts of your own").click()
    page.locator("input[type=file]").set_input_files(path)
    expect(page.get_by_role("button", name="Save")).to_be_enabled(timeout=PATIENCE_MS)


def save(page, name):
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_role("textbox", name="Name").press("Enter")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(f"corpus={name}"), timeout=PATIENCE_MS)


def test_a_spreadsheet_is_uploaded_trained_and_exported(page, address, home, heard, tmp_path):
    path = spreadsheet(tmp_path)
    upload(page, address, path)
    cell = page.get_by_role("cell", name="أين تقع القاهرة؟ 2")
    assert cell.evaluate("cell => getComputedStyle(cell).direction") == "rtl"
    expect(page.get_by_role("cell", name="<script>alert(1)</script>").first).to_be_visible()
    save(page, "fragen")
    expect(page.get_by_text("Texts of each class")).to_be_visible()
    page.get_by_role("button", name="Use it").click()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("What it costs")).to_be_visible(timeout=PATIENCE_MS)
    run = re.search(r"run=(\w+)", page.url)[1]
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    download.value.save_as(tmp_path / "bundle.zip")
    bundle = load_bundle(tmp_path / "bundle.zip")
    assert set(bundle.classes) == set(QUESTIONS)
    assert bundle.predict(["Wo liegt Rom?"])[0]["label"] == "Ort"
    assert heard == []
    assert list((home / "uploads").iterdir()) == []
    assert SavedCorpora(home).get("fragen").content_hash == load_corpus(str(path), seed=0).content_hash
    shown = RunStore(home).get(run).result
    same = run_pipeline(dataclasses.replace(RunConfig(options={"compression": 0.9}), dataset=str(path)))
    for part in ("dense", "compressed", "deployed"):
        assert without_timings(shown.to_dict())[part] == without_timings(same.to_dict())[part]


def test_two_uploads_at_once_keep_to_themselves(page, address, home, tmp_path):
    other = page.context.new_page()
    paths = []
    for name, words in (("one", "erste"), ("two", "zweite")):
        paths.append(tmp_path / f"{name}.csv")
        paths[-1].write_text("text,label\n" + "".join(f"{words} {n},{n % 2}\n" for n in range(40)))
    upload(page, address, paths[0])
    upload(other, address, paths[1])
    save(page, "one")
    save(other, "two")
    saved = SavedCorpora(home)
    assert {text.split()[0] for text, _ in saved.first_rows("one", 50)} == {"erste"}
    assert {text.split()[0] for text, _ in saved.first_rows("two", 50)} == {"zweite"}
    other.close()
