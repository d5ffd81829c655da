"""The page Data, driven without a browser."""

import gzip
import re

import pytest
from streamlit.testing.v1 import AppTest

from core.data import SavedCorpora, drop_leaks, load_corpus
from core.home import home
from tests.pages.test_pages import SHELL
from tests.runs.waiting import wait_for
from ui.navigation import page_file
from ui.rows import table_html
from ui.words import escape

SCRIPT = "<script>alert(1)</script>"
CSV = "Frage,Art,split\n" + "".join(
    f'"Wo {n}? {SCRIPT}",{"ab"[n % 2]},{("train", "dev", "test")[n % 3]}\n' for n in range(60)
)


@pytest.fixture
def app():
    opened = AppTest.from_file(str(SHELL), default_timeout=30)
    opened.run().switch_page(page_file("data"))
    return opened


def values(elements):
    return " ".join(element.value for element in elements)


def upload(app, name, content):
    app.query_params["add"] = "1"
    app.run()
    app.file_uploader(key="upload").upload(name, content, "text/csv").run()
    assert not app.exception


def key_of(app, start):
    return next(box.key for box in (*app.selectbox, *app.text_input) if box.key.startswith(start))


def test_every_packaged_corpus_has_a_card_and_can_be_looked_at(app):
    app.run()
    assert not app.exception
    assert "SMS spam" in values(app.markdown)
    app.button(key="look-sms-spam").click().run()
    assert not app.exception
    assert app.query_params["corpus"] == "sms-spam"
    assert app.metric[0].value == "5,574"
    assert app.button(key="drop-leaks")


def test_an_upload_is_saved_by_its_split_column_looked_at_and_used(app):
    upload(app, "../Fragen <b>1.csv", CSV.encode())
    assert app.selectbox(key=key_of(app, "delimiter")).value == "auto"
    assert app.selectbox(key=key_of(app, "text_column")).value == "Frage"
    assert app.segmented_control(key="splits").value == "Said by a column"
    assert SCRIPT not in values(app.get("html"))
    app.text_input(key=key_of(app, "name")).set_value("fragen")
    app.button(key="save").click().run()
    assert not app.exception
    wait_for(lambda: "adding" not in app.run().session_state)
    card = SavedCorpora().get("fragen")
    assert (card.train, card.dev, card.test) == (20, 20, 20)
    assert app.query_params["corpus"] == "fragen"
    app.button(key="use-fragen").click().run()
    assert app.selectbox(key=key_of(app, "form")).value == "fragen"


def test_ratings_are_no_classes_and_the_page_says_so(app):
    upload(
        app, "films.csv", b"text,rating,shop\n" + b"".join(b"film %d,%d.5,s%d\n" % (n, n % 5, n % 3) for n in range(30))
    )
    assert "films.csv: column 'rating' holds numbers with a fraction, such as 0.5" in plain(app.warning[0].value)
    assert app.button(key="save").disabled
    app.selectbox(key=key_of(app, "text_column")).set_value("text").run()
    app.selectbox(key=key_of(app, "label_column")).set_value("shop").run()
    assert not app.warning
    assert not app.button(key="save").disabled


def plain(markdown):
    return markdown.replace("\\", "")


def rows(split, count, *, delimiter=","):
    lines = [f"{split} question {n}{delimiter}{'ab'[n % 2]}" for n in range(count)]
    return "\r\n".join([delimiter.join(("Frage", "Art")), *lines])


def test_files_of_their_own_are_the_splits(app):
    upload(app, "questions.csv", rows("train", 30).encode())
    app.segmented_control(key="splits").set_value("Files of their own").run()
    bad = rows("dev", 8).replace("Frage", "Question").encode()
    app.file_uploader(key="upload-dev").upload("mine.csv", bad, "text/csv").run()
    app.file_uploader(key="upload-test").upload("mine.csv", gzip.compress(rows("test", 6).encode()), "text/csv").run()
    assert "dev-mine.csv, row 1: there is no column 'Frage'" in plain(app.error[0].value)
    good = rows("dev", 8).replace("Frage", "Frage   ").encode()
    assert len(good) == len(bad), "as long, so that the size doesn't tell them apart"
    app.file_uploader(key="upload-dev").upload("mine.csv", good, "text/csv").run()
    assert not app.error
    app.text_input(key=key_of(app, "name")).set_value("questions")
    app.button(key="save").click().run()
    assert not app.exception
    wait_for(lambda: "adding" not in app.run().session_state)
    assert not app.error
    corpus = load_corpus("questions", seed=0)
    assert [len(split) for split in (corpus.train, corpus.dev, corpus.test)] == [30, 8, 6]
    assert corpus.train.texts[0] == "train question 0"
    assert corpus.dev.texts == tuple(f"dev question {n}" for n in range(8))
    assert corpus.test.texts[5] == "test question 5"
    assert list((home() / "uploads").iterdir()) == []


