"""The range test: a run whose rate rises, watched from here."""

import streamlit as st

from core.charts.rates import range_chart
from core.config import RunConfig
from core.runs.store import RunStore
from core.runs.wanted import stop_all, submit_missing
from core.training.range_test import range_test_of, read_range_test
from ui.chart import dark, draw, preload
from ui.ended import say_ended
from ui.errors import fragment
from ui.knobs import number, rate_knob, whole
from ui.navigation import page_file
from ui.words import escape

DECADES = 5.0
REFRESH_SECONDS = 0.5
DEFAULT_HIGHEST, DEFAULT_EPOCHS, MOST_EPOCHS = 1.0, 3, 10


def range_test(store: RunStore, config: RunConfig, own: dict[str, str], *, key: str) -> dict[str, str]:
    """Choose how far the rate rises, run it, and read the rates off; returns what belongs into the URL.

    For `key`, see `ui.followed`.
    """
    st.caption(
        "The rate rises by the same factor at each step. While it is too low nothing happens; then the loss falls, "
        "and once the rate is too high it explodes. The rate where it falls fastest is a good highest rate; where it "
        "is lowest is already too late (Smith 2017)."
    )
    left, right = st.columns(2)
    with left:
        told = "Where the rise ends; it begins five powers of ten below."
        start = number(own.get("highest"), DEFAULT_HIGHEST)
        highest = rate_knob("Highest rate", start, help=told, key=f"{key}-highest")
    with right:
        told = "More epochs rise more slowly, and the loss has more time to answer."
        start = whole(own.get("test_epochs"), DEFAULT_EPOCHS, most=MOST_EPOCHS)
        epochs = st.slider("Epochs", 1, MOST_EPOCHS, start, help=told, key=f"{key}-epochs")
    wanted = range_test_of(config, highest=highest, decades=DECADES, epochs=epochs)
    record = store.matching([wanted])[0]
    active = record is not None and record.active
    ended = say_ended(store, [wanted])
    if record is None and st.button("Run the range test", type="primary", key="range-start", help="Takes seconds."):
        submit_missing(store, [wanted])
        st.rerun()
    if record is None:
        preload()
        if not ended:
            st.info("This test has not been run yet.")
    else:
        fragment(watch, run_every=REFRESH_SECONDS if active else None)(store, config, wanted, watching=active)
    return {"highest": f"{highest:g}", "test_epochs": str(epochs)}


def watch(store: RunStore, config: RunConfig, wanted: RunConfig, *, watching: bool) -> None:
    """The losses so far, and the rate that they suggest."""
    record = store.matching([wanted])[0]
    if record is None or record.active != watching:
        st.rerun()
    if record.active:
        st.progress(record.progress, escape(record.note) or "Waiting for a free processor …")
        if st.button("Stop", key="range-stop", help="Ends the test."):
            stop_all(store, [wanted])
    test = read_range_test([stored.point for stored in store.points(record.id)])
    if test.rates:
        draw(range_chart(test, dark=dark()), key="range-chart")
    if test.steepest is not None and not record.active:
        texts = config.to_text() | {"learning_rate": f"{test.steepest:.2g}", "view": "draw"}
        label = f"Take {test.steepest:.2g}, where the loss falls fastest"
        st.page_link(page_file("learning_rates"), label=label, query_params=texts)
