"""Compare methods: every method at equal sizes, from the same dense model, with paired tests."""

import streamlit as st

from core.compression.methods import METHODS
from core.config import RunConfig
from core.errors import RanklensError
from core.runs.records import readable
from core.runs.sweep_record import SweepRecord
from core.runs.sweeps import SweepStore
from core.sweep_config import SweepConfig
from ui.chart import preload
from ui.comparison_view import show
from ui.errors import fragment, say_error
from ui.followed import followed, keep_in_url
from ui.navigation import back, page_file
from ui.picker import say_recorded
from ui.sweep_form import SweepForm
from ui.sweep_start import list_before, list_failed, offer_recorded, opened, start, watch
from ui.words import escape

RECENT = 8
FIRST_METRICS, FIRST_COMPRESSIONS = ("plain", "task"), (0.9, 0.95, 0.98)


def page() -> None:
    """The form in the side bar, the comparison beside it."""
    store = SweepStore()
    st.title("Compare methods", anchor=False)  # its link would break the line on a phone
    record = opened(store)
    if record:
        back("New comparison")
    initial = record.config if record else linked()
    with st.sidebar:
        key = f"compare-{record.id}" if record else followed("compare-new")
        form = SweepForm(initial, key=key)
        command = st.container()
    start(store, form, record, key="start-comparison")
    if isinstance(record, SweepRecord):
        watch(store, record, show_all)
    elif record:
        say_recorded(record, page="compare_methods")
        fragment(show)(record)
    else:
        welcome(store, form)
    if form.sweep:
        retrained(form.sweep)
        with command.expander("Copy as command"):
            st.code(form.sweep.to_command(), language="bash", wrap_lines=True)
    if form.sweep and not record:
        keep_in_url("compare-new", form.sweep.to_text())


def linked() -> SweepConfig:
    """The choice that the URL holds; every method where it holds none."""
    texts = st.query_params.to_dict()
    try:
        if texts:
            return SweepConfig.from_text(texts)
    except RanklensError as error:
        st.warning(escape(f"The link can't be followed: {error}"))
    return SweepConfig(RunConfig(), methods=METHODS.names(), metrics=FIRST_METRICS, compressions=FIRST_COMPRESSIONS)


def welcome(store: SweepStore, form: SweepForm) -> None:
    """What will happen, and what has been compared before."""
    if not form.refused:
        st.info(
            "Press **Start**: the dense model is trained once a seed, every method compresses it to the sizes in the "
            "side bar, and each gets the same extra training. Dev chooses the epoch; test is read once."
        )
    preload()
    several = [record for record in readable(store.sweeps()) if len(record.config.methods) > 1][:RECENT]
    offer_recorded("compare_methods", show, unfolded=not several)
    list_before("Compared before", several, page="compare_methods")


def show_all(store: SweepStore, record: SweepRecord) -> None:
    """What may be asked of it, and what is known so far."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if record.active and st.button("Cancel", key="cancel", help="Stops what is going on; what is done stays."):
            store.cancel_sweep(record.id)
            st.rerun()
        st.page_link(page_file("sweep"), label="Pause, resume or add sizes on Sweep", query_params={"sweep": record.id})
    show(record)
    list_failed(record, ", such as sizes that a method can't reach")


def retrained(sweep: SweepConfig) -> None:
    """What re-training does to each method's table."""
    with st.expander("What re-trains"):
        for name in sweep.methods:
            method = METHODS.get(name)
            st.markdown(f"**{escape(method.title)}**: {method.build.retrains}")


try:
    page()
except RanklensError as problem:
    say_error(problem)
