"""The instant rank curve: drag the rank, and accuracy, bytes and operations answer at once."""

import streamlit as st

from core.charts.ranks import at_rank, best_first, rank_chart
from core.compression.methods import METHODS, Method
from core.compression.rank import rank_for
from core.compression.size import DEFAULT_COMPRESSION
from core.config import RunConfig
from core.results import RankCurves, RunResult
from ui.chart import dark, draw


def explore_ranks(
    run: str, curves: RankCurves, config: RunConfig, *, dense: float | None, result: RunResult | None
) -> None:
    """The chart, a slider that starts at the rank of the `run`, and what a rank means; the form can take it over."""
    st.subheader("Every rank, before re-training")
    st.caption("Measured on dev as soon as the dense model stood. Drag the rank; re-training then adds what it can.")
    method = METHODS.get(config.method).build(config.parameters("method"))
    most = min(curves.rows, curves.width)
    planned = _rank_of(method, curves)
    start = min((result and result.compressed.rank) or planned, most)
    # a rank that was asked for by hand, or that the energy decided, is known last: it needs a slider of its own
    key = f"explored-rank-{run}" if start == planned else f"explored-rank-{run}-{start}"
    chosen = st.slider("Rank", 1, most, start, key=key, help="Width of the narrow table.")
    best = best_first(curves.curves, chosen)[0]
    own = next((curve for curve in curves.curves if curve.metric == method.metric_name), best)
    columns = st.columns(4)
    columns[0].metric("Accuracy on dev", f"{at_rank(own, chosen):.1%}", help=f"In the metric “{own.metric}”.")
    if at_rank(own, chosen) < at_rank(best, chosen):
        columns[0].caption(f"“{best.metric}” is best here: {at_rank(best, chosen):.1%}")
    saved = method.saved_at(chosen, rows=curves.rows, width=curves.width)
    columns[1].metric("Table smaller by", f"{saved:.1%}", help="Negative above the break-even rank: the table grows.")
    size = method.folded_bytes_at(chosen, rows=curves.rows) / 1000
    columns[2].metric("Deployed table", f"{size:,.1f} kB", help="V·r numbers: the second factor is folded away.")
    macs, told = curves.macs_at_zero + chosen * curves.macs_per_rank, "Of the whole deployed model"
    decoding = method.decoding_macs_at(chosen)
    if decoding and result:
        macs, told = macs + decoding * result.dataset.tokens_per_text, f"{told}, decoding the packed table included"
    elif decoding:
        told += "; decoding the packed table adds r for each token"
    columns[3].metric("MACs for one text", f"{macs:,}", help=f"{told}.")
    draw(rank_chart(curves, rank=chosen, dense=dense, dark=dark()), key="rank-chart")
    if st.button("Take this rank", key="take-rank", help="Puts it into the form, for a new run."):
        settings = {name: value for name, value in config.to_dict().items() if name not in ("compression", "energy")}
        st.query_params.from_dict(RunConfig.from_dict({**settings, "rank": chosen}).to_text())
        st.rerun()  # all of the page: this part of it may be redrawn alone


def _rank_of(method: Method, curves: RankCurves) -> int:
    """The rank that the `method` takes on this table; the default one where the energy decides."""
    asked = method.fixed_rank(rows=curves.rows, width=curves.width)
    return asked or rank_for(DEFAULT_COMPRESSION, rows=curves.rows, width=curves.width)
