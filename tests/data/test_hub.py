"""Data sets of the Hugging Face hub, by the real library: out of folders, and from a server on this machine."""

import importlib.util
import json
import shutil
import socket
import threading

import pyarrow
import pyarrow.parquet
import pytest

from core.config import RunConfig
from core.data import CORPORA, load_corpus
from core.data.hub import HubParameters
from core.data.packaged.web import CATALOGUE
from core.errors import DataError, StoppedError, UnknownNameError
from core.fetching import awaited
from core.home import home
from tests.data.repository import films, served


@pytest.fixture(autouse=True)
def own_caches(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))


def load(name, **parameters):
    return load_corpus(f"hf:{name}", seed=0, parameters=HubParameters(**parameters))


def test_a_repository_keeps_its_splits_class_names_and_licence(tmp_path):
    corpus = load(films(tmp_path / "films"))
    assert corpus.classes == ("negative", "positive")
    assert [len(split) for split in (corpus.train, corpus.dev, corpus.test)] == [60, 12, 10]
    assert corpus.train.texts[0] == "train film 0"
    assert corpus.train.labels[:3].tolist() == [0, 1, 0]
    assert (corpus.licence, corpus.notes) == ("cc-by-4.0", ())


def test_a_test_split_without_labels_is_said_and_dev_takes_its_place(tmp_path):
    corpus = load(films(tmp_path / "films", test_label=-1))
    assert [len(split) for split in (corpus.train, corpus.dev, corpus.test)] == [54, 6, 12]
    assert corpus.test.texts[0] == "validation film 0"
    assert "no labels in its test split" in corpus.notes[0]
    assert "validation split is test here, and dev is split off train" in corpus.notes[1]


def test_it_is_fetched_once_and_then_needs_neither_hub_nor_package(tmp_path, monkeypatch):
    with served(films(tmp_path / "films")) as (address, asked):
        monkeypatch.setenv("HF_ENDPOINT", address)
        config = RunConfig(dataset="hf:someone/films")
        assert awaited(config) == {"dataset": "A run fetches someone/films from the Hugging Face hub first."}
        heard = []
        first = load_corpus("hf:someone/films", seed=0, progress=heard.append)
        assert any("train-00000" in path for path in asked)
        assert not any("unsupervised" in path for path in asked)
        with pytest.raises(DataError, match="none of that name"):
            load("someone/else")
    assert heard == sorted(heard)
    assert heard[-1] == 1
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert awaited(config) == {}
    assert load("someone/films").content_hash == first.content_hash
    assert [path.name for path in (home() / "hub").iterdir()] == ["someone--films__default"]


def test_without_the_package_the_entry_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    for name in ("hf:sst2", "hf:someone/films"):
        with pytest.raises(DataError, match=r"run `python -m pip install -r requirements-hub\.txt`"):
            awaited(RunConfig(dataset=name))
        with pytest.raises(DataError, match=r"requirements-hub\.txt"):
            load_corpus(name, seed=0)


def cut(server, asked):
    """Hang up on whoever calls, once something was asked."""
    while True:
        try:
            connection, _ = server.accept()
        except OSError:  # the test is over
            return
        with connection:
            asked.append(connection.recv(4_096))


@pytest.mark.parametrize("answer", ["a closed port", "a cut", "silence"])
def test_a_hub_that_does_not_answer_is_asked_once(monkeypatch, answer):
    asked = []
    monkeypatch.setenv("HF_HUB_ETAG_TIMEOUT", "1")
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.getsockname()[1]}")
        hanging_up = threading.Thread(target=cut, args=(server, asked))
        if answer == "a closed port":
            server.close()
        elif answer == "a cut":
            hanging_up.start()
        with pytest.raises(DataError, match="the hub can't be reached, so this machine seems to be offline; connect"):
            load("someone/films")
        if answer == "a cut":
            server.shutdown(socket.SHUT_RDWR)
            hanging_up.join()
            assert len(asked) == 1
    assert list((home() / "hub").iterdir()) == []


def test_a_stop_ends_the_fetching_and_leaves_nothing(tmp_path):
    def progress(share):
        raise StoppedError

    with pytest.raises(StoppedError):
        load_corpus(f"hf:{films(tmp_path / 'films')}", seed=0, progress=progress)
    assert list((home() / "hub").iterdir()) == []


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_other_tables_are_read_and_missing_splits_drawn(tmp_path, suffix):
    folder = tmp_path / "plain"
    folder.mkdir()
    rows = [{"question": f"question {number}", "kind": f"k{number % 2}", "other": number} for number in range(40)]
    lines = ["question,kind,other", *(",".join(map(str, row.values())) for row in rows)]
    content = lines if suffix == "csv" else map(json.dumps, rows)
    (folder / f"train.{suffix}").write_text("\n".join(content), encoding="utf-8")
    corpus = load(folder, text_column="question", label_column="kind")
    assert [len(split) for split in (corpus.train, corpus.dev, corpus.test)] == [32, 4, 4]
    assert corpus.classes == ("k0", "k1")
    with pytest.raises(DataError, match="no column 'what'"):
        load(folder, text_column="what")


