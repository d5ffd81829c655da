"""Data: what texts there are, what they look like, and how to add your own."""

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from core.data import CORPORA, SavedCorpora
from core.data.adding import Adding
from core.data.packaged import CorpusLoader
from core.data.saved import DamagedCorpus
from core.errors import MissingPackageError, RanklensError
from core.home import RESTORABLE_SECONDS
from core.registry import Component
from ui.adding import add_texts, forget
from ui.cells import cells
from ui.deleted import bring_back, offer_to_restore
from ui.errors import fragment, say_error
from ui.look import look, packaged
from ui.navigation import back, page_file
from ui.words import escape, when

REFRESH_SECONDS = 0.5


def page() -> None:
    """All corpora as cards; one that is looked at, or the way to add one, in their place where the URL says so."""
    st.title("Data")
    saved = SavedCorpora()
    saved.purge(older_than=RESTORABLE_SECONDS)
    failed = st.session_state.pop("failed", None)
    if failed:
        st.error(escape(failed))
    if "adding" in st.session_state:
        fragment(watch, run_every=REFRESH_SECONDS)()
        return
    name = st.query_params.get("corpus")
    if name:
        back("All data")
        began(look_at(name))
    elif "add" in st.query_params:
        back("All data")
        st.subheader("Texts of your own")
        began(add_texts())
    else:
        forget()
        shelf(saved)


def began(adding: Adding | None) -> None:
    """Watch an addition, if one was started."""
    if adding:
        st.session_state["adding"] = adding
        st.rerun()


def watch() -> None:
    """How far the addition is; redraws itself until it has ended."""
    adding: Adding = st.session_state["adding"]
    standing = adding.standing()
    if not standing.done:
        st.progress(standing.share, f"{standing.note} {adding.addition.name} …")
        if st.button("Cancel", key="cancel", help="Nothing is kept of it."):
            adding.cancel()
            del st.session_state["adding"]
            st.rerun()
        return
    del st.session_state["adding"]
    if standing.error:
        st.session_state["failed"] = standing.error
    else:
        forget()
        st.query_params.from_dict({"corpus": adding.addition.name})
    st.rerun()


def look_at(name: str) -> Adding | None:
    """One corpus, and what to do with it."""
    shipped, saved = name in CORPORA.names(), name in SavedCorpora().names()
    if shipped or saved:  # else there is nothing to use, as `look` says
        st.subheader(escape(CORPORA.get(name).title if shipped else name))
        with st.container(horizontal=True):
            use(name, primary=True)
            if saved:
                delete(name)
    return look(name)


def shelf(saved: SavedCorpora) -> None:
    """Every corpus as a card, the user's own first."""
    offer_to_undo(saved)
    if st.button("Add texts of your own", type="primary", key="add", help="CSV, TSV, JSON Lines or Parquet."):
        st.query_params["add"] = "1"
        st.rerun()
    cards = saved.all()
    if cards:
        st.subheader("Yours")
    for cell, card in zip(cells(len(cards)), cards, strict=True):
        with cell, st.container(border=True, height="stretch"):
            st.markdown(f"**{card.name}**")
            if isinstance(card, DamagedCorpus):
                st.text(card.error)
                delete(card.name)
                continue
            sizes((card.train, card.dev, card.test), card.classes)
            about(f"from {card.origin}", card.licence, f"{card.size_bytes / 1000:,.0f} kB, {when(card.created)}")
            with st.container(horizontal=True):
                open_button(card.name)
                use(card.name)
                delete(card.name)
    offer_to_restore({name: name for name in saved.deleted()}, saved.restore, last="deleted-corpus")
    waiting = {component.name: waits_for(component) for component in CORPORA}
    here = [component for component in CORPORA if not waiting[component.name]]
    st.subheader("Packaged")
    for cell, component in zip(cells(len(here)), here, strict=True):
        with cell, st.container(border=True, height="stretch"):
            st.markdown(f"**{component.title}**")
            try:
                corpus, profile = packaged(component.name)
            except MissingPackageError as error:
                st.caption(escape(str(error)))
                st.page_link(page_file("live_run"), label="Fetch it on the page Live run")
                continue
            sizes([split.texts for split in profile.splits.values()], len(profile.classes))
            about(component.help, corpus.source, corpus.licence)
            with st.container(horizontal=True):
                open_button(component.name)
                use(component.name)
    away = [component for component in CORPORA if waiting[component.name]]
    if away:
        st.subheader("By name")
    for cell, component in zip(cells(len(away)), away, strict=True):
        with cell, st.container(border=True, height="stretch"):
            st.markdown(f"**{component.title}**")
            about(component.help, waiting[component.name])
            use(component.name)


def waits_for(component: Component[CorpusLoader]) -> str:
    """What keeps a corpus from being looked at here and now, as a sentence; "" where nothing does."""
    try:
        return component.awaits(component.parameters())
    except RanklensError as error:
        return str(error)


def sizes(splits: Sequence[int], classes: int) -> None:
    """How many texts in how many classes, and in each of the `splits`."""
    st.text(f"{sum(splits):,} texts, {classes:,} classes")
    st.caption("{:,} train, {:,} dev, {:,} test".format(*splits))


def about(*lines: str) -> None:
    """Quiet lines, one below the other; empty ones are left out."""
    st.caption("  \n".join(escape(line) for line in lines if line))


def open_button(name: str) -> None:
    """Look at a corpus."""
    if st.button("Look", key=f"look-{name}", help="Its classes, lengths, duplicates and rows."):
        st.query_params["corpus"] = name
        st.rerun()


def use(name: str, *, primary: bool = False) -> None:
    """Take a corpus to the page Live run."""
    kind: Literal["primary", "secondary"] = "primary" if primary else "secondary"
    if st.button("Use it", type=kind, key=f"use-{name}", help="Opens Live run with these texts chosen."):
        st.switch_page(page_file("live_run"), query_params={"dataset": name})


def delete(name: str) -> None:
    """Delete a saved corpus."""
    if st.button("Delete", key=f"delete-{name}", help="Can be undone for a day; runs made from it stay."):
        SavedCorpora().delete(name)
        st.session_state["deleted-corpus"] = name
        st.query_params.clear()
        st.rerun()


def offer_to_undo(saved: SavedCorpora) -> None:
    """Bring the corpus that was deleted last back, where asked to."""
    deleted = st.session_state.get("deleted-corpus")
    if deleted:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"{deleted} is deleted.", width="content")
            undo = st.button("Undo", key="undo")
        if undo:
            bring_back(deleted, saved.restore, last="deleted-corpus")


try:
    page()
except RanklensError as problem:
    say_error(problem)
