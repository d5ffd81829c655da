"""Runs: what was run, to open, compare or delete."""

from collections.abc import Sequence

import streamlit as st

from core.charts.comparison import Curve, comparison_chart
from core.errors import RanklensError
from core.home import RESTORABLE_SECONDS
from core.results import percent
from core.runs.records import RunRecord, Unreadable
from core.runs.store import RunStore
from core.words import settings, smaller
from ui.chart import dark, draw
from ui.deleted import bring_back, labels, offer_to_restore
from ui.errors import fragment, say_error
from ui.navigation import offer_to_start, page_file
from ui.words import brief, describe, escape, when

PAGE_RUNS = 20
REFRESH_SECONDS = 2.0
COMPARED = 2


def page() -> None:
    """A card for each run, the newest first; two that are ticked stand side by side above them."""
    st.title("Runs")
    store = RunStore()
    store.purge(older_than=RESTORABLE_SECONDS)
    offer_to_undo(store)
    every = pace(newest(store))
    fragment(list_runs, run_every=every)(store, every=every)


def newest(store: RunStore) -> list[RunRecord | Unreadable]:
    """As many runs as are shown, and one more if there is one."""
    return store.newest(limit=st.session_state.setdefault("shown-runs", PAGE_RUNS) + 1)


def pace(records: Sequence[RunRecord | Unreadable]) -> float | None:
    """Seconds between two looks at the list; None where nothing goes on."""
    return REFRESH_SECONDS if any(record.active for record in records) else None


def list_runs(store: RunStore, *, every: float | None) -> None:
    """The list as it stands; redraws itself `every` so many seconds until nothing goes on any more."""
    records, shown = newest(store), st.session_state["shown-runs"]
    if not records:
        st.info("No runs yet. Each run that you start is kept here: open it, compare two, or delete what is no use.")
        offer_to_start()
        list_deleted(store)
        return
    above = st.container()
    ticked = [record for record in records[:shown] if card(store, record)]
    if len(records) > shown and st.button("Show more"):
        st.session_state["shown-runs"] = shown + PAGE_RUNS
        st.rerun()
    list_deleted(store)
    with above:
        if len(ticked) == COMPARED:
            compare(store, ticked)
        elif ticked:
            st.info("Tick exactly two runs to compare them.")
    if pace(records) != every:
        st.rerun()  # last, since it would forget a click


def offer_to_undo(store: RunStore) -> None:
    """Bring the run that was deleted last back, where asked to."""
    deleted = st.session_state.get("deleted-run")
    if deleted:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"Run {deleted} is deleted.", width="content")
            undo = st.button("Undo", key="undo")
        if undo:
            bring_back(deleted, store.restore, last="deleted-run")


def list_deleted(store: RunStore) -> None:
    """The runs that can still be brought back."""
    offer_to_restore(
        labels(store.deleted(), lambda run: brief(run.config, run.result)), store.restore, last="deleted-run"
    )


def card(store: RunStore, record: RunRecord | Unreadable) -> bool:
    """One run: what, when, what it found; returns whether it is ticked for comparison."""
    with st.container(border=True):
        if isinstance(record, Unreadable):
            st.text(f"{when(record.created)} · {record.id}")
            st.text(record.error)
            offer_to_delete(store, record)
            return False
        st.text(f"{when(record.created)} · {record.state} · {record.id}")
        st.markdown(f"**{escape(describe(record.config, record.result))}**")
        found = record.result
        if found:
            dense, small = found.dense.test_accuracy, found.compressed.test_accuracy
            told = f"{smaller(found.compressed.compression)}; test accuracy {dense:.1%} dense, {small:.1%} compressed"
            f1 = f"; macro-F1 {percent(found.dense.test_macro_f1)} and {percent(found.compressed.test_macro_f1)}"
            st.text(told + f1)
        elif record.error:
            st.text(record.error)
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button("Open", key=f"open-{record.id}"):
                st.switch_page(page_file("live_run"), query_params={"run": record.id})
            offer_to_delete(store, record)
            return st.checkbox("Compare", key=f"compare-{record.id}", disabled=found is None)


def offer_to_delete(store: RunStore, record: RunRecord | Unreadable) -> None:
    """Delete the run, where asked to."""
    if st.button("Delete", key=f"delete-{record.id}", disabled=record.active, help="Can be undone for a day."):
        store.delete(record.id)
        st.session_state["deleted-run"] = record.id
        st.rerun()


def compare(store: RunStore, records: list[RunRecord]) -> None:
    """Two finished runs side by side: what differs in their settings, their numbers and their curves."""
    st.subheader("Side by side")
    st.table(comparison(records))
    curves = [
        Curve(record.id, [stored.point for stored in store.points(record.id)], store.marks(record.id))
        for record in records
    ]
    draw(comparison_chart(curves, dark=dark()), key="comparison-chart")


def comparison(records: list[RunRecord]) -> dict[str, list[str]]:
    """A column for each run, behind one of labels: the settings that differ, then the numbers; Markdown."""
    chosen = [settings(record.config, record.result) for record in records]
    names = [name for name in {**chosen[0], **chosen[1]} if chosen[0].get(name) != chosen[1].get(name)]
    columns = [[escape(str(each.get(name, "default"))) for name in names] for each in chosen]
    labels = [escape(name.replace("_", " ")) for name in names]
    for record, column in zip(records, columns, strict=True):
        column += [value for _, value in numbers(record)]
    table = {"": labels + [label for label, _ in numbers(records[0])]}
    return table | {record.id: column for record, column in zip(records, columns, strict=True)}


def numbers(record: RunRecord) -> list[tuple[str, str]]:
    """What a finished run found, with units."""
    found = record.result
    if found is None:
        return []
    low, high = found.compressed.test_interval
    before = found.compressed.before_retraining
    return [
        ("table smaller by", f"{found.compressed.compression:.1%}"),
        ("dense, test accuracy", f"{found.dense.test_accuracy:.1%}"),
        ("just compressed, test accuracy", f"{before.test_accuracy:.1%}"),
        ("re-trained, test accuracy", f"{found.compressed.test_accuracy:.1%} ({low:.1%} to {high:.1%})"),
        ("dense, test macro-F1", percent(found.dense.test_macro_f1)),
        ("re-trained, test macro-F1", percent(found.compressed.test_macro_f1)),
        ("McNemar's p against dense", f"{found.paired_test.p_value:.2g}"),
        ("deployed file", f"{found.deployed.bytes_on_disk / 1000:,.0f} kB"),
        ("MACs for one text, deployed", f"{found.deployed.macs:,}"),
        ("latency of one text, deployed", f"{found.deployed.latency_ms:.2f} ms"),
        ("training, compressing and re-training", f"{_working_seconds(record):.1f} s"),
    ]


def _working_seconds(record: RunRecord) -> float:
    seconds = record.result.seconds if record.result else None
    return seconds.train + seconds.compress + seconds.retrain if seconds else 0.0


try:
    page()
except RanklensError as problem:
    say_error(problem)
