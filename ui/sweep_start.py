"""Opening a sweep, starting one and watching it: what the pages Sweep and Compare methods share."""

from collections.abc import Callable, Sequence

import streamlit as st

from core.counted import counted
from core.errors import MissingPackageError, RanklensError
from core.runs.executors import executor_at
from core.runs.finished_sweep import FinishedSweep, recorded_sweeps
from core.runs.sweep_record import SweepRecord, duration
from core.runs.sweeps import LOCAL, SweepStore
from ui.errors import fragment, say_error
from ui.navigation import page_file
from ui.picker import say_recorded
from ui.preview import preview, say_refused
from ui.sweep_form import SweepForm
from ui.words import escape, setting, when

REFRESH_SECONDS = 2.0


def opened(store: SweepStore) -> SweepRecord | FinishedSweep | None:
    """The sweep that the URL names, if it does and if it is there: one of the store, or a recorded one."""
    sweep = st.query_params.get("sweep")
    try:
        return None if not sweep else recorded_sweeps().get(sweep) or store.sweep(sweep)
    except RanklensError as error:
        st.warning(escape(str(error)))
        st.query_params.clear()
        return None


def start(
    store: SweepStore, form: SweepForm, record: SweepRecord | FinishedSweep | None, *, key: str, address: str = LOCAL
) -> None:
    """Start, and what the choice will mean; where one is open, the `record`, a new one can be started beside it."""
    if record and form.sweep:
        st.caption(escape(setting(form.sweep.base)))
    runs = f" {counted(len(form.sweep.runs()), 'run')}" if form.sweep else ""
    told = "Trains the dense model of each seed once, then compresses and re-trains it in every way."
    label, kind = (f"Start{runs} anew", "secondary") if record else (f"Start{runs}", "primary")
    place, missing = st.container(), None
    try:
        ready = preview(form)
    except MissingPackageError as error:
        ready, missing = False, error
    pressed = place.button(label, type=kind, disabled=not ready, key=key, help=told)
    if missing:
        st.warning(escape(str(missing)))
        st.page_link(page_file("live_run"), label="Fetch it on the page Live run")
    say_refused(form)
    if record and (form.sweep is None or setting(form.sweep.base) != setting(record.config.base)):
        st.caption(escape(f"Open here: {setting(record.config.base)}"))
    if not (pressed and ready and form.sweep):
        return
    try:
        executor = executor_at(address)
        sweep = store.create_sweep(form.sweep, executor=address)
        executor.start(store, sweep)
    except RanklensError as error:
        say_error(error)
        return
    st.query_params.from_dict({**form.sweep.to_text(), "sweep": sweep})
    st.rerun()


def list_before(title: str, records: Sequence[SweepRecord], *, page: str) -> None:
    """Links to `records` on `page`, below a `title` where there are some."""
    if records:
        st.subheader(title)
    for record in records:
        several = [f"{len(record.config.methods)} methods"] if len(record.config.methods) > 1 else []
        done = f"{record.counts['done']} of {len(record.runs)} runs"
        label = " · ".join([when(record.created), setting(record.config.base), *several, done, record.state])
        st.page_link(page_file(page), label=escape(label), query_params={"sweep": record.id})


def watch(store: SweepStore, record: SweepRecord, show: Callable[[SweepStore, SweepRecord], None]) -> None:
    """The sweep as it stands, drawn by `show`, again and again until nothing goes on any more."""
    every = REFRESH_SECONDS if record.active else None
    fragment(_look, run_every=every)(store, record.id, show, active=record.active)


def _look(store: SweepStore, sweep: str, show: Callable[[SweepStore, SweepRecord], None], *, active: bool) -> None:
    record = store.sweep(sweep)
    if record.active != active:
        st.rerun()
    if record.active:
        executor_at(record.executor).start(store, sweep)
    if record.error:
        st.error(escape(record.error))
    st.progress(record.progress, _said(record))
    show(store, record)


def _said(record: SweepRecord) -> str:
    """Where it stands, in words."""
    counts, left = record.counts, record.seconds_left
    parts = [f"{record.trunks} of {len(record.config.seeds)} dense models"]
    parts += [f"{counts['done']} of {len(record.runs)} runs"]
    parts += [f"{counts['running']} going on"] if counts["running"] else []
    if record.state == "failed":  # all else is done; a size that a method can't reach is no failure of the sweep
        parts += [f"{counts['failed'] + counts['lost']} without a result"]
    else:
        parts += [f"{duration(left)} left"] if record.active and left is not None else [record.state]
    return " · ".join(parts)


def list_failed(record: SweepRecord, such_as: str = "") -> None:
    """The runs that came to nothing, each with its reason; `such_as` says what to expect among them."""
    failed = [run for run in record.runs if run.state in ("failed", "lost")]
    if failed:
        with st.expander(f"{len(failed)} without a result{such_as}"):
            for run in failed:
                st.text(f"{run.config.method} {dict(run.config.options)}, seed {run.config.seed}: {run.error}")


def offer_recorded(page: str, show: Callable[[FinishedSweep], None], *, unfolded: bool) -> None:
    """The recorded sweeps: shown at once where they are `unfolded`, since there is nothing else yet, else a link."""
    for sweep in recorded_sweeps().values():
        if unfolded:
            st.subheader(f"Recorded: {sweep.title}")
            say_recorded(sweep, page=page)
            fragment(show)(sweep)
        else:
            st.page_link(page_file(page), label=f"Recorded · {sweep.title}", query_params={"sweep": sweep.id})
