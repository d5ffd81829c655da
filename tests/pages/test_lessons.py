"""The page Lessons, driven without a browser: every step of every lesson."""

import pytest
from streamlit.testing.v1 import AppTest

from core.lessons.course import course
from core.runs.sweeps import SweepStore
from tests.pages.test_pages import SHELL
from ui.navigation import page_file

STEPS = [(str(lesson.number), str(place)) for lesson in course().values() for place in range(1, len(lesson.steps) + 1)]

LONG = "9" * 5000


@pytest.fixture
def app():
    return AppTest.from_file(str(SHELL), default_timeout=30).run().switch_page(page_file("lessons"))


def open_at(app, **query):
    app.query_params.update(query)
    app.run()
    assert not app.exception
    return app


def test_without_a_lesson_all_are_listed(app):
    open_at(app)
    assert app.title[0].value == "Lessons"
    assert len([caption for caption in app.caption if "steps." in caption.value]) == len(course())


@pytest.mark.parametrize(("lesson", "step"), STEPS)
def test_every_step_opens(app, lesson, step):
    open_at(app, lesson=lesson, step=step)
    assert app.header[0].value == course()[int(lesson)].steps[int(step) - 1].title
    assert (app.query_params["lesson"], app.query_params["step"]) == (lesson, step)


def test_a_step_is_a_link_with_its_controls(app):
    open_at(app, lesson="2", step="1", rank="3", seed="4")
    slider = app.slider(key="lesson-2-1-4-rank")
    assert slider.value == 3
    slider.set_value(2).run()
    assert app.query_params["rank"] == "2"


def test_hidden_controls_keep_their_value(app):
    open_at(app, lesson="2", step="1", rank="3", hide="rank")
    assert [slider.label for slider in app.slider] == ["Seed"]
    assert any("Rank 3 keeps" in info.value for info in app.info)


def test_an_answer_is_checked_at_once_and_kindly(app):
    open_at(app, lesson="2", step="2")
    answer = app.number_input(key="lesson-2-2-0-answer")
    answer.set_value(7.0).run()
    assert "Not quite" in app.info[0].value
    app.number_input(key="lesson-2-2-0-answer").set_value(20.0).run()
    assert "20" in app.success[0].value


def test_a_curve_must_be_drawn_before_it_can_be_run(app, started):
    open_at(app, lesson="4", guess="1:20,2:30,4:40,8:50")
    assert app.button(key="lesson-4-1-0-run").disabled
    app.number_input(key="lesson-4-1-0-guess-16").set_value(60.0).run()
    assert app.query_params["guess"] == "1:20,2:30,4:40,8:50,16:60"
    app.button(key="lesson-4-1-0-run").click().run()
    (sweep,) = SweepStore().sweeps()
    assert {run.config.options["rank"] for run in sweep.runs} == {1, 2, 4, 8, 16}
    assert SweepStore().newest() == []
    app.button(key="lesson-4-1-0-stop").click().run()
    assert SweepStore().sweep(sweep.id).state == "stopped"
    app.run()
    assert "5 of 5 runs ended without a result" in app.info[0].value
    app.button(key="lesson-4-1-0-run").click().run()
    assert [(each.id, each.state) for each in SweepStore().sweeps()] == [(sweep.id, "queued")]


@pytest.mark.parametrize(
    "query",
    [
        *({"lesson": "99"}, {"lesson": "two"}, {"step": "99"}, {"rank": "many"}, {"guess": "1:a,2"}, {"seed": "-1"}),
        *({"lesson": LONG}, {"lesson": "2", "rank": LONG}, {"seed": LONG}, {"step": LONG}),
    ],
)
def test_a_bad_link_still_opens(app, query):
    open_at(app, **{"lesson": "4", **query})
