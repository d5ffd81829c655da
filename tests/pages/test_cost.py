"""The page Cost, driven without a browser."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from core.config import RunConfig
from core.profiling.process import COSTS_FILE, measure_run, read_costs
from core.runs.store import RunStore
from core.runs.worker import execute
from tests.pages.test_pages import SHELL
from tests.test_pipeline import config
from ui.navigation import PAGES, page_file


def finished(folder, **options):
    """The id of a finished run of the store, and what it found."""
    store = RunStore()
    run = store.create(config(folder, **options))
    return run, execute(store, run)


def opened(**query):
    """The page alone, with that in its URL."""
    app = AppTest.from_file(str(PAGES / page_file("cost")), default_timeout=60)
    app.query_params.update(query)
    return app.run()


def said(app):
    return " ".join(element.value for element in [*app.caption, *app.info, *app.warning, *app.error])


def test_without_a_finished_run_there_is_one_way_on(no_gallery):
    app = AppTest.from_file(str(SHELL), default_timeout=60)
    app.run().switch_page(page_file("cost")).run()
    assert not app.exception
    assert "No run has finished yet" in said(app)
    assert not app.slider


def test_formula_count_and_what_the_run_measured_stand_side_by_side(corpus_folder):
    run, result = finished(corpus_folder)
    app = opened(run=run)
    assert not app.exception
    assert app.slider[0].value == 2
    macs, stored, found = (table.value for table in app.table)
    rows, width, tokens = result.dataset.vocabulary, 16, result.dataset.tokens_per_text
    naive = macs[macs[""] == "factorised, naive"].iloc[0]
    assert naive["formula"] == r"$T\,r\,d + d\,h$"
    assert naive["with this run's numbers"] == f"{tokens}·2·16 + 16·300"
    assert naive["MACs"] == f"{tokens * 2 * 16 + 16 * 300:,}"
    assert next(iter(stored["bytes"])) == f"{4 * rows * width + 4 * width * 300:,}"
    assert list(found["MACs, closed form"]) == list(found["MACs, thop"])
    assert list(found["MACs, thop"])[2] == f"{result.deployed.macs:,}"
    assert "agree: they differ by 0.0%" in said(app)
    assert "Training held at most" in said(app)
    assert "fixed-point, 8 bits" not in list(found[""])
    assert app.button(key="measure").label == "Measure now"


def test_the_rank_of_the_formulas_is_in_the_url(corpus_folder):
    run, _ = finished(corpus_folder)
    app = opened(run=run, rank="5")
    assert app.slider[0].value == 5
    app.slider[0].set_value(7).run()
    assert app.query_params["rank"] == "7"
    assert "·7·16" in app.table[0].value.iloc[1]["with this run's numbers"]
    for bad in ("0", "many", "-1", "9" * 5000):
        assert opened(run=run, rank=bad).slider[0].value == 2
    assert opened(run=run, rank="17").slider[0].value == 16


def test_measure_now_measures_every_form_and_keeps_it_with_the_run(corpus_folder):
    run, _ = finished(corpus_folder)
    app = opened(run=run)
    app.button(key="measure").click().run()
    assert not app.exception
    costs = read_costs(RunStore().folder(run))
    shown = app.table[2].value
    assert list(shown[""])[-2:] == ["fixed-point, 8 bits", "torch.ao, 8 bits"]
    assert next(iter(shown["one text, p50"])) == f"{costs.models[0].latencies[0].p50_ms:.3g} ms"
    assert app.button(key="measure").label == "Measure again"
    assert "× torch.ao" in said(app)


@pytest.mark.parametrize(
    "options", [{"model": "lstm"}, {"method": "fixed-point", "bits": 4, "rank": None}, {"method": "low-rank-int8"}]
)
def test_any_finished_run_has_its_costs(options, corpus_folder):
    base = {name: value for name, value in config(corpus_folder).to_dict().items() if name not in options}
    own = {name: value for name, value in {**base, **options}.items() if value is not None}
    store = RunStore()
    run = store.create(RunConfig.from_dict(own))
    execute(store, run)
    assert not opened(run=run).exception
    measure_run(store.folder(run))
    app = opened(run=run)
    assert not app.exception
    assert "agree: they differ by 0.0%" in said(app)


def test_a_run_whose_files_are_gone_says_so_and_keeps_its_numbers(corpus_folder):
    run, _ = finished(corpus_folder)
    (RunStore().folder(run) / "deployed.safetensors").unlink()
    app = opened(run=run)
    app.button(key="measure").click().run()
    assert not app.exception
    assert "run it again" in said(app)
    assert not (RunStore().folder(run) / COSTS_FILE).exists()


def test_results_from_before_anything_was_counted_are_shown(corpus_folder):
    store = RunStore()
    run, result = finished(corpus_folder)
    old = result.to_dict()
    del old["peak_rss_bytes"]
    for model in ("dense", "compressed", "deployed"):
        del old[model]["macs_counted"], old[model]["resident_bytes"]
    store.update(run, result=json.dumps(old))
    app = opened(run=run)
    assert not app.exception
    assert set(app.table[2].value["MACs, thop"]) == {"–"}
