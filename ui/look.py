"""What a corpus looks like: its size, classes, lengths, what may be wrong with it, and rows of it."""

import dataclasses
from dataclasses import dataclass

import streamlit as st

from core.charts.data import class_chart, length_chart
from core.counted import counted
from core.data import CORPORA, Corpus, CorpusProfile, SavedCorpora, drop_leaks, load_corpus, profile_corpus
from core.data.adding import Adding, Addition
from core.data.profile import RARE
from core.data.saved import KEPT
from core.data.spool import Spool
from core.errors import DataError
from ui.chart import dark, draw
from ui.rows import rows_table
from ui.words import escape

SAMPLE_ROWS = 1_000  # of train, out of which rows are shown
SHOWN_ROWS = 8
NAMED_CLASSES = 10
EVERY_CLASS = ""


@dataclass(frozen=True)
class Shown:
    """A corpus on the page: what is known of it, and rows of it, each a text and its label."""

    source: str
    licence: str
    profile: CorpusProfile
    sample: tuple[tuple[str, str], ...]


def shown(name: str) -> Shown:
    """The packaged or saved corpus called `name`.

    Raises:
        DataError: when there is none, or it is damaged.
        MissingPackageError: when the packaged data isn't installed.
    """
    if name in CORPORA.names():
        component = CORPORA.get(name)
        waiting = component.awaits(component.parameters())
        if waiting:
            raise DataError(f"{component.title}: {waiting} Use it on the page Live run first.")
        corpus, profile = packaged(name)
        labels = (corpus.classes[label] for label in corpus.train.labels[:SAMPLE_ROWS])
        sample = tuple(zip(corpus.train.texts[:SAMPLE_ROWS], labels, strict=True))
        return Shown(corpus.source, corpus.licence, profile, sample)
    saved = SavedCorpora()
    card = saved.get(name)
    with st.spinner("Counting …"):
        profile = saved.profile(name, progress=lambda _: None)
    return Shown(card.origin, card.licence, profile, tuple(saved.first_rows(name, SAMPLE_ROWS)))


@st.cache_resource(show_spinner="Reading the packaged texts …")
def packaged(name: str) -> tuple[Corpus, CorpusProfile]:
    """A packaged corpus, read and counted once."""
    corpus = load_corpus(name, seed=0)
    return corpus, profile_corpus(corpus)


def look(name: str) -> Adding | None:
    """All there is to see of `name`; returns the addition of a copy without duplicates, where that is asked for."""
    found = shown(name)
    profile = found.profile
    st.caption(escape(" · ".join(part for part in (found.source, found.licence) if part)))
    _numbers(profile)
    _warnings(profile)
    asked = _offer_to_drop(name, found) if profile.leaks else None
    left, right = st.columns(2)
    with left:
        st.markdown("**Texts of each class**")
        draw(class_chart(profile, dark=dark()), key=f"classes-{name}")
    with right:
        st.markdown("**How long they are**")
        draw(length_chart(profile, dark=dark()), key=f"lengths-{name}")
    _rows(name, found)
    return asked


def _numbers(profile: CorpusProfile) -> None:
    splits = profile.splits
    columns = st.columns(4, border=True)
    columns[0].metric("Texts", f"{sum(split.texts for split in splits.values()):,}")
    columns[0].caption(", ".join(f"{split.texts:,} {name}" for name, split in splits.items()))
    most = max(profile.train.class_counts) / profile.train.texts
    columns[1].metric("Classes", f"{len(profile.classes):,}")
    columns[1].caption(f"the commonest has {most:.1%} of train")
    duplicates = sum(split.duplicates for split in splits.values())
    contradictions = sum(split.contradictions for split in splits.values())
    told = "Texts that stand further up in the same split too, but for case and spaces."
    columns[2].metric("Said twice", f"{duplicates:,}", help=told)
    columns[2].caption(f"{contradictions:,} of them under another class")
    told = "Texts that a model has seen in training, or was chosen by, and is then asked again."
    columns[3].metric("In two splits", f"{profile.leaks:,}", help=told)
    empty = sum(split.empty for split in splits.values())
    columns[3].caption(f"{empty:,} texts without a word")


def _warnings(profile: CorpusProfile) -> None:
    if profile.rare_classes:
        more = ", …" if len(profile.rare_classes) > NAMED_CLASSES else ""
        names = ", ".join(profile.rare_classes[:NAMED_CLASSES]) + more
        st.warning(
            f"Fewer than {RARE} training texts, too few to learn much from: {escape(names)}. More texts help most; "
            "balanced class weights, in the form, let a rare class count as much as a common one."
        )


def _offer_to_drop(name: str, found: Shown) -> Adding | None:
    """Say that texts stand in two splits; where asked to, keep a copy without them."""
    told = "Training texts that dev or test holds too are left out, and dev texts that test holds; test stays whole."
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        text = f"In two splits: {counted(found.profile.leaks, 'text')}. Accuracy on them says what was remembered."
        st.text(text, width="stretch")
        if not st.button("Keep a copy without them", key="drop-leaks", help=told):
            return None
    saved, spool = SavedCorpora(), Spool()
    copy = saved.free_name(f"{name[:50]}-clean")
    if name in CORPORA.names():
        corpus, _ = packaged(name)
        path = saved.save(drop_leaks(corpus), name=copy, origin=found.source, licence=found.licence)
        st.query_params.from_dict({"corpus": path.name})
        st.rerun()
    parameters = dataclasses.replace(KEPT, drop_leaks=True)
    return Adding(Addition(saved.texts(name), copy, parameters, origin=found.source, licence=found.licence), spool)


def _rows(name: str, found: Shown) -> None:
    """Some rows, of one class or of all."""
    classes = [EVERY_CLASS, *sorted({label for _, label in found.sample})]
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.markdown("**What one looks like**", width="content")
        picked = st.selectbox(
            "Class",
            classes,
            format_func=lambda label: label or "all classes",
            key=f"class-of-{name}",
            width=220,
            help=f"Among the first {len(found.sample):,} texts of train.",
        )
    rows = [(label, text) for text, label in found.sample if picked in (EVERY_CLASS, label)]
    rows_table(("class", "text"), rows[:SHOWN_ROWS])
