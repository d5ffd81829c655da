"""Try it: a sentence through the dense, the compressed and the deployed model, side by side."""

import csv
import io
import shlex

import streamlit as st

from core.charts.attribution import probability_chart, share_chart
from core.errors import RanklensError
from core.insights.answers import LATENCY_ROUNDS, Examples, Explained, classify
from core.insights.opened import Models
from core.runs.finished import FinishedRun
from core.runs.store import RunStore
from ui.chart import dark, draw
from ui.errors import say_error
from ui.opened import examples_of, explained, models_of, say_what_is_gone
from ui.picker import pick_run
from ui.tokens import draw_tokens
from ui.words import escape, signed

MOST_CHARACTERS, MOST_LINES = 5_000, 1_000
LARGE_CHARACTERS = 14  # of a class that fit in large type on any screen
# A line that is typed runs in its own direction; the theme has no word for that.
OWN_DIRECTION = "<style>textarea { unicode-bidi: plaintext; text-align: start; }</style>"
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def page() -> None:
    """A run, a sentence, three answers and their reasons."""
    st.title("Try it")
    st.html(OWN_DIRECTION)
    run = pick_run(RunStore())
    if run is None:
        return
    say_what_is_gone(run)
    if run.folder is None:
        try_recorded(run)
        return
    models = models_of(run)
    found = examples_of(run)
    if "text" not in st.session_state and "text" not in st.query_params and found:
        st.session_state["text"] = found.examples[0].text[:MOST_CHARACTERS]
    if found:
        choose_example(found)
    text = st.text_area(
        "Your sentence",
        key="text",
        bind="query-params",
        max_chars=MOST_CHARACTERS,
        height=80,
        placeholder="Type or paste a sentence",
        help="Read by the run's three models as soon as you leave the field. The link in the address bar holds it.",
    )
    if text and text.strip():
        show(explained(run, text))
        with st.expander("Copy as command"):
            st.code(command(run, text), language="bash", wrap_lines=True)
    else:
        st.info("Type a sentence to see what each model makes of it.")
    with st.expander("Many texts at once"):
        many(models)


def try_recorded(run: FinishedRun) -> None:
    """The sentences that were recorded with the run; others need its models."""
    found = examples_of(run)
    if found is None:
        st.info("No sentence was recorded with this run, and its models aren't here: run it yourself to try some.")
        return
    st.caption("Its models aren't here, so these sentences are what can be shown; run it yourself to type your own.")
    by_text = {each.text: each for each in found.examples}
    asked = st.query_params.get("text")
    text = st.selectbox(
        "Sentence",
        list(by_text),
        index=list(by_text).index(asked) if asked in by_text else 0,
        key="sentence",
        bind="query-params",
        help=f"Test texts; dense and compressed disagree on {found.flips:,} of {found.texts:,}.",
    )
    show(by_text[text])


def choose_example(found: Examples) -> None:
    """Test texts that fill the field, those on which the models disagree first."""

    def take() -> None:
        picked = st.session_state["example"]
        if picked is not None:
            st.session_state["text"] = found.examples[picked].text[:MOST_CHARACTERS]

    st.selectbox(
        "Take one of the test texts",
        range(len(found.examples)),
        index=None,
        format_func=lambda place: label_of(found.examples[place]),
        placeholder=f"Dense and compressed disagree on {found.flips:,} of {found.texts:,} test texts; these come first",
        key="example",
        on_change=take,
        help="Texts that no model was trained on. Right is what the data set says.",
    )


def label_of(example: Explained) -> str:
    """A test text in a list: how the models see it, and what is right."""
    dense, compressed = (example.classes[example.answer(name).label] for name in ("dense", "compressed"))
    seen = f"{dense} → {compressed}" if example.flipped else f"both {dense}"
    right = "" if example.label is None else f", right: {example.classes[example.label]}"
    return f"{example.text} ({seen}{right})"