def test_a_split_without_a_file_of_its_own_is_drawn_and_other_encodings_are_read(app):
    upload(app, "questions.tsv", rows("für", 40, delimiter="\t").encode("utf-16"))
    app.segmented_control(key="splits").set_value("Files of their own").run()
    test = rows("überprüft", 6, delimiter=";").encode("latin-1")
    app.file_uploader(key="upload-test").upload("held out.csv", test, "text/csv").run()
    app.text_input(key=key_of(app, "name")).set_value("questions")
    app.button(key="save").click().run()
    wait_for(lambda: "adding" not in app.run().session_state)
    assert not app.error
    corpus = load_corpus("questions", seed=0)
    assert [len(split) for split in (corpus.train, corpus.dev, corpus.test)] == [36, 4, 6]
    assert corpus.test.texts[0] == "überprüft question 0"
    assert corpus.dev.texts[0].startswith("für question")


def test_the_preview_follows_what_is_chosen(app):
    upload(app, "x.csv", b"a;b|c\nsome text;x|y\nmore of it;z|w\n")
    delimiter = key_of(app, "delimiter")
    assert app.selectbox(key=key_of(app, "text_column")).options == ["a", "b|c"]
    app.selectbox(key=delimiter).set_value("bar").run()
    assert app.selectbox(key=key_of(app, "text_column")).options == ["a;b", "c"]
    app.selectbox(key=delimiter).set_value("tab").run()
    assert not app.exception
    assert "one column only" in app.warning[0].value
    assert app.button(key="save").disabled


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("x.csv", b"\x89PNG\r\n\x1a\n", r"x.csv is a PNG image"),
        ("x.csv", b"", "x.csv: the file is empty"),
        (f"{SCRIPT}.docx", b"hello", r"script-.docx: the name says no format"),
    ],
)
def test_what_cannot_be_read_is_a_sentence_that_names_no_folder(app, name, content, sentence):
    upload(app, name, content)
    assert re.search(sentence, app.error[0].value.replace("\\", ""))
    assert "uploads" not in app.error[0].value
    app.button(key="another").click().run()
    assert app.file_uploader(key="upload")


def test_a_taken_name_is_refused_before_anything_is_read(app):
    upload(app, "x.csv", CSV.encode())
    app.text_input(key=key_of(app, "name")).set_value("tweets")
    app.button(key="save").click().run()
    assert "a packaged data set is called so" in app.error[0].value
    assert SavedCorpora().names() == []


def test_a_corpus_is_deleted_and_brought_back(app, corpus_folder):
    SavedCorpora().save(load_corpus(str(corpus_folder), seed=0), name="mine")
    app.run()
    app.button(key="delete-mine").click().run()
    assert SavedCorpora().names() == []
    app.button(key="undo").click().run()
    assert SavedCorpora().names() == ["mine"]
    assert not app.exception


def test_a_damaged_corpus_is_said_among_the_others_and_can_be_deleted(app, corpus_folder):
    saved = SavedCorpora()
    for seed, name in enumerate(("mine", "other")):
        saved.save(load_corpus(str(corpus_folder), seed=seed), name=name)
    (saved.root / "other.json").write_text("")
    app.run()
    assert not app.exception
    assert not app.error
    assert [text.value for text in app.text if "other.json is damaged" in text.value]
    assert app.button(key="look-mine")
    app.button(key="delete-other").click().run()
    assert saved.names() == ["mine"]
    app.button(key="undo").click().run()
    assert saved.names() == ["mine", "other"]
    assert not app.exception


