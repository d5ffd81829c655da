"""Spectrum: what each rank of the table keeps, in each metric, and what its directions mean."""

import streamlit as st

from core.charts.ranks import at_rank
from core.charts.spectrum import spectrum_chart
from core.compression.rank import break_even_rank
from core.compression.size import dense_bytes, factors_bytes, folded_bytes
from core.errors import RanklensError
from core.insights.spectrum import Direction, End, Spectrum
from core.runs.finished import FinishedRun
from core.runs.store import RunStore
from ui.chart import dark, draw
from ui.errors import fragment, say_error
from ui.metric_and_rank import pick_metric, pick_rank
from ui.opened import say_what_is_gone, spectrum_of
from ui.picker import pick_run
from ui.words import escape, signed

CARDS_IN_A_ROW = 2


def page() -> None:
    """A run, its ranks, and the directions they keep."""
    st.title("Spectrum")
    run = pick_run(RunStore())
    if run is None:
        return
    say_what_is_gone(run)
    found = spectrum_of(run)
    if found is None:
        st.info("No spectrum was recorded with this run, and its models aren't here: run it yourself to see one.")
        return
    metric = pick_metric(run, [each.metric for each in found.spectra])
    fragment(explore)(run, found, metric)
    name_directions(found, metric)


def explore(run: FinishedRun, found: Spectrum, metric: str) -> None:
    """Drag the rank: bytes, error and accuracy answer."""
    most = min(found.rows, found.width)
    told = "Directions that are kept. Point at a line of the chart for any other rank."
    rank = pick_rank(run, most, told=told, place=st.container())
    each = next(each for each in found.spectra if each.metric == metric)
    whole = dense_bytes(rows=found.rows, width=found.width)
    naive, folded = factors_bytes(rank, rows=found.rows, width=found.width), folded_bytes(rank, rows=found.rows)
    columns = st.columns(4, border=True)
    told = "√(1 − energy kept): the size of what is lost against the size of all, in this metric."
    columns[0].metric("Relative error", f"{each.relative_error(rank):.1%}", help=told)
    columns[0].caption(f"{each.energy(rank):.1%} of the energy is kept")
    curve = next((curve for curve in run.curves.curves if curve.metric == metric), None) if run.curves else None
    told = "Without re-training, in this metric, as the run measured it."
    columns[1].metric("Accuracy on dev", f"{at_rank(curve, rank):.1%}" if curve else "not measured", help=told)
    columns[1].caption(f"dense {run.result.dense.dev_accuracy:.1%}")
    columns[2].metric("Two factors", f"{naive / 1000:,.1f} kB", help="4·r(V + d) bytes, as trained.")
    columns[2].caption(change(naive, whole))
    told = "4·V·r bytes: the second factor is folded into the layer that reads it."
    columns[3].metric("Folded", f"{folded / 1000:,.1f} kB", help=told)
    columns[3].caption(change(folded, whole))
    draw(spectrum_chart(found, run.curves, metric=metric, rank=rank, dark=dark()), key="spectrum-chart")
    even = break_even_rank(rows=found.rows, width=found.width)
    st.caption(
        f"The table has {found.rows:,} words × {found.width} numbers. Above the break-even rank "
        f"V·d / (V + d) = {even:.1f} (dotted), two factors take more than the table."
    )


def change(stored: int, whole: int) -> str:
    """How much less or more than the dense table."""
    return f"{abs(1 - stored / whole):.1%} {'less' if stored <= whole else 'more'} than {whole / 1000:,.0f} kB"


def name_directions(found: Spectrum, metric: str) -> None:
    """A card for each of the strongest directions."""
    each = next(each for each in found.spectra if each.metric == metric)
    st.subheader("What the strongest directions tell apart")
    st.caption(
        f"The words at both ends of each, of the {found.frequent:,} most frequent; and the classes whose texts lie "
        "that way: the mean place of a class's texts (a text's place is its words' mean) against that of all, in "
        "standard deviations. Which end is which is arbitrary."
    )
    if not any(direction.low.classes or direction.high.classes for direction in each.directions):
        st.caption("The training texts are gone, so classes can't be placed.")
    numbered = list(enumerate(each.directions, start=1))
    for start in range(0, len(numbered), CARDS_IN_A_ROW):
        columns = st.columns(CARDS_IN_A_ROW)
        for column, (number, direction) in zip(columns, numbered[start : start + CARDS_IN_A_ROW], strict=False):
            with column:
                card(number, direction)


def card(number: int, direction: Direction) -> None:
    """One direction and its ends."""
    with st.container(border=True):
        st.markdown(f"**{number}** · {direction.energy:.1%} of the energy")
        for arrow, end in (("→", direction.high), ("←", direction.low)):
            st.markdown(describe_end(arrow, end))


def describe_end(arrow: str, end: End) -> str:
    """Classes, then words, as Markdown that obeys nothing of theirs."""
    named = ", ".join(f"**{escape(place.name)}** {signed(place.deviation, 1)}" for place in end.classes)
    words = " · ".join(escape(word) for word in end.words)
    return f"{arrow} {named}  \n{words}" if named else f"{arrow} {words}"


try:
    page()
except RanklensError as problem:
    say_error(problem)
