"""The instant rank curve: drag the rank, and accuracy, bytes and operations answer at once."""

import streamlit as st

from core.charts.ranks import at_rank, best_first, rank_chart
from core.compression.methods import METHODS, Method
from core.compression.rank import rank_for
from core.compression.size import DEFAULT_COMPRESSION
from core.config import RunConfig
from core.results import RankCurves
from ui.chart import dark, draw


def explore_ranks(run: str, curves: RankCurves, config: RunConfig, *, dense: float | None) -> None:
    """The chart, a slider that starts at the rank of the `run`, and what a rank means; the form can take it over."""
    st.subheader("Every rank, before re-training")
    st.caption("Measured on dev as soon as the dense model stood. Drag the rank; re-training then adds what it can.")
    method = METHODS.get(config.method).build(config.parameters("method"))
    most = min(curves.rows, curves.width)
    start = min(_rank_of(method, curves), most)
    chosen = st.slider("Rank", 1, most, start, key=f"explored-rank-{run}", help="Width of the narrow table.")
    best = best_first(curves.curves, chosen)[0]
    columns = st.columns(4)
    columns[0].metric(
        "Accuracy on dev", f"{at_rank(best, chosen):.1%}", help=f"In the best metric here, {best.metric}."
    )
    saved = method.saved_at(chosen, rows=curves.rows, width=curves.width)
    columns[1].metric("Table smaller by", f"{saved:.1%}", help="Negative above the break-even rank: the table grows.")
    size = method.folded_bytes_at(chosen, rows=curves.rows) / 1000
    columns[2].metric("Deployed table", f"{size:,.1f} kB", help="V·r numbers: the second factor is folded away.")
    macs = curves.macs_at_zero + chosen * curves.macs_per_rank
    columns[3].metric(
        "MACs for one text",
        f"{macs:,}",
        help="Of the whole deployed model; decoding a packed table adds r for each token.",
    )
    draw(rank_chart(curves, rank=chosen, dense=dense, dark=dark()), key="rank-chart")
    if st.button("Take this rank", key="take-rank", help="Puts it into the form, for a new run."):
        settings = {name: value for name, value in config.to_dict().items() if name not in ("compression", "energy")}
        st.query_params.from_dict(RunConfig.from_dict({**settings, "rank": chosen}).to_text())
        st.rerun()  # all of the page: this part of it may be redrawn alone


def _rank_of(method: Method, curves: RankCurves) -> int:
    """The rank that the `method` takes on this table; the default one where the energy decides."""
    asked = method.fixed_rank(rows=curves.rows, width=curves.width)
    return asked or rank_for(DEFAULT_COMPRESSION, rows=curves.rows, width=curves.width)
