"""Corpora kept by name, through the class and through the command line."""

import dataclasses

import pytest

from core.cli import main
from core.config import RunConfig
from core.data import FileParameters, SavedCorpora, load_corpus, profile_corpus
from core.errors import ConfigError, DataError, UnknownNameError


def silent(fraction):
    pass


def test_saved_corpus_comes_back_and_is_kept_once(corpus_folder):
    corpus = load_corpus(str(corpus_folder), seed=4)
    saved = SavedCorpora()
    saved.save(corpus, name="mine")
    saved.save(corpus, name="again")
    assert saved.names() == ["again", "mine"]
    assert len(list(saved.root.glob("*.parquet"))) == 1
    assert load_corpus("mine", seed=9).content_hash == corpus.content_hash
    saved.delete("mine")
    saved.purge(older_than=0)
    assert load_corpus("again", seed=0).test.texts == corpus.test.texts
    saved.delete("again")
    saved.purge(older_than=0)
    assert not list(saved.root.iterdir())


def test_what_was_saved_is_read_whole_however_little_one_file_may_hold(corpus_folder, monkeypatch):
    corpus = load_corpus(str(corpus_folder), seed=0)
    SavedCorpora().save(corpus, name="mine")
    for limit in ("read.MAX_ROWS", "read.MAX_CLASSES", "parquet.MAX_BYTES", "source.MAX_BYTES"):
        monkeypatch.setattr(f"core.data.files.{limit}", 1)
    shares = []
    assert SavedCorpora().load("mine", progress=shares.append).content_hash == corpus.content_hash
    assert shares == sorted(shares)
    assert shares[-1] == 1


@pytest.mark.parametrize("name", ["../up", "a/b", "<script>alert(1)</script>", "", ".hidden", "a" * 65, "tweets"])
def test_bad_name_is_refused(corpus_folder, name):
    with pytest.raises(ConfigError, match="name can't be"):
        SavedCorpora().save(load_corpus(str(corpus_folder), seed=0), name=name)


def test_name_of_other_texts_is_refused(corpus_folder):
    SavedCorpora().save(load_corpus(str(corpus_folder), seed=0), name="mine")
    with pytest.raises(ConfigError, match="other texts are saved so"):
        SavedCorpora().save(load_corpus(str(corpus_folder), seed=1), name="mine")


def test_damaged_or_missing_corpus_is_refused(corpus_folder):
    saved = SavedCorpora()
    card = saved.save(load_corpus(str(corpus_folder), seed=0), name="mine")
    with pytest.raises(DataError, match="give no column"):
        saved.load("mine", parameters=FileParameters(delimiter="tab"), progress=silent)
    other = saved.save(load_corpus(str(corpus_folder), seed=1), name="other")
    texts = saved.root / f"{card.content_hash}.parquet"
    texts.write_bytes((saved.root / f"{other.content_hash}.parquet").read_bytes())
    with pytest.raises(DataError, match="isn't what was saved"):
        load_corpus("mine", seed=0)
    (saved.root / "mine.json").write_text("{")
    with pytest.raises(DataError, match=r"mine\.json is damaged"):
        saved.get("mine")
    with pytest.raises(UnknownNameError, match="other"):
        load_corpus("no such thing", seed=0)


def test_a_damaged_corpus_is_listed_deleted_and_brought_back_and_spoils_no_other(corpus_folder, capsys):
    saved = SavedCorpora()
    card = saved.save(load_corpus(str(corpus_folder), seed=0), name="mine")
    for name in ("other", "None"):
        (saved.root / f"{name}.json").write_text("")
    assert main(["data", "list"]) == 0
    assert [line.split("  ")[0] for line in capsys.readouterr().out.splitlines()] == ["None", "mine", "other"]
    assert main(["data", "remove", "other"]) == 0
    assert main(["data", "restore", "other"]) == 0
    assert main(["data", "remove", "other"]) == 0
    saved.purge(older_than=0)
    assert (saved.names(), saved.deleted()) == (["None", "mine"], [])
    saved.delete("mine")
    saved.purge(older_than=0)
    assert (saved.root / f"{card.content_hash}.parquet").is_file(), "None.json may need them"
    with pytest.raises(DataError, match="there are: None"):
        saved.delete("mine")


