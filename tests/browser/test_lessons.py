"""Lessons in a real browser: each fits a projector; in lesson 4 a curve is drawn, run, and scored."""

import json
import re
import statistics

import pytest
from playwright.sync_api import ViewportSize, expect

from bench.screenshots import STILL
from core.lessons.course import course
from core.lessons.exercises import EXERCISES
from core.runs.claim import Claim
from core.runs.finished import gallery
from core.runs.store import RunStore
from core.runs.sweeps import SweepStore
from tests.browser.conftest import PATIENCE_MS
from tests.runs.waiting import wait_for

PROJECTOR = ViewportSize(width=1280, height=720)
SEED = 7  # of the steps that are only looked at: no other test has runs of it
RANKS = (1, 2, 4, 8, 16)
PATIENT_MS = 4 * PATIENCE_MS  # five models are trained


def test_a_curve_is_drawn_by_clicks_then_run_and_scored(page, address, home):
    page.set_default_timeout(PATIENT_MS)
    store = SweepStore(home)
    others = {sweep.id for sweep in store.sweeps()}
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
    (sweep,) = (sweep for sweep in store.sweeps() if sweep.id not in others)
    assert (sweep.state, sweep.trunks) == ("done", 1)  # one dense model for all five
    made = {record.config.options["rank"]: record.result for record in sweep.runs}
    off = statistics.fmean(abs(guess[rank] - 100 * made[rank].compressed.dev_accuracy) for rank in RANKS)
    expect(page.get_by_text(f"{off:.1f} points", exact=True)).to_be_visible()
    page.set_viewport_size(PROJECTOR)
    assert too_high(page) <= 0
    page.reload()
    expect(page.get_by_text(f"{off:.1f} points", exact=True)).to_be_visible(timeout=PATIENCE_MS)


@pytest.mark.parametrize("lesson", course().values(), ids=lambda lesson: lesson.title)
def test_every_step_fits_a_projector_with_what_is_said_to_an_answer(page, address, home, lesson):
    page.set_viewport_size(PROJECTOR)
    for place, step in enumerate(lesson.steps, start=1):
        exercise = EXERCISES.get(step.exercise).build(step.exercise_parameters, seed=SEED)
        for wanted in exercise.runs():
            stand_in(RunStore(home), wanted)
        guess = "&guess=1:20,2:30,4:40,8:50,16:60" if exercise.sweep() else ""
        page.goto(f"{address}/lessons?lesson={lesson.number}&step={place}&seed={SEED}{guess}")
        expect(page.get_by_role("heading", name=step.title)).to_be_visible(timeout=PATIENCE_MS)
        page.wait_for_function(STILL)
        for answer in page.get_by_role("radiogroup", name="Your answer").get_by_role("radio").all()[:1]:
            answer.click()
        for answer in page.get_by_role("spinbutton", name="Your answer").all():
            answer.fill("1")
            answer.press("Enter")
        expect(page.get_by_test_id("stAlert")).to_be_visible(timeout=PATIENCE_MS)
        page.wait_for_function(STILL)
        assert too_high(page) <= 0, (lesson.number, place)


def stand_in(store, wanted):
    """A recorded run's numbers as if they were what `wanted` came to: they take as much room."""
    recorded = gallery()["questions-dan-plain"]
    claim = Claim(store, store.create(wanted, state="running"))  # or the app's supervisor might take it
    for name, values in recorded.marks.items():
        claim.mark(name, values)
    claim.update(curves=json.dumps(recorded.curves.to_dict()))
    claim.finish("done", result=recorded.result)


def too_high(page):
    """By how many pixels the page is higher than its window."""
    return page.get_by_test_id("stMain").evaluate("main => main.scrollHeight - window.innerHeight")


def click_at(page, rank, *, share):
    """Click into the chart above the tick of `rank`, at a `share` of its height from the top."""
    tick = page.locator(".live-chart .xtick text", has_text=re.compile(f"^{rank}$")).first
    grid = page.locator(".live-chart .gridlayer").first
    column, plot = (wait_for(each.bounding_box) for each in (tick, grid))  # none while the chart is being redrawn
    page.mouse.click(column["x"] + column["width"] / 2, plot["y"] + share * plot["height"])
