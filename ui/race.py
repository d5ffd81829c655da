"""The race: optimisers × schedules × seeds, as runs of the store, watched together."""

import statistics
from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.charts.race import race_chart
from core.config import RunConfig
from core.counted import counted
from core.events import Stage
from core.runs.records import RunRecord
from core.runs.store import RunStore
from core.runs.wanted import progress_of, stop_all, submit_missing
from core.training.optimizers import OPTIMIZERS
from core.training.racing import NEARLY, Entrant, Lap, band_of, entrants, lap_of
from core.training.schedules import SCHEDULES
from ui.chart import dark, draw, preload
from ui.ended import say_ended
from ui.errors import fragment
from ui.knobs import number, rate_knob, whole

REFRESH_SECONDS = 1.0
MOST_SEEDS, DEFAULT_SEEDS = 10, 3
DEFAULT_SCHEDULES = "constant,calr,one-cycle,sgdr"
PHASES: dict[Stage, str] = {"train": "Training from the start", "retrain": "Re-training after compression"}


def race(store: RunStore, config: RunConfig, own: dict[str, str], *, key: str) -> dict[str, str]:
    """Choose who races, start the runs that are missing, watch; returns what belongs into the URL.

    For `key`, see `ui.followed`.
    """
    st.caption(
        "Every entrant trains and re-trains with its own optimiser and schedule. With the same seed all start from the "
        "same weights and read the texts in the same order, so only the steps differ; each re-trains the model that it "
        "trained itself. A run made before counts."
    )
    rates = choose_optimizers(config, own, key=key)
    left, right = st.columns([3, 1])
    given = [name for name in own.get("schedules", DEFAULT_SCHEDULES).split(",") if name in SCHEDULES.names()]
    schedules = left.multiselect(
        "Schedules", SCHEDULES.names(), given, help="Each is raced with each optimiser.", key=f"{key}-schedules"
    )
    told = "Runs of each entrant; the band is from its lowest to its highest."
    seeds = right.slider(
        "Seeds", 1, MOST_SEEDS, whole(own.get("seeds"), DEFAULT_SEEDS, most=MOST_SEEDS), help=told, key=f"{key}-seeds"
    )
    racing = entrants(rates, schedules)
    chosen = {entrant: [entrant.config(config, seed) for seed in range(seeds)] for entrant in racing}
    wanted = [each for configs in chosen.values() for each in configs]
    done, active = progress_of(store.matching(wanted))
    missing = len(wanted) - done - active
    label = f"Start {counted(missing, 'run')}"
    ended = say_ended(store, wanted)
    if missing and st.button(label, type="primary", key="race-start", help="Several run at once, in the background."):
        submit_missing(store, wanted)
        st.rerun()
    phase: Stage = own.get("phase", "train") if own.get("phase") in PHASES else "train"  # type: ignore[assignment]
    if done or active:
        phase = st.segmented_control(
            "Phase",
            list(PHASES),
            default=phase,
            required=True,
            format_func=PHASES.__getitem__,
            help="The dense model's training, or what re-training gives back after compression.",
            key=f"{key}-phase",
        )
        every = REFRESH_SECONDS if active else None
        fragment(watch, run_every=every)(store, chosen, phase, watching=active > 0)
    else:
        preload()
        if not ended:
            waiting = f"Nobody has raced yet: {counted(len(wanted), 'run')} to go with **{label}**."
            st.info(waiting if wanted else "Choose who races.")
    texts = {name: f"{rate:g}" for name, rate in rates.items()}
    return {
        "rates": ",".join(f"{name}:{rate}" for name, rate in texts.items()),
        "schedules": ",".join(schedules),
        "seeds": str(seeds),
        "phase": phase,
    }


def choose_optimizers(config: RunConfig, own: dict[str, str], *, key: str) -> dict[str, float]:
    """The optimisers that race, each with its highest rate; at first that of `config`."""
    given = dict(pair.split(":", 1) for pair in own.get("rates", f"{config.optimizer}:").split(",") if ":" in pair)
    titles = {each.name: each.title for each in OPTIMIZERS}
    names = st.multiselect(
        "Optimisers",
        list(titles),
        [name for name in given if name in titles],
        format_func=titles.__getitem__,
        help="Each with a highest rate of its own, since a rate that suits one is wrong for another.",
        key=f"{key}-optimizers",
    )
    columns = st.columns(max(2, len(names)))
    rates = {}
    for column, name in zip(columns, names, strict=False):
        with column:
            told = "The range test finds a good one for each optimiser."
            start = number(given.get(name), config.learning_rate)
            rates[name] = rate_knob(f"{titles[name]}: highest rate", start, help=told, key=f"{key}-rate-{name}")
    return rates


def watch(store: RunStore, chosen: dict[Entrant, list[RunConfig]], phase: Stage, *, watching: bool) -> None:
    """The bands and the table as they stand."""
    wanted = [config for configs in chosen.values() for config in configs]
    records = store.matching(wanted)
    done, active = progress_of(records)
    if (active > 0) != watching:
        st.rerun()
    if active:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(done / len(wanted), f"{done} of {len(wanted)} runs are done")
            if st.button(
                "Stop the race", key="race-stop", help="What is done stays, and the rest can be started again."
            ):
                stop_all(store, wanted)
    in_order = iter(records)
    laps = {entrant: laps_of(store, [next(in_order) for _ in configs], phase) for entrant, configs in chosen.items()}
    laps = {entrant: found for entrant, found in laps.items() if found}
    bands = {entrant.name: band_of([lap for _, lap in found]) for entrant, found in laps.items()}
    draw(race_chart(bands, dark=dark()), key="race-chart")
    table = [row(entrant, found, phase) for entrant, found in laps.items()]
    table.sort(key=lambda each: -each["best dev"])
    st.dataframe(table, hide_index=True, column_config=COLUMNS)


def laps_of(store: RunStore, records: Sequence[RunRecord | None], phase: Stage) -> list[tuple[RunRecord, Lap]]:
    """Those of `records` that have come to `phase`, each with its way through it."""
    found = []
    for record in records:
        lap = record and lap_of([stored.point for stored in store.points(record.id)], phase)
        if record and lap:
            found.append((record, lap))
    return found


COLUMNS: dict[str, Any] = {
    "best dev": st.column_config.NumberColumn("Best on dev, %", format="%.1f", help="Mean over seeds."),
    "test": st.column_config.NumberColumn("Test there, %", format="%.1f", help="Of the state that was best on dev."),
    "epochs": st.column_config.NumberColumn(
        f"Epochs to {NEARLY:.0%}", format="%.1f", help="Until the accuracy on dev was so much of its best."
    ),
}


def row(entrant: Entrant, found: Sequence[tuple[RunRecord, Lap]], phase: Stage) -> dict[str, Any]:
    """One line of the table: means over the seeds that have come so far; test once all of them are done."""
    results = [record.result for record, _ in found if record.result]
    model = "dense" if phase == "train" else "compressed"
    tests = [getattr(result, model).test_accuracy for result in results]
    return {
        "optimiser": entrant.optimizer,
        "schedule": entrant.schedule,
        "rate": f"{entrant.learning_rate:g}",
        "seeds": len(found),
        "best dev": 100 * statistics.fmean(lap.best for _, lap in found),
        "test": 100 * statistics.fmean(tests) if len(tests) == len(found) else None,
        "epochs": statistics.fmean(lap.epochs_to_nearly_best for _, lap in found),
    }
