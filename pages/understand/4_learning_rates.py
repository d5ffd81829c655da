"""Learning rates: a schedule drawn from sliders, the range test, and a race of optimisers and schedules."""

import streamlit as st

from core.charts.rates import rates_chart
from core.config import RunConfig
from core.errors import MissingPackageError, RanklensError
from core.fetching import awaited
from core.parameters import specs
from core.runs.store import RunStore
from core.training.rates import planned_rates
from core.training.schedules import SCHEDULES
from ui.chart import dark, draw
from ui.errors import fragment, say_error
from ui.followed import followed, keep_in_url
from ui.knobs import knob, knobs
from ui.navigation import page_file
from ui.preview import Shape, shape_of
from ui.race import race
from ui.range_test import range_test
from ui.training_choice import choose_training, linked
from ui.words import escape

VIEWS = {"draw": "Draw a schedule", "range": "Find a rate", "race": "Race"}
SYMBOLS = (
    r"$\eta$: learning rate · $i$: iteration of the phase · $n$: iterations of the phase · $m$: of an epoch · "
    r"$e$: epochs done · $s$: step size · $\gamma$: annealing factor"
)


def page() -> None:
    """The choice of data and model in the side bar, one of three views beside it."""
    st.title("Learning rates")
    key = followed("training")
    started, own = linked()
    with st.sidebar:
        config = choose_training(started, key=key)
    shape = known_shape(config)
    if shape is None:
        keep_in_url("training", {**config.to_text(), **own})
        return
    view = st.segmented_control(
        "View",
        list(VIEWS),
        default=own.get("view", "draw") if own.get("view") in VIEWS else "draw",
        required=True,
        format_func=VIEWS.__getitem__,
        label_visibility="collapsed",
        help="Draw what a schedule does, find the rate it may rise to, or race schedules against each other.",
        key=f"{key}-view",
    )
    if view == "draw":
        fragment(draw_schedule)(config, shape, own, key=f"{key}-draw")
        return
    show = range_test if view == "range" else race
    own = show(RunStore(), config, own, key=f"{key}-{view}")
    keep_in_url("training", {**config.to_text(), **own, "view": view})


def known_shape(config: RunConfig) -> Shape | None:
    """The shape of the data of `config`; None, and the way to what is missing, where it has to be fetched first."""
    try:
        waiting = awaited(config)
        if not waiting:
            return shape_of(config)
        for sentence in waiting.values():
            st.info(escape(sentence))
        label = "Start a run on the page Live run, which fetches it"
    except MissingPackageError as error:
        st.warning(escape(str(error)))
        label = "Fetch it on the page Live run"
    st.page_link(page_file("live_run"), label=label, query_params=config.to_text())
    return None


def draw_schedule(config: RunConfig, shape: Shape, own: dict[str, str], *, key: str) -> None:
    """The schedule's sliders, its formula, and the rate at each iteration on this many texts."""
    per_epoch = -(-shape.texts // config.batch_size)
    fields = {spec.name: spec for spec in specs(RunConfig)}
    left, right = st.columns([1, 2], gap="large")
    with left:
        titles = {each.name: each.title for each in SCHEDULES}
        name = st.selectbox(
            "Schedule",
            list(titles),
            list(titles).index(config.schedule),
            format_func=titles.__getitem__,
            help=fields["schedule"].help,
            key=f"{key}-schedule",
        )
        component = SCHEDULES.get(name)
        rate = knob(fields["learning_rate"], config.learning_rate, key=key)
        wanted = specs(component.parameters)
        options = knobs(wanted, dict(config.options), key=f"{key}-{name}", most={"step_size": max(1000, 2 * per_epoch)})
        logarithmic = st.toggle(
            "Logarithmic",
            own.get("log") == "true",
            help="Shows small rates, such as CALR's later epochs.",
            key=f"{key}-log",
        )
    drawn = config.changed(schedule=name, learning_rate=rate, **options)
    with right:
        st.caption(component.help)
        st.latex(component.formula)
        phases = planned_rates(drawn, train_texts=shape.texts)
        draw(rates_chart(phases, logarithmic=logarithmic, dark=dark(), height=340), key="rates-chart")
        st.caption(SYMBOLS)
    st.caption(
        f"{shape.texts:,} training texts in batches of {config.batch_size}: {per_epoch:,} iterations an epoch, "
        f"{sum(map(len, phases.values())):,} in all."
    )
    st.page_link(page_file("live_run"), label="Run this schedule", query_params=drawn.to_text())
    with st.expander("Copy as command"):
        st.code(drawn.to_command(), language="bash", wrap_lines=True)
    keep_in_url("training", {**drawn.to_text(), **({"log": "true"} if logarithmic else {}), "view": "draw"})


try:
    page()
except RanklensError as problem:
    say_error(problem)