def test_command_line_adds_lists_shows_and_removes(tmp_path, capsys):
    path = tmp_path / "my file.csv"
    path.write_text("a;b\n" + "".join(f"text {n};l{n % 2}\n" for n in range(40)) + "text 1;l1\n")
    assert main(["data", "add", str(path), "--text-column", "a", "--seed", "1"]) == 0
    assert "--dataset my-file" in capsys.readouterr().out
    assert main(["data", "list"]) == 0
    assert capsys.readouterr().out.startswith("my-file  ")
    assert main(["data", "show", "my-file"]) == 0
    assert "2 classes: l0, l1" in capsys.readouterr().out
    assert main(["data", "remove", "my-file"]) == 0
    assert main(["data", "show", "my-file"]) == 2
    assert "No saved corpus is called 'my-file'" in capsys.readouterr().err
    assert main(["data", "restore", "my-file"]) == 0
    assert main(["data", "show", "my-file"]) == 0
    assert main(["data", "add", str(tmp_path / "nowhere.csv")]) == 2
    assert "there is no such file" in capsys.readouterr().err


def test_a_file_whose_name_is_not_utf_8_is_kept_with_an_origin_that_can_be_shown(tmp_path, capsys):
    path = tmp_path / "donn\udce9es.csv"
    path.write_text("text,label\n" + "".join(f"text {n},l{n % 2}\n" for n in range(40)))
    assert main(["data", "add", str(path), "--licence", "\udce9"]) == 0
    (card,) = SavedCorpora().all()
    assert (card.name, card.licence) == ("donn-es", "\\udce9")
    assert card.origin.endswith("donn\\udce9es.csv")


def test_a_saved_name_goes_before_a_path_which_can_be_written_otherwise(corpus_folder, monkeypatch):
    saved = load_corpus(str(corpus_folder), seed=0)
    SavedCorpora().save(saved, name="tiny")
    monkeypatch.chdir(corpus_folder.parent)
    assert load_corpus("tiny", seed=1).content_hash == saved.content_hash
    assert load_corpus("./tiny", seed=1).content_hash == load_corpus(str(corpus_folder), seed=1).content_hash


def test_options_of_a_path_survive_every_round_trip():
    config = RunConfig(dataset="x.csv", options={"text_column": "a b", "delimiter": "bar", "drop_leaks": True})
    assert config.parameters("dataset") == FileParameters(text_column="a b", delimiter="bar", drop_leaks=True)
    assert RunConfig.from_text(config.to_text()) == RunConfig.from_dict(config.to_dict()) == config
    with pytest.raises(UnknownNameError, match="option can't be 'delimiter'"):
        RunConfig(dataset="tweets", options={"delimiter": "bar"})


def test_deleted_corpus_comes_back_until_it_is_purged(corpus_folder):
    saved = SavedCorpora()
    card = saved.save(load_corpus(str(corpus_folder), seed=0), name="mine", origin="here", licence="CC0")
    saved.delete("mine")
    assert saved.names() == []
    saved.purge(older_than=3600)
    saved.restore("mine")
    assert saved.get("mine") == card
    saved.delete("mine")
    saved.save(load_corpus(str(corpus_folder), seed=1), name="mine")
    with pytest.raises(ConfigError, match="other texts are saved so"):
        saved.restore("mine")
    saved.purge(older_than=0)
    with pytest.raises(DataError, match="can't be brought back"):
        saved.restore("mine")
    assert len(list(saved.root.glob("*.parquet"))) == 1


def test_profile_is_kept_beside_the_texts_and_counted_anew_when_lost(corpus_folder):
    saved, corpus = SavedCorpora(), load_corpus(str(corpus_folder), seed=0)
    saved.save(corpus, name="mine")
    expected = profile_corpus(corpus)
    assert saved.profile("mine", progress=silent) == expected
    saved.texts("mine").with_suffix(".profile").write_text("{")
    assert dataclasses.replace(saved.profile("mine", progress=silent), name=corpus.name) == expected
    assert saved.first_rows("mine", 2) == [
        (text, corpus.classes[label]) for text, label in zip(corpus.train.texts[:2], corpus.train.labels, strict=False)
    ]


def test_a_free_name_is_found(corpus_folder):
    saved = SavedCorpora()
    assert saved.free_name("mine") == "mine"
    saved.save(load_corpus(str(corpus_folder), seed=0), name="mine")
    assert saved.free_name("mine") == "mine-2"
    assert saved.free_name("tweets") == "tweets-2"
