"""Sweep: the whole curve of accuracy against compression, and the smallest model that is good enough."""

import shlex

import streamlit as st

from core.errors import RanklensError
from core.home import RESTORABLE_SECONDS
from core.runs.executors import EXECUTORS
from core.runs.finished_sweep import FinishedSweep, curves_of
from core.runs.records import Unreadable, readable
from core.runs.sweep_record import SweepRecord
from core.runs.sweeps import LOCAL, SweepStore
from core.sweep_config import SweepConfig
from core.sweep_table import tabulate
from ui.chart import preload
from ui.deleted import labels, offer_to_restore
from ui.errors import fragment, say_error
from ui.followed import followed, keep_in_url
from ui.navigation import back, page_file
from ui.notes import edit_notes
from ui.picker import say_recorded
from ui.sweep_form import SweepForm
from ui.sweep_start import list_before, offer_recorded, opened, start, watch
from ui.sweep_view import show, show_recorded
from ui.words import escape, setting

RECENT_SWEEPS = 8


def page() -> None:
    """The form in the side bar, the sweep beside it."""
    store = SweepStore()
    store.purge(older_than=RESTORABLE_SECONDS)
    st.title("Sweep")
    offer_to_undo(store)
    record = opened(store)
    if record:
        back("New sweep")
    initial = record.config if record else linked()
    with st.sidebar:
        # its lists may have grown
        key = f"sweep-{record.id}-{len(record.runs)}" if record else followed("sweep-form")
        form = SweepForm(initial, key=key)
        with st.expander("Where it runs"):
            address = where(record)
        command = st.container()
    start(store, form, record, key="start-sweep", address=address)
    if isinstance(record, SweepRecord):
        watch(store, record, show_all)
    elif record:
        say_recorded(record, page="sweep")
        fragment(show_recorded)(record)
    else:
        welcome(store, form)
    if record:
        edit_notes(store, record.id, what="sweep")
        if isinstance(record, FinishedSweep) or (not record.active and record.counts["done"]):
            st.page_link(page_file("report"), label="Hand it on as a report", query_params={"run": record.id})
    if form.sweep:
        with command.expander("Copy as command"):
            remote = "" if address == LOCAL else f" --executor {shlex.quote(address)}"
            st.code(form.sweep.to_command() + remote, language="bash", wrap_lines=True)
    if form.sweep and not record:
        keep_in_url("sweep-form", form.sweep.to_text())


def linked() -> SweepConfig:
    """The choice that the URL holds."""
    try:
        return SweepConfig.from_text(st.query_params.to_dict())
    except RanklensError as error:
        st.warning(escape(f"The link can't be followed: {error}"))
        return SweepConfig.from_text({})


def where(record: SweepRecord | FinishedSweep | None) -> str:
    """The address of the executor, at first that of `record`."""
    known, key = record.executor if isinstance(record, SweepRecord) else LOCAL, record.id if record else "new"
    titles = {component.name: component.title for component in EXECUTORS}
    names = list(titles)
    told = " ".join(f"**{component.title}**: {component.help}" for component in EXECUTORS)
    name = st.selectbox(
        "Executor",
        names,
        names.index(known.partition("://")[0]),
        format_func=titles.get,
        help=told,
        key=f"executor-{key}",
    )
    if name == LOCAL:
        return LOCAL
    told = "Where the scheduler listens, such as 10.0.0.5:8786."
    place = st.text_input("Scheduler's address", known.partition("://")[2], help=told, key=f"scheduler-{key}").strip()
    return f"{name}://{place}"


def welcome(store: SweepStore, form: SweepForm) -> None:
    """What will happen, and what has been swept before."""
    if not form.refused:
        st.info(
            "Press **Start** to see what every size costs: the dense model is trained once a seed, and then compressed "
            "and re-trained in every way that the side bar says."
        )
    preload()
    shown = st.session_state.setdefault("shown-sweeps", RECENT_SWEEPS)
    found = store.sweeps(limit=shown + 1)
    recent = found[:shown]
    offer_recorded("sweep", show_recorded, unfolded=not recent)
    list_before("Swept before", readable(recent), page="sweep")
    for sweep in recent:
        if isinstance(sweep, Unreadable):
            st.text(sweep.error)
            offer_to_delete(store, sweep)
    if len(found) > shown and st.button("Show more", key="more-sweeps"):
        st.session_state["shown-sweeps"] = shown + RECENT_SWEEPS
        st.rerun()
    deleted = labels(store.deleted_sweeps(), lambda sweep: setting(sweep.config.base))
    offer_to_restore(deleted, store.restore_sweep, last="deleted-sweep")


def show_all(store: SweepStore, record: SweepRecord) -> None:
    """What may be asked of it, and what is known so far."""
    control(store, record)
    show(record, tabulate(record.runs), curves_of(store, record))


def control(store: SweepStore, record: SweepRecord) -> None:
    """What may be asked of it."""
    sweep = record.id
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if record.active:
            paused = record.held == "paused"
            if st.button("Pause", key="pause", disabled=paused, help="Begins no further run; those going on finish."):
                store.pause_sweep(sweep)
                st.rerun()
            if st.button("Cancel", key="cancel", help="Stops what is going on; what is done stays."):
                store.cancel_sweep(sweep)
                st.rerun()
        elif record.state != "done" and st.button("Resume", type="primary", key="resume", help="Runs what isn't done."):
            store.resume_sweep(sweep)
            st.rerun()
        with st.popover("Add more", help="More sizes or seeds, compared with what is there."):
            add(store, record)
        if not record.active:
            offer_to_delete(store, record)


def offer_to_delete(store: SweepStore, record: SweepRecord | Unreadable) -> None:
    """Delete the sweep and its runs, where asked to."""
    if st.button("Delete", key=f"delete-{record.id}", help="Can be undone for a day."):
        store.delete_sweep(record.id)
        st.session_state["deleted-sweep"] = record.id
        st.query_params.clear()
        st.rerun()


def add(store: SweepStore, record: SweepRecord) -> None:
    """Sizes and seeds to add."""
    size = "ranks" if record.config.ranks else "compressions"
    sizes = st.text_input(f"More {size}", key="more-sizes", help="With commas between.")
    seeds = st.text_input("More seeds", key="more-seeds", help="With commas between; each trains a dense model.")
    if st.button("Add", key="add", help="Runs only what isn't there yet."):
        texts = {name: text for name, text in ((size, sizes), ("seeds", seeds)) if text.strip()}
        try:
            added = store.extend_sweep(record.id, record.config.grown(texts)) if texts else 0
        except RanklensError as error:
            say_error(error)
            return
        if added:
            st.rerun()
        # not in the popover, which is drawn anew at the next look
        st.toast("All of that is there already." if texts else f"Type {size} or seeds to add.")


def offer_to_undo(store: SweepStore) -> None:
    """Bring the sweep that was deleted last back, where asked to."""
    deleted = st.session_state.get("deleted-sweep")
    if deleted:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"Sweep {deleted} is deleted.", width="content")
            undo = st.button("Undo", key="undo-sweep", help="Brings it back, with all its runs.")
        if undo:
            store.restore_sweep(deleted)
            del st.session_state["deleted-sweep"]
            st.query_params.from_dict({"sweep": deleted})
            st.rerun()


try:
    page()
except RanklensError as problem:
    say_error(problem)
