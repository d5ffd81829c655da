"""Live run: choose, start, and watch a model train, be compressed and re-train."""

import streamlit as st

from core.charts.costs import cost_chart
from core.charts.training import training_chart
from core.config import RunConfig
from core.errors import RanklensError
from core.events import Command
from core.results import RunResult
from core.runs.records import RunRecord
from core.runs.store import RunStore
from core.runs.supervisor import ensure, submit
from ui.chart import dark, draw
from ui.form import run_form

REFRESH_SECONDS = 0.5


def page() -> None:
    """Form on the left, the run on the right."""
    st.title("Live run")
    store = RunStore()
    run = st.query_params.get("run")
    record = store.get(run) if run else None
    form, view = st.columns([1, 2.4], gap="large")
    with form:
        choose(store, record)
    with view:
        if record is None:
            st.info("Choose on the left, then press **Start**: the model trains here, live.")
        else:
            every = REFRESH_SECONDS if record.active else None
            st.fragment(watch, run_every=every)(store, record.id, was_active=record.active)


def choose(store: RunStore, record: RunRecord | None) -> None:
    """The form, and Start. The URL holds the choice."""
    texts = {name: value for name, value in st.query_params.items() if name != "run"}
    try:
        initial = record.config if record else RunConfig.from_text(texts)
    except RanklensError as error:
        st.warning(f"The link can't be followed: {error}")
        initial = RunConfig()
    start = st.container()
    try:
        config = run_form(initial)
    except RanklensError as error:
        start.error(str(error))
        return
    running = record is not None and record.active
    label = "A run is going on" if running else "Start"
    if start.button(label, type="primary", disabled=running, width="stretch", key="start"):
        run = submit(store, config)
        st.query_params.from_dict({**config.to_text(), "run": run})
        st.rerun()
    if record is None:
        st.query_params.from_dict(config.to_text())
    with st.expander("Copy as command"):
        st.code(config.to_command(), language="bash", wrap_lines=True)


def watch(store: RunStore, run: str, *, was_active: bool) -> None:
    """The run as it stands; redraws itself until the run has ended."""
    record = store.get(run)
    if was_active and not record.active:
        st.rerun()
    if record.state == "queued":
        ensure(store)
    if record.active:
        control(store, record)
    elif record.state != "done":
        st.error(record.error or f"The run is {record.state}.")
        if record.state == "lost":
            st.code(store.log_tail(run) or "The log is empty.", language=None)
    if record.result:
        headline(record.result)
    points = [stored.point for stored in store.points(run)]
    draw(training_chart(points, store.marks(run), run=run, dark=dark()), key="training-chart")
    if record.result:
        st.subheader("What it costs")
        draw(cost_chart(record.result, dark=dark()), key="cost-chart")


def control(store: RunStore, record: RunRecord) -> None:
    """Where the run is, and what may be asked of it."""
    st.progress(record.progress, record.note or "Waiting for a worker …")
    stop, rank, compress = st.columns([1, 1, 1], vertical_alignment="bottom")
    training = record.stage in ("", "load", "train")
    chosen = rank.number_input(
        "Rank",
        1,
        value=None,
        placeholder="as configured",
        disabled=not training,
        key="now-rank",
        help="For Compress now.",
    )
    if stop.button("Stop", width="stretch", key="stop"):
        store.send(record.id, Command("stop"))
    if compress.button(
        "Compress now",
        width="stretch",
        disabled=record.stage != "train",
        key="compress-now",
        help="Ends training here.",
    ):
        store.send(record.id, Command("compress-now", chosen))


def headline(result: RunResult) -> None:
    """Four numbers, each with what it means."""
    for warning in result.warnings:
        st.warning(warning)
    dense, compressed, deployed = result.dense, result.compressed, result.deployed
    points = 100 * (compressed.test_accuracy - dense.test_accuracy)
    low, high = compressed.test_interval
    columns = st.columns(4)
    columns[0].metric("Table smaller by", f"{compressed.compression:.1%}")
    columns[0].caption(
        "" if compressed.rank is None else f"{dense.embedding_bytes / 1000:,.0f} kB, now at rank {compressed.rank}"
    )
    columns[1].metric("Test accuracy", f"{compressed.test_accuracy:.1%}", f"{points:+.1f} points")
    columns[1].caption(f"dense {dense.test_accuracy:.1%}; 95 % interval {low:.1%} to {high:.1%}")
    columns[2].metric("Deployed file", f"{deployed.bytes_on_disk / 1000:,.0f} kB")
    columns[2].caption(f"dense {dense.bytes_on_disk / 1000:,.0f} kB, the whole model")
    columns[3].metric("MACs for one text", f"{deployed.macs:,}")
    columns[3].caption(f"dense {dense.macs:,}, at {result.dataset.tokens_per_text} tokens")


try:
    page()
except RanklensError as problem:
    st.error(str(problem))
