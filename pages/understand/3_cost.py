"""Cost: what each rank costs by formula, by count and by measurement, side by side."""

import streamlit as st

from core.charts.break_even import break_even_chart
from core.charts.latencies import latency_chart
from core.compression.rank import break_even_rank, rank_for
from core.compression.size import DEFAULT_COMPRESSION
from core.errors import RanklensError
from core.profiling.formulas import Shape, forms, shape_of, value
from core.profiling.process import measure_run
from core.profiling.variants import TITLES
from core.results import Costs
from core.runs.finished import FinishedRun
from core.runs.store import RunStore
from ui.chart import dark, draw
from ui.costs import agreement, costs_of, formula_table, measured_table, recorded_table
from ui.errors import say_error
from ui.knobs import whole
from ui.picker import pick_run
from ui.words import signed

NOT_YET = (
    "Not measured yet: median and 95th percentile of every form of this model and of torch's own 8-bit table, for one "
    "text and for 256 at once. A recorded run has to be run here first."
)


def page() -> None:
    """A run, a rank, and three ways to know what it costs."""
    st.title("Cost")
    store = RunStore()
    run = pick_run(store)
    if run is None:
        return
    shape = shape_of(run.config, run.result)
    rank = pick_rank(run, shape)
    headline(shape, rank)
    st.subheader("Every rank, by formula")
    draw(break_even_chart(shape, rank=rank, dark=dark()), key="break-even-chart")
    show_formulas(shape, rank)
    st.subheader("This run, by formula, by count and by measurement")
    measured(store, run)


def pick_rank(run: FinishedRun, shape: Shape) -> int:
    """The rank that the formulas are for, kept in the URL; at first the run's own, or that of 90 %."""
    most = min(shape.rows, shape.width)
    own = run.result.compressed.rank or rank_for(DEFAULT_COMPRESSION, rows=shape.rows, width=shape.width)
    first = whole(st.query_params.get("rank"), own, most=most)
    told = "Width of the narrow table, for the formulas. What was measured stays at the run's own rank."
    rank: int = st.slider("Rank", 1, most, first, key=f"cost-rank-{run.id}", help=told)
    st.query_params["rank"] = str(rank)
    return rank


def headline(shape: Shape, rank: int) -> None:
    """Where factorising begins to pay, what it costs when written plainly, and what the fold makes of it."""
    letters, by_name = shape.letters(rank), {form.name: form for form in forms(shape)}
    dense, plain, folded = by_name["dense"], by_name["naive" if shape.pooled else "factorised"], by_name["folded"]
    even = break_even_rank(rows=shape.rows, width=shape.width)
    whole = value(dense.macs, letters) + shape.other_macs
    columns = st.columns(4, border=True)
    columns[0].metric("Break-even rank", f"{even:.1f}", help="V·d/(V + d).")
    columns[0].caption("Above it, two factors store more numbers than the table that they replace.")
    more = value(plain.macs, letters) - value(dense.macs, letters)
    columns[1].metric(
        f"MACs, {TITLES[plain.name]}", f"{signed(100 * more / whole, 1)}%", help="Of the whole model, against dense."
    )
    columns[1].caption(f"{whole + more:,} where the dense model has {whole:,}: B is a product more for each token.")
    fewer = value(folded.macs, letters) - value(dense.macs, letters)
    columns[2].metric("MACs, folded", f"{signed(100 * fewer / whole, 1)}%", help="Of the whole model, against dense.")
    columns[2].caption(f"{whole + fewer:,}: B is multiplied into the layer that reads it. The outputs are the same.")
    stored, kept = value(dense.bytes_stored, letters), value(folded.bytes_stored, letters)
    told = "Of the table and the layer that reads it, against dense."
    columns[3].metric("Bytes, folded", f"{signed(100 * kept / stored - 100, 1)}%", help=told)
    columns[3].caption(f"{kept / 1000:,.0f} kB where the dense table and its reader have {stored / 1000:,.0f} kB.")
    st.caption(
        "A MAC is one multiplication and one addition; FLOPs are twice as many. Looking up, adding and averaging "
        "stored rows counts as none."
    )


def show_formulas(shape: Shape, rank: int) -> None:
    """The formulas in letters, and with the run's numbers put in."""
    macs, stored = st.tabs(["MACs for one text", "Bytes stored"])
    macs.table(formula_table(shape, rank, what="MACs"))
    reads = "the mean row" if shape.pooled else "every token's row"
    macs.caption(
        f"V = {shape.rows:,} words, d = {shape.width} numbers a word, r = {rank}, T = {shape.tokens} tokens, the mean "
        f"of the test texts; the next layer reads {reads} and gives out h = {shape.reader:,}. All else in the model "
        f"takes {shape.other_macs:,} MACs in every form."
    )
    stored.table(formula_table(shape, rank, what="bytes"))
    stored.caption("Of the table and the layer that reads it, at 4 bytes a number; fixed point has two more a row.")


def measured(store: RunStore, run: FinishedRun) -> None:
    """What the run found; and once asked to, every form of its model, with latencies."""
    result, costs = run.result, costs_of(run)
    st.table(measured_table(costs) if costs else recorded_table(run.config, result))
    st.caption(agreement(costs, result))
    if result.peak_rss_bytes:
        st.caption(
            f"Training held at most {result.peak_rss_bytes / 1e6:,.0f} MB of memory: the whole process, Python, torch, "
            "the texts and the word vectors included."
        )
    st.subheader("Latency")
    if costs:
        draw(latency_chart(costs, dark=dark()), key="latency-chart")
        st.caption(faster(costs))
    else:
        st.caption(NOT_YET)
    if run.folder:
        offer_to_measure(store, run, again=costs is not None)


def offer_to_measure(store: RunStore, run: FinishedRun, *, again: bool) -> None:
    """A process of its own counts, weighs and times every form; any click meanwhile, such as Stop, ends it."""
    assert run.folder
    if any(record.active for record in store.newest()):
        st.warning("A run is going on: it takes time from what is measured now. Better wait until it has ended.")
    label = "Measure again" if again else "Measure now"
    told = "Takes some ten seconds, in a process of its own, on one thread, on 256 of the run's test texts."
    slot = st.empty()
    if not slot.button(label, type="secondary" if again else "primary", key="measure", help=told):
        return
    with slot.container():
        bar = st.progress(0.0, "Loading the models …")
        st.button("Stop", key="stop-measuring", help="Ends the measuring; what was measured before stays.")
    measure_run(run.folder, progress=lambda share: bar.progress(share, _doing(share)))
    st.rerun()


def _doing(share: float) -> str:
    return "Loading the models …" if share == 0 else "Timing every form in turns …"


def faster(costs: Costs) -> str:
    """What deploying gains, in words."""
    by_name = {cost.name: cost for cost in costs.models}
    smallest = by_name.get("folded") or by_name["compressed"]
    ratios = []
    for number, latency in enumerate(smallest.latencies):
        times = "one text" if latency.texts == 1 else f"{latency.texts} at once"
        dense, peer = (by_name[name].latencies[number].p50_ms for name in ("dense", "torch-ao"))
        ratios.append(f"{times} {latency.p50_ms / dense:.2f}× dense and {latency.p50_ms / peer:.2f}× torch.ao")
    return (
        f"Medians of the model as it is deployed ({TITLES[smallest.name]}): {'; '.join(ratios)}. Bars are medians, "
        "what sticks out of them reaches to the 95th percentile. All took turns on the same texts of the test split."
    )


try:
    page()
except RanklensError as problem:
    say_error(problem)
