"""Links to the page that is open already: what they ask for is chosen, and nothing that was typed is lost."""

import pytest

from core.config import RunConfig
from core.runs.finished import gallery
from core.runs.finished_sweep import recorded_sweeps
from core.runs.sweeps import SweepStore
from core.sweep_config import SweepConfig
from core.words import title_of
from tests.pages.test_pages import app as app  # noqa: PLC0414 - a fixture
from tests.test_pipeline import config
from ui.navigation import page_file


def follow(app, link):
    """A click on a link to the page that is open."""
    app.query_params.clear()
    app.query_params.update(link)
    app.run()
    assert not app.exception


def control(kind, label):
    """The control called `label` among those of a `kind`."""
    return next(each for each in kind if each.label == label)


def test_a_recorded_run_is_taken_into_the_form_and_edits_are_kept(app, monkeypatch):
    monkeypatch.setattr("ui.followed.LATE_SECONDS", 0.0)
    run = next(run for run in gallery().values() if run.config.model == "lstm")
    app.run()
    for _ in range(2):
        follow(app, run.config.to_text())
        assert control(app.selectbox, "Model").value == "lstm"
        assert RunConfig.from_text(dict(flat(app))) == run.config
        for model in ("dan", "lstm", "dan"):
            control(app.selectbox, "Model").set_value(model).run()
            assert flat(app).get("model", "dan") == model
            app.run()
            assert control(app.selectbox, "Model").value == model


def flat(app):
    """What the URL holds."""
    return {name: texts[0] if isinstance(texts, list) else texts for name, texts in app.query_params.items()}


@pytest.mark.parametrize(("seconds", "model"), [(float("inf"), "lstm"), (0.0, "dan")])
def test_an_address_that_is_late_is_no_link(app, monkeypatch, seconds, model):
    monkeypatch.setattr("ui.followed.LATE_SECONDS", seconds)
    app.run()
    before = flat(app)
    control(app.selectbox, "Model").set_value("lstm").run()
    follow(app, before)
    assert control(app.selectbox, "Model").value == model
    assert flat(app).get("model", "dan") == model


@pytest.mark.parametrize("page", ["live_run", "sweep", "compare_methods"])
def test_there_is_a_way_back_from_what_is_open(app, page):
    kind, recorded = ("run", gallery()) if page == "live_run" else ("sweep", recorded_sweeps())
    app.run().switch_page(page_file(page))
    follow(app, {"model": "lstm"})
    assert "back" not in [button.key for button in app.button]
    follow(app, {kind: next(iter(recorded))})
    app.button(key="back").click().run()
    assert not app.exception
    assert kind not in app.query_params
    assert control(app.selectbox, "Model").value == "dan"
    assert any("Press **Start**" in info.value for info in app.info)


@pytest.mark.parametrize("page", ["live_run", "sweep", "compare_methods"])
def test_beside_start_stands_what_it_would_start(app, page):
    kind, recorded = ("run", gallery()) if page == "live_run" else ("sweep", recorded_sweeps())
    opened = next(iter(recorded.values()))
    base = opened.config if page == "live_run" else opened.config.base
    app.run().switch_page(page_file(page))
    follow(app, {kind: opened.id})
    before = settings(app, base.model)
    assert len(before) == 1
    control(app.selectbox, "Model").set_value("cnn").run()
    assert not app.exception
    assert len(settings(app, "cnn")) == 1
    assert settings(app, base.model) == [f"Open here: {before[0]}"]


def settings(app, model):
    """The main column's captions about a `model`."""
    title = title_of("model", model)
    said = [caption.value.replace("\\", "") for caption in app.main.caption]
    return [each for each in said if f" · {title}" in each]


@pytest.mark.parametrize("page", ["sweep", "compare_methods"])
def test_a_sweep_is_taken_into_the_form(app, page):
    app.run()
    app.query_params.clear()
    app.switch_page(page_file(page)).run()
    follow(app, SweepConfig(RunConfig(), methods=("hashed",), compressions=(0.7,)).to_text())
    assert control(app.multiselect, "Methods").value == ["hashed"]
    assert control(app.text_input, "Compressions").value == "0.7"


def test_a_rate_that_was_found_is_drawn(app, corpus_folder):
    app.run()
    texts = config(corpus_folder).to_text()
    app.query_params.clear()
    app.query_params.update(texts | {"view": "range"})
    app.switch_page(page_file("learning_rates")).run()
    app.segmented_control[0].set_value("range").run()
    follow(app, texts | {"view": "draw", "learning_rate": "0.03"})
    assert app.segmented_control[0].value == "draw"
    assert flat(app)["learning_rate"] == "0.03"


def test_a_link_to_the_open_view_of_learning_rates_moves_all_its_controls(app):
    app.run()
    app.query_params.clear()
    app.query_params["model"] = "dan"
    app.switch_page(page_file("learning_rates")).run()
    follow(app, {"schedule": "constant", "learning_rate": "0.03", "model": "lstm", "log": "true"})
    assert control(app.selectbox, "Schedule").value == "constant"
    assert control(app.select_slider, "Learning rate").value == 0.03
    assert control(app.toggle, "Logarithmic").value
    for epochs in ("5", "7"):
        follow(app, {"view": "range", "highest": "0.1", "test_epochs": epochs})
        assert control(app.slider, "Epochs").value == int(epochs)
    for seeds in ("5", "7"):
        follow(app, {"view": "race", "schedules": "calr", "seeds": seeds, "rates": f"sgd:0.{seeds}"})
        assert control(app.multiselect, "Schedules").value == ["calr"]
        assert control(app.slider, "Seeds").value == int(seeds)
        assert control(app.select_slider, "SGD: highest rate").value == float(f"0.{seeds}")


def test_each_sweep_has_its_own_executor(app, started, corpus_folder):
    store = SweepStore()
    chosen = SweepConfig(config(corpus_folder), methods=("low-rank",), ranks=(2, 3))
    sweeps = [store.create_sweep(chosen, executor=address) for address in ("local", "dask://10.0.0.5:8786")]
    for sweep in sweeps:
        store.cancel_sweep(sweep)
    app.run()
    app.query_params.clear()
    app.query_params["sweep"] = sweeps[0]
    app.switch_page(page_file("sweep")).run()
    assert control(app.selectbox, "Executor").value == "local"
    follow(app, {"sweep": sweeps[1]})
    assert control(app.selectbox, "Executor").value == "dask"
    assert control(app.text_input, "Scheduler's address").value == "10.0.0.5:8786"
