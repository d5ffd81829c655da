"""A sweep as it stands: chart, choice and table."""

import pandas as pd
import streamlit as st

from core.charts.sweep import label, sweep_chart
from core.results import RankCurves
from core.runs.sweep_record import SweepRecord
from core.runs.sweeps import SweepStore
from core.sweep_table import Cell, SweepTable, mean_curves, smallest_within, tabulate, to_csv
from ui.chart import dark, draw
from ui.navigation import page_file

MOST_POINTS_LOST = 5.0
USUAL_POINTS_LOST = 0.5


def show(store: SweepStore, record: SweepRecord) -> None:
    """What is known so far; updates in place when it is called again."""
    table = tabulate(record.runs)
    curves = mean_curves(curves_of(store, record)) if "low-rank" in record.config.methods else None
    above = st.container()
    chosen = choose(table) if table else None
    if table or curves:
        metrics = record.config.metrics
        chart = sweep_chart(table, curves, chosen=chosen, sweep=record.id, metrics=metrics, dark=dark())
        with above:
            clicked = draw(chart, key="sweep-chart")
            st.caption("A click on a point opens its run, of the first seed where there are several.")
        if clicked:
            st.switch_page(page_file("live_run"), query_params={"run": clicked})
    if table:
        details(table)
        told = "Every way to compress, a line each, with intervals and the runs behind it."
        st.download_button(
            "Export CSV", to_csv(table), f"sweep-{record.id}.csv", "text/csv", on_click="ignore", help=told
        )
    failed = [run for run in record.runs if run.state in ("failed", "lost")]
    if failed:
        with st.expander(f"{len(failed)} without a result"):
            for run in failed:
                st.text(f"{run.config.method} {dict(run.config.options)}, seed {run.config.seed}: {run.error}")


def curves_of(store: SweepStore, record: SweepRecord) -> list[RankCurves]:
    """The curves without re-training, of one run a seed."""
    found: dict[int, RankCurves] = {}
    for run in record.runs:
        if run.config.seed not in found and run.state != "queued" and (curves := store.curves(run.id)):
            found[run.config.seed] = curves
    return list(found.values())


def choose(table: SweepTable) -> Cell | None:
    """A slider for what may be lost, and the smallest model that loses no more."""
    st.subheader("The smallest that is good enough")
    told = "Points of accuracy on dev that may be lost against the dense model. Test takes no part in the choice."
    lost = st.slider(
        "May lose, points on dev",
        0.0,
        MOST_POINTS_LOST,
        USUAL_POINTS_LOST,
        0.1,
        format="%.1f",
        help=told,
        key="may-lose",
    )
    cell = smallest_within(table.cells, lost / 100)
    if cell is None:
        st.info(f"Nothing smaller than the dense model is within {lost:g} points of it so far.")
        return None
    columns = st.columns(4, border=True)
    rank = "" if cell.rank is None else f" at rank {cell.rank}"
    columns[0].metric("Table smaller by", f"{cell.compression:.1%}", help="The embedding table, in bytes.")
    columns[0].caption(f"{label(cell)}{rank}")
    columns[1].metric(
        "Accuracy on dev", f"{cell.dev.mean:.1%}", f"{0.0 - 100 * cell.lost:+.1f} points", help="Chosen by."
    )
    columns[1].caption(f"dense {cell.dense_dev.mean:.1%}; 95 % interval {cell.dev.low:.1%} to {cell.dev.high:.1%}")
    told = "On texts that nothing was chosen by."
    points = 100 * (cell.test.mean - table.dense_test.mean)
    columns[2].metric("Confirmed on test", f"{cell.test.mean:.1%}", f"{points:+.1f} points", help=told)
    columns[2].caption(f"dense {table.dense_test.mean:.1%}; 95 % interval {cell.test.low:.1%} to {cell.test.high:.1%}")
    told = "The whole deployed model: the second factor is folded away."
    columns[3].metric("Deployed file", f"{cell.deployed_bytes / 1000:,.0f} kB", help=told)
    columns[3].caption(f"{cell.macs:,.0f} MACs for one text; {len(cell.runs)} seed{'s' * (len(cell.runs) > 1)}")
    return cell


def details(table: SweepTable) -> None:
    """Every way to compress, and the way to its run."""
    rows = [
        {
            "how": label(cell),
            "run": f"/?run={cell.runs[0]}",
            "rank": cell.rank,
            "smaller by": 100 * cell.compression,
            "dev": 100 * cell.dev.mean,
            "lost on dev": 100 * cell.lost,
            "test": 100 * cell.test.mean,
            "test, 95 %": f"{cell.test.low:.1%} to {cell.test.high:.1%}",
            "not re-trained": 100 * cell.before_dev.mean,
            "deployed, kB": cell.deployed_bytes / 1000,
            "MACs": cell.macs,
            "seeds": len(cell.runs),
        }
        for cell in table.cells
    ]
    percent = {name: st.column_config.NumberColumn(format="%.1f %%") for name in ("smaller by", "dev", "test")}
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        key="sweep-table",
        column_config={
            **percent,
            "lost on dev": st.column_config.NumberColumn(format="%.1f", help="Points, against the dense models."),
            "not re-trained": st.column_config.NumberColumn(format="%.1f %%", help="On dev, just compressed."),
            "deployed, kB": st.column_config.NumberColumn(format="%.0f"),
            "MACs": st.column_config.NumberColumn(format="localized"),
            "run": st.column_config.LinkColumn(display_text="open", help="The run of the first seed, on Live run."),
        },
    )