def test_every_corpus_that_was_deleted_of_late_can_be_brought_back_in_another_session(app, corpus_folder):
    saved = SavedCorpora()
    for name in ("mine", "yours"):
        saved.save(load_corpus(str(corpus_folder), seed=0), name=name)
        saved.delete(name)
    app.run()
    for name in ("yours", "mine"):
        app.button(key=f"restore-{name}").click().run()
        assert not app.exception
    assert (saved.names(), saved.deleted()) == (["mine", "yours"], [])


@pytest.mark.parametrize("button", ["undo", "restore-mine"])
def test_a_corpus_whose_name_was_taken_meanwhile_is_not_brought_back_and_the_page_goes_on(app, corpus_folder, button):
    saved = SavedCorpora()
    saved.save(load_corpus(str(corpus_folder), seed=0), name="mine")
    app.run()
    app.button(key="delete-mine").click().run()
    saved.save(load_corpus(str(corpus_folder), seed=1), name="mine")
    headings = [each.value for each in app.run().subheader]
    app.button(key=button).click().run()
    assert "mine" in app.error[0].value
    assert [each.value for each in app.subheader] == headings
    assert (saved.names(), saved.deleted()) == (["mine"], ["mine"])


def test_a_copy_without_duplicates_is_kept(app):
    app.query_params["corpus"] = "tweets"
    app.run()
    app.button(key="drop-leaks").click().run()
    assert not app.exception
    assert app.query_params["corpus"] == "tweets-clean"
    assert SavedCorpora().profile("tweets-clean", progress=lambda _: None).leaks == 0


def test_a_copy_of_a_saved_corpus_is_made_beside_it(app):
    SavedCorpora().save(load_corpus("tweets", seed=0), name="mine", origin="somewhere")
    app.query_params["corpus"] = "mine"
    app.run()
    app.button(key="drop-leaks").click().run()
    wait_for(lambda: "adding" not in app.run().session_state)
    assert not app.exception
    assert app.query_params["corpus"] == "mine-clean"
    expected = drop_leaks(load_corpus("tweets", seed=0)).content_hash
    assert SavedCorpora().get("mine-clean").content_hash == expected
    assert SavedCorpora().get("mine-clean").origin == "somewhere"


def test_splits_may_be_said_by_no_column_yet(app):
    upload(app, "x.csv", b"text,label\na,b\nc,d\n")
    app.segmented_control(key="splits").set_value("Said by a column").run()
    assert app.button(key="save").disabled
    app.selectbox(key="split-column").set_value("label").run()
    assert not app.button(key="save").disabled


def test_a_path_is_looked_into_where_it_is(app, corpus_folder):
    app.query_params["add"] = "1"
    app.run()
    app.segmented_control(key="where").set_value("Path").run()
    app.text_input(key="own-path").set_value("no/such/file.csv").run()
    assert "no such file" in app.error[0].value
    for bad in ("~nobody-here/x", "a" * 300):
        app.text_input(key="own-path").set_value(bad).run()
        assert not app.exception
        assert f"{escape(bad)} can't be looked at" in app.error[0].value
    app.text_input(key="own-path").set_value(str(corpus_folder)).run()
    assert not app.exception
    assert app.selectbox(key=key_of(app, "text_column")).value == "text"
    assert (
        f"data add --name=tiny --text-column=text --label-column=label --header=yes -- {corpus_folder}"
        in app.code[0].value
    )


def test_a_corpus_that_is_gone_is_a_sentence(app):
    app.query_params["corpus"] = SCRIPT
    app.run()
    assert not app.exception
    assert "No saved corpus is called" in app.error[0].value
    assert [button.key for button in app.main.button] == ["back"]
    assert not app.subheader


def test_cells_are_escaped_and_run_in_their_own_direction():
    html = table_html(("text",), [(SCRIPT,), ("مرحبا",), (None,)], marks=("<i>",))
    assert SCRIPT not in html
    assert "&lt;script&gt;" in html
    assert "&lt;i&gt;" in html
    assert html.count('dir="auto"') == 4


def test_markdown_in_a_name_is_shown():
    escaped = escape("![x](a)\n# **b** `c` <i>")
    assert re.sub(r"\\(.)", r"\1", escaped) == "![x](a) # **b** `c` <i>"
    assert not re.search(r"(?<!\\)[\[\]*`<>#:]", escaped)