def subsets(folder):
    films(folder)
    card = (folder / "README.md").read_text().replace("dataset_info:", "other:").replace("config_name: default", "x: 1")
    head, _, _ = card.partition("configs:")
    parts = "".join(f"- config_name: {name}\n  data_files: data/train-*\n" for name in ("large", "small"))
    (folder / "README.md").write_text(f"{head}configs:\n{parts}---\n")


def no_train(folder):
    films(folder)
    (folder / "README.md").unlink()
    for path in (folder / "data").glob("[tv]*"):
        path.unlink()


def script(folder):
    folder.mkdir()
    (folder / f"{folder.name}.py").write_text("raise SystemExit('never run')")


def pictures(folder):
    folder.mkdir()
    (folder / "train.png").write_bytes(b"\x89PNG\r\n\x1a\n")


def half_labelled(folder):
    films(folder)
    path = folder / "data" / "test-00000-of-00001.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"sentence": ["a", "b"], "label": [0, -1]}), path)


REFUSED = {
    "subsets": (subsets, {}, r"choose a subset, out of 'large', 'small'"),
    "unknown subset": (films, {"subset": "huge"}, "choose a subset, out of 'default'"),
    "no train": (no_train, {}, "none of (them|its splits) is called train"),
    "a program": (script, {}, "a program of its own to be read, which is never run"),
    "pictures": (pictures, {}, "its files are of the kind 'imagefolder', but only Parquet, CSV and JSON are read"),
    "half labelled": (half_labelled, {}, "row 2: the label is empty"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_used_is_refused_with_a_sentence(tmp_path, case):
    make, parameters, sentence = REFUSED[case]
    make(tmp_path / "it")
    with pytest.raises(DataError, match=sentence) as caught:
        load(tmp_path / "it", **parameters)
    assert str(caught.value).endswith(".")
    assert list((home() / "hub").iterdir()) == []


def test_too_many_bytes_are_refused_before_they_are_fetched(tmp_path, monkeypatch):
    monkeypatch.setattr("core.data.hub.MAX_BYTES", 1_000)
    with pytest.raises(DataError, match=r"its files have [\d,]+ bytes, more than 1,000"):
        load(films(tmp_path / "films"))


@pytest.mark.parametrize("name", ["", "sst3", "../up", "a/b/c", "a/b;c", "<script>", "/no/such/folder"])
def test_names_that_cannot_be_are_refused(name):
    with pytest.raises(DataError, match=r"names no data set|there is no such folder"):
        load(name)


def test_parameters_survive_and_belong_to_the_hub_only():
    chosen = {"text_column": "sentence", "subset": "plus"}
    config = RunConfig(dataset="hf:someone/films", options=chosen)
    assert config.parameters("dataset") == HubParameters(**chosen)
    assert RunConfig.from_text(config.to_text()) == config
    for name, option in (("x.csv", "subset"), ("hf:someone/films", "delimiter"), ("hf:sst2", "text_column")):
        with pytest.raises(UnknownNameError, match=option):
            RunConfig(dataset=name, options={option: "comma"})


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_entry_of_the_catalogue_is_a_corpus_by_name(name):
    entry = CATALOGUE[name]
    assert list(awaited(RunConfig(dataset=f"hf:{name}"))) == ["dataset"]
    assert CORPORA.get(f"hf:{name}").title == entry.title
    assert f"{entry.paper}; licence: {entry.licence}." in CORPORA.get(f"hf:{name}").help
    assert entry.repository.name.count("/") == 1


def test_an_entry_is_loaded_by_its_columns(tmp_path, monkeypatch):
    shutil.copytree(films(tmp_path / "films", test_label=-1), tmp_path / "copy")
    with served(tmp_path / "copy") as (address, _):
        monkeypatch.setenv("HF_ENDPOINT", address)
        load("someone/films")
    (home() / "hub" / "someone--films__default").rename(CATALOGUE["sst2"].repository.kept)
    corpus = load_corpus("hf:sst2", seed=5)
    assert corpus.name == "sst2"
    assert "Socher" in corpus.source
    assert [len(split) for split in (corpus.train, corpus.dev, corpus.test)] == [54, 6, 12]
