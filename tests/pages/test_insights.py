"""The pages on one finished run: empty, on a run of the store, on a recorded one without models."""

import dataclasses
import json
from functools import partialmethod
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.insights.answers import examples
from core.insights.kept_words import KeptWords
from core.insights.opened import open_models, read_texts
from core.insights.recording import insights_of
from core.insights.spectrum import spectrum
from core.insights.tables import take_apart
from core.runs import finished
from core.runs.finished import Provenance, finished_run
from core.runs.store import RunStore
from core.runs.worker import execute
from tests.test_pipeline import config
from ui.navigation import page_file

SHELL = Path(__file__).resolve().parents[2] / "pages" / "_shell.py"


@pytest.fixture
def app():
    return AppTest.from_file(str(SHELL), default_timeout=30)


@pytest.fixture
def run(corpus_folder):
    store = RunStore()
    made = store.create(config(corpus_folder, rank=1, metric="plain", retrain_epochs=0), state="running")
    execute(store, made)
    return finished_run(store, made)


def opened(app, page):
    return app.run().switch_page(page_file(page)).run()


def recorded(run, monkeypatch, **insights):
    """The same run as the gallery would hold it, instead of the store."""
    RunStore().delete(run.id)
    return beside(run, monkeypatch, **insights)


def beside(run, monkeypatch, **insights):
    """The same run as the gallery would hold it, and the store too."""
    kept = dataclasses.replace(run, id="kept", recorded=Provenance("make gallery", "2026-11-24", "abc"))
    kept = type(run).from_json(dataclasses.replace(kept, insights=json.loads(json.dumps(insights))).to_json())
    monkeypatch.setattr(finished, "gallery", lambda: {"kept": kept})
    monkeypatch.setattr("ui.picker.gallery", lambda: {"kept": kept})
    return kept


@pytest.mark.parametrize("page", ["try_it", "spectrum", "words"])
def test_without_a_run_each_page_says_where_to_get_one(app, page, no_gallery):
    opened(app, page)
    assert not app.exception
    assert app.info[0].value == "No run has finished yet."


def test_a_sentence_goes_through_all_three_models(app, run):
    app = opened(app, "try_it")
    assert not app.exception
    assert app.text_area(key="text").value
    app.text_area(key="text").set_value("w1 good <b>unheard</b>").run()
    assert [metric.value for metric in app.metric][:1] == ["positive"]
    assert [metric.label for metric in app.metric] == ["Dense", "Compressed", "Deployed"]
    assert "Exact" in " ".join(caption.value for caption in app.caption)
    assert app.query_params["run"] in (run.id, [run.id])


def test_a_text_that_is_too_long_is_said_to_be_cut(app, run):
    app = opened(app, "try_it")
    app.text_area(key="text").set_value("good " * 203).run()
    assert "Only the first 200 words are read, as in training; 3 more aren't." in [each.value for each in app.caption]


def test_a_link_holds_the_sentence(app, run):
    app.query_params.update({"run": run.id, "text": "awful dull"})
    app.run().switch_page(page_file("try_it"))
    app.query_params.update({"run": run.id, "text": "awful dull"})
    app.run()
    assert app.text_area(key="text").value == "awful dull"
    assert app.metric[0].value == "negative"


def test_a_run_once_picked_stays_on_other_pages(app, run, corpus_folder):
    store = RunStore()
    newer = store.create(config(corpus_folder, rank=2), state="running")
    execute(store, newer)
    opened(app, "spectrum")
    assert app.selectbox[0].value == newer
    app.selectbox[0].set_value(run.id).run()
    opened(app, "words")
    assert app.selectbox[0].value == run.id


def test_many_texts_become_a_table(app, run):
    opened(app, "try_it")
    app.text_area(key="many").set_value("good\n\n=bad\n").run()
    assert not app.exception
    assert list(app.dataframe[0].value["text"]) == ["good", "=bad"]
    assert "2 texts" in " ".join(text.value for text in app.text)


def test_a_sentence_can_be_typed_when_the_data_is_gone(app, run, corpus_folder):
    (corpus_folder / "train.tsv").unlink()
    opened(app, "try_it")
    assert not app.exception
    assert "Type a sentence" in app.info[1].value
    app.text_area(key="text").set_value("good").run()
    assert len(app.metric) == 3


def test_a_recorded_run_shows_its_recorded_sentences(app, run, monkeypatch):
    models = open_models(run.folder)
    told = examples(models, read_texts(run.config, run.result.dataset, models["dense"]), progress=lambda _: None)
    recorded(run, monkeypatch, **{"try": told.to_dict()})
    opened(app, "try_it")
    assert not app.exception
    assert app.metric[0].value == told.examples[0].classes[told.examples[0].answer("dense").label]
    assert len(app.selectbox) == 2


