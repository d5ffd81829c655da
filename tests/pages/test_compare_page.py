"""The page Compare methods, driven without a browser."""

from core.compression.methods import METHODS
from core.runs.sweeps import SweepStore
from core.runs.trunk_store import TrunkStore
from core.runs.worker import execute
from core.runs.workshop import Workshop
from core.sweep_config import SweepConfig
from tests.pages.test_pages import app as app  # noqa: PLC0414 - a fixture
from tests.test_pipeline import config
from ui.navigation import page_file


def finished(folder):
    """A comparison of four methods at two sizes, one of which the last can't reach."""
    store = SweepStore()
    methods = ("low-rank", "low-rank-int8", "dense+", "fixed-point")
    chosen = SweepConfig(config(folder), methods=methods, metrics=("plain", "task"), compressions=(0.75, 0.9))
    sweep = store.create_sweep(chosen)
    workshop = Workshop(TrunkStore())
    while run := store.claim_next(at_once=1):
        execute(store, run, shared=workshop)
    return store.sweep(sweep)


def opened(app, **link):
    """The page, at a link."""
    app.run()
    app.query_params.clear()
    app.query_params.update(link)
    return app.switch_page(page_file("compare_methods")).run()


def test_the_empty_page_offers_every_method_and_says_what_re_trains(app, started):
    opened(app)
    assert not app.exception
    assert "Press **Start**" in app.info[0].value
    assert app.multiselect(key="compare-new-methods").value == list(METHODS.names())
    said = " ".join(each.value for each in app.markdown)
    assert all(method.build.retrains in said for method in METHODS)


def test_start_makes_a_sweep_of_what_was_chosen(app, started, corpus_folder):
    link = {"dataset": str(corpus_folder), "vectors": "random", "methods": "low-rank,hashed", "compressions": "0.5"}
    opened(app, **link)
    app.button(key="start-comparison").click().run()
    assert not app.exception
    (record,) = SweepStore().sweeps()
    assert record.config.methods == ("low-rank", "hashed")
    assert app.query_params["sweep"] == record.id
    assert started
    app.button(key="cancel").click().run()
    assert SweepStore().sweep(record.id).state == "stopped"


def test_a_finished_comparison_shows_every_method_and_what_keeps_a_target(app, started, corpus_folder):
    record = finished(corpus_folder)
    opened(app, sweep=record.id)
    assert not app.exception
    shown = app.dataframe[0].value
    done = record.counts["done"]
    assert len(shown) == done
    assert {"low-rank, plain", "low-rank, task", "dense+"} <= set(shown["how"])
    assert all(link.startswith("/?run=") for link in shown["run"])
    paper = shown[shown["how"] == "low-rank, plain"]["− paper"]
    assert set(paper) == {""}
    app.number_input(key="target-most_kb").set_value(100_000.0).run()
    assert not app.exception
    assert "on dev; confirmed on test" in app.success[0].value
    app.number_input(key="target-most_kb").set_value(0.1).run()
    assert "Nothing that is done keeps it" in app.info[0].value
