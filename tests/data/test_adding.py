"""Keeping uploads: names that mean harm, what is left behind, two at once, a cancel, a full disk."""

import errno
import gc
import io
import os
import time

import pytest

from core.commands.data import add_corpus
from core.data import FileParameters, SavedCorpora, load_corpus
from core.data.adding import Adding, Addition, add
from core.data.spool import LEFT_SECONDS, Spool, plain_name
from core.errors import ConfigError, StoreError
from core.pipeline import run
from tests.runs.waiting import wait_for
from tests.test_pipeline import config, without_timings

CSV = "\ufeffFrage;Art\r\n" + "".join(f'"Wer {n}?\r\nUnd ""wo""?";{"ab"[n % 2]}\r\n' for n in range(60))


def left(home):
    """What is in the home but for the folder of uploads itself and its private folders."""
    return [path for path in home.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\Fragen 1.csv", "Fragen-1.csv"),
        ("<script>alert(1)</script>.csv", "script-.csv"),
        ("..", "upload"),
        ("", "upload"),
        ("a\0b.csv", "a-b.csv"),
        ("é" * 300 + ".csv.gz", "csv.gz"),
        ("a" * 300 + ".csv", "a" * 96 + ".csv"),
    ],
)
def test_no_name_leads_out_of_the_spool(name, plain):
    spool = Spool()
    path = spool.add(name, io.BytesIO(b"x"))
    assert path.parent == spool.folder
    assert path.name == plain_name(name) == plain
    spool.close()


def test_a_spool_is_private_and_always_removed(own_home):
    spool, other = Spool(), Spool()
    spool.add("a.csv", io.BytesIO(b"one"))
    other.add("a.csv", io.BytesIO(b"two"))
    assert spool.folder.stat().st_mode & 0o77 == 0
    assert (spool.folder / "a.csv").read_bytes() == b"one"
    other.close()
    assert [path.read_bytes() for path in left(own_home)] == [b"one"]
    del spool
    gc.collect()
    assert left(own_home) == []


def test_what_a_killed_process_left_is_cleared_away_a_day_later(own_home):
    old = own_home / "uploads" / "old"
    old.mkdir(parents=True)
    (old / "a.csv").write_text("x")
    os.utime(old, (0, time.time() - LEFT_SECONDS - 1))
    Spool().close()
    assert not old.exists()


def test_a_full_disk_is_a_sentence_and_leaves_nothing(own_home, monkeypatch, corpus_folder):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    corpus, spool = load_corpus(str(corpus_folder), seed=0), Spool()
    monkeypatch.setattr("core.data.spool.shutil.copyfileobj", full)
    with pytest.raises(StoreError, match="disk is full"):
        spool.add("a.csv", io.BytesIO(b"x"))
    monkeypatch.setattr("core.atomic.os.fsync", full)
    with pytest.raises(StoreError, match="disk is full"):
        SavedCorpora().save(corpus, name="mine")
    assert left(own_home) == []


def adding(name, content=CSV, **parameters):
    spool = Spool()
    path = spool.add("Fragen.csv", io.BytesIO(content.encode()))
    return Adding(Addition(path, name, FileParameters(**parameters), origin="Fragen.csv"), spool)


def end_of(process):
    return wait_for(lambda: (standing := process.standing()).done and standing)


def test_two_at_once_keep_to_themselves_and_a_bad_one_says_why():
    good, bad = adding("one", test_share=0.2), adding("two", CSV + "x;y;z\r\n")
    assert end_of(good).error == ""
    assert end_of(bad).error == "Fragen.csv, row 62: 3 columns where the header has 2; mend the row."
    saved = SavedCorpora()
    assert saved.names() == ["one"]
    assert (saved.get("one").test, saved.get("one").origin) == (12, "Fragen.csv")
    assert load_corpus("one", seed=0).train.texts[0].endswith('?\r\nUnd "wo"?')


def test_a_name_that_somebody_else_took_a_moment_ago_is_refused(corpus_folder, monkeypatch):
    saved, corpora = SavedCorpora(), [load_corpus(str(corpus_folder), seed=seed) for seed in (0, 1)]
    check = SavedCorpora.check_name

    def check_just_before(self, name, *, content_hash=None):
        check(self, name, content_hash=content_hash)
        monkeypatch.undo()
        SavedCorpora(self.root.parent).save(corpora[0], name="mine")

    monkeypatch.setattr(SavedCorpora, "check_name", check_just_before)
    home = saved.root.parent
    with pytest.raises(ConfigError, match="other texts are saved so"):
        SavedCorpora(home).save(corpora[1], name="mine")
    assert SavedCorpora(home).get("mine").content_hash == corpora[0].content_hash


def test_a_cancelled_addition_leaves_nothing(own_home):
    rows = "".join(f"some words {n};{n % 2}\n" for n in range(300_000))
    process = adding("big", "text;label\n" + rows)
    wait_for(lambda: process.standing().share > 0)
    process.cancel()
    assert process.standing().done
    process.spool.close()
    assert left(own_home) == []
    assert SavedCorpora().names() == []


def test_upload_path_and_folder_give_the_same_hash_and_the_same_results(tmp_path):
    folder = tmp_path / "splits"
    folder.mkdir()
    for path in (tmp_path / "Fragen.csv", folder / "train.csv"):
        path.write_bytes(CSV.encode())
    spool = Spool()
    uploaded = spool.add("Fragen.csv", io.BytesIO(CSV.encode()))
    parameters = FileParameters(text_column="Frage", label_column="Art", header="yes", delimiter="semicolon")
    heard = []
    add(Addition(uploaded, "fragen", parameters), lambda note, share: heard.append((note, share)))
    spool.close()
    assert heard[-1][0] == "Counting and saving"
    ways = ("fragen", str(tmp_path / "Fragen.csv"), str(folder))
    assert len({load_corpus(way, seed=0).content_hash for way in ways}) == 1
    results = [without_timings(run(config(way)).to_dict()) for way in ways]
    for result in results:
        del result["config"]["dataset"]
        result["dataset"] = {key: result["dataset"][key] for key in ("train", "dev", "test", "classes", "oov_rate")}
    assert results[0] == results[1] == results[2]


def test_the_command_line_says_what_the_page_chose(tmp_path):
    chosen = FileParameters(text_column="--a", label_column="b c", header="no", dev_share=0.25, drop_leaks=True)
    arguments = Addition(tmp_path / "-x.csv", "mine", chosen, seed=3, licence="CC BY").arguments()
    heard = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.commands.data.add", lambda addition, _: heard.append(addition))
        patch.setattr("core.commands.data.signal.signal", lambda *_: None)
        add_corpus.main(["--watched", *arguments], standalone_mode=False)
    assert heard == [Addition(tmp_path / "-x.csv", "mine", chosen, seed=3, licence="CC BY")]