def test_a_rank_answers_with_its_bytes_error_and_accuracy(app, run):
    opened(app, "spectrum")
    assert not app.exception
    assert app.segmented_control(key="metric").value == "plain"
    app.slider(key="rank").set_value(3).run()
    values = {metric.label: metric.value for metric in app.metric}
    rows, width = run.curves.rows, run.curves.width
    plain = next(curve for curve in run.curves.curves if curve.metric == "plain")
    assert values["Two factors"] == f"{4 * 3 * (rows + width) / 1000:,.1f} kB"
    assert values["Folded"] == f"{4 * 3 * rows / 1000:,.1f} kB"
    assert values["Accuracy on dev"] == f"{plain.dev_accuracy[2]:.1%}"
    app.segmented_control(key="metric").set_value("task").run()
    assert any("positive" in markdown.value for markdown in app.markdown)


def test_a_spectrum_without_its_data_has_the_metrics_that_need_none(app, run, corpus_folder):
    (corpus_folder / "train.tsv").unlink()
    opened(app, "spectrum")
    assert not app.exception
    assert app.segmented_control(key="metric").options == ["plain", "layer"]
    assert "can't be placed" in " ".join(caption.value for caption in app.caption)


def test_a_recorded_spectrum_needs_no_models(app, run, monkeypatch):
    models = open_models(run.folder)
    texts = read_texts(run.config, run.result.dataset, models["dense"])
    found = spectrum(take_apart(models, texts, run.config), texts)
    recorded(run, monkeypatch, spectrum=found.to_dict())
    opened(app, "spectrum")
    assert not app.exception
    assert app.metric[0].value == f"{found.spectra[2].relative_error(1):.1%}"


@pytest.mark.parametrize("page", ["try_it", "spectrum", "words"])
def test_a_recorded_run_without_the_insight_says_what_it_needs(app, run, monkeypatch, page):
    recorded(run, monkeypatch)
    opened(app, page)
    assert not app.exception
    assert "run it yourself" in app.info[0].value


def test_words_at_any_rank(app, run):
    opened(app, "words")
    assert not app.exception
    app.slider(key="rank").set_value(3).run()
    assert any("at rank 3" in heading.value for heading in app.subheader)
    app.text_input(key="word").set_value("Good").run()
    assert any("nearest to **good**" in markdown.value for markdown in app.markdown)
    app.segmented_control(key="error").set_value("as the metric weighs them").run()
    assert not app.exception


@pytest.mark.parametrize(("word", "sentence"), [("<b>", "several words"), ("unheard-of", "don't know this word")])
def test_a_word_without_a_row_is_a_sentence(app, run, word, sentence):
    opened(app, "words")
    app.text_input(key="word").set_value(word).run()
    assert not app.exception
    assert sentence in app.info[0].value


def test_words_without_the_data_keep_what_needs_none(app, run, corpus_folder):
    (corpus_folder / "train.tsv").unlink()
    opened(app, "words")
    assert not app.exception
    assert app.segmented_control(key="metric").options == ["plain", "layer"]
    assert [info.value for info in app.info if "can't be read any more" in info.value] == [app.info[0].value]
    assert "need the test texts" in " ".join(caption.value for caption in app.caption)


def test_recorded_words_need_no_models(app, run, monkeypatch):
    kept = insights_of(run)
    recorded(run, monkeypatch, **kept)
    opened(app, "words")
    app.query_params["rank"] = "9" * 5000
    app.run()
    assert not app.exception
    words = KeptWords.from_dict(kept["words"])
    names = [each.word for each in words.own.neighbours]
    app.selectbox[1].set_value(names[1]).run()
    assert any(f"nearest to **{names[1]}**" in markdown.value for markdown in app.markdown)
    for rank in (1, words.ranks[-1]):
        app.select_slider(key="recorded-rank").set_value(rank).run()
        assert not app.exception
        first = words.at(rank).neighbours[1].cut[0]
        assert any(text.value.startswith(f"{first.cosine:.2f}  {first.word}") for text in app.text)
    assert f"of {kept['try']['texts']}" in " ".join(caption.value for caption in app.caption)


@pytest.mark.parametrize("page", ["try_it", "spectrum", "words"])
def test_one_can_go_from_a_run_of_ones_own_to_a_recorded_one_and_back(app, run, monkeypatch, page):
    beside(run, monkeypatch, **insights_of(run))
    opened(app, page)
    for picked in ("kept", run.id, "kept"):
        app.selectbox[0].set_value(picked).run()
        assert not app.exception
        assert not app.error
        assert app.selectbox[0].value == picked


@pytest.mark.parametrize("why", ["old", "of a sweep"])
@pytest.mark.usefixtures("no_gallery")
def test_a_run_that_the_list_leaves_out_is_opened_by_its_link_and_stays_chosen(app, run, monkeypatch, why):
    store = RunStore()
    newer = store.create(run.config, state="running")
    execute(store, newer)
    if why == "old":
        monkeypatch.setattr(RunStore, "finished", partialmethod(RunStore.finished, limit=1))
    else:
        store.update(run.id, sweep="of-many")
    opened(app, "spectrum")
    assert app.query_params["run"] == newer
    assert len(app.selectbox[0].options) == 1
    app.query_params["run"] = run.id
    app.run()
    assert not app.exception
    assert not app.warning
    assert (app.query_params["run"], app.selectbox[0].value) == (run.id, run.id)
    app.switch_page(page_file("cost")).run()
    assert app.selectbox[0].value == run.id