def show(told: Explained) -> None:
    """Three answers, then why."""
    for column, answer in zip(st.columns(len(told.answers), border=True), told.answers, strict=True):
        name = told.classes[answer.label]
        speed = f"Median of {LATENCY_ROUNDS} runs of this text, alone, in the process that made these numbers."
        column.metric(answer.model.capitalize(), escape(name), help=f"The likeliest class. Time: {speed}")
        whole = f"{escape(name)}: " if len(name) > LARGE_CHARACTERS else ""
        column.caption(f"{whole}{answer.probabilities[answer.label]:.1%} sure, in {answer.latency_ms:.3f} ms")
    if told.unread:
        words = f"{len(told.tokens):,} words are" if len(told.tokens) > 1 else "word is"
        st.caption(f"Only the first {words} read, as in training; {told.unread:,} more aren't.")
    draw(probability_chart(told, dark=dark()), key="probabilities")
    towards, against = (escape(told.classes[place]) for place in (told.towards, told.against))
    st.subheader(f"Why “{towards}” rather than “{against}”?")
    st.caption(
        "Each word's share of the difference of the two logits. Blue and + speak for the first, orange and − for the "
        "second; a dashed frame with ? is a word that the models don't know."
    )
    draw_tokens(told, key="tokens")
    st.caption(" ".join(sums(told)))
    with st.expander("Word by word, the models against each other", expanded=told.flipped):
        draw(share_chart(told, dark=dark()), key="shares")


def sums(told: Explained) -> list[str]:
    """How each model's shares add up, and by which right."""
    said = [
        f"{answer.model.capitalize()}: {signed(sum(answer.shares), 3)} from its words and {signed(answer.baseline, 3)} "
        f"without any make {signed(answer.difference, 3)}."
        for answer in told.answers
    ]
    if all(answer.exact for answer in told.answers):
        return [*said, "Exact: the integrated gradients of this network have a closed form."]
    missing = max(abs(each.difference - each.baseline - sum(each.shares)) for each in told.answers)
    return [*said, f"Integrated gradients, computed numerically: the sums are right to {missing:.1g}."]


def command(run: FinishedRun, text: str) -> str:
    """The lines that do the same in a terminal."""
    bundle = f"{run.id}.zip"
    return (
        f"python -m core export {run.id} --out {bundle}\n"
        f"printf '%s\\n' {shlex.quote(' '.join(text.split()))} | python -m core predict {bundle}"
    )


def many(models: Models) -> None:
    """A table of every pasted line's answers, and the same as a file."""
    pasted = st.text_area(
        "One text a line",
        height=120,
        key="many",
        help=f"At most {MOST_LINES:,} lines; empty ones are left out, and what is past a text's first "
        f"{models['dense'].max_tokens:,} words, as in training.",
        max_chars=MOST_CHARACTERS * 100,
    )
    lines = [line.strip() for line in (pasted or "").splitlines() if line.strip()]
    if not lines:
        return
    if len(lines) > MOST_LINES:
        st.warning(f"These are {len(lines):,} lines: the first {MOST_LINES:,} are taken.")
    bar = st.progress(0.0, "Asking the models …")
    rows = classify(models, lines[:MOST_LINES], progress=bar.progress)
    bar.empty()
    differing = sum(row["dense"] != row["compressed"] for row in rows)
    st.text(f"{len(rows):,} texts; dense and compressed disagree on {differing:,}.")
    percent = {f"{name} probability": st.column_config.NumberColumn(format="percent") for name in models}
    st.dataframe(rows, hide_index=True, column_config=percent, alt="Each text's likeliest class by each model")
    told = "A text that a spreadsheet would take for a formula gets an apostrophe in front."
    st.download_button("Download as CSV", as_csv(rows), "answers.csv", "text/csv", on_click="ignore", help=told)


def as_csv(rows: list[dict[str, object]]) -> str:
    """The table as a file; no text of it starts a formula where a spreadsheet opens it."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]))
    writer.writeheader()
    for row in rows:
        writer.writerow({name: defused(value) for name, value in row.items()})
    return stream.getvalue()


def defused(value: object) -> object:
    """A text that starts like a formula, with an apostrophe in front; anything else as it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_SIGNS) else value


try:
    page()
except RanklensError as problem:
    say_error(problem)
