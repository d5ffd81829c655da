"""A sweep as it stands: chart, choice and table."""

import pandas as pd
import streamlit as st

from core.charts.sweep import sweep_chart
from core.report.headline import cell_headline
from core.results import RankCurves
from core.runs.finished_sweep import FinishedSweep
from core.runs.sweep_record import SweepRecord
from core.sweep_config import SweepConfig
from core.sweep_table import USUAL_POINTS_LOST, Cell, SweepTable, smallest_within, to_csv
from ui.chart import dark, draw
from ui.navigation import page_file
from ui.numbers import show_numbers
from ui.sweep_start import list_failed

MOST_POINTS_LOST = 5.0


def show(record: SweepRecord, table: SweepTable | None, curves: RankCurves | None) -> None:
    """What is known so far of a sweep of one's own; updates in place when it is called again."""
    draw_table(record.id, record.config, table, curves)
    list_failed(record)


def show_recorded(sweep: FinishedSweep) -> None:
    """A recorded sweep: there are no runs of it to open."""
    draw_table(sweep.id, sweep.config, sweep.table, sweep.curves, openable=False)


def draw_table(
    sweep: str, config: SweepConfig, table: SweepTable | None, curves: RankCurves | None, *, openable: bool = True
) -> None:
    """Chart, choice and table of the runs that are done."""
    above = st.container()
    chosen = choose(table, sweep=sweep) if table else None
    if table or curves:
        chart = sweep_chart(table, curves, chosen=chosen, sweep=sweep, metrics=config.metrics, dark=dark())
        with above:
            clicked = draw(chart, key="sweep-chart")
            if openable:
                st.caption("A click on a point opens its run, of the first seed where there are several.")
        if clicked and openable:
            st.switch_page(page_file("live_run"), query_params={"run": clicked})
    if table:
        details(table, openable=openable)
        told = "Every way to compress, a line each, with intervals and the runs behind it."
        st.download_button("Export CSV", to_csv(table), f"sweep-{sweep}.csv", "text/csv", on_click="ignore", help=told)


def choose(table: SweepTable, *, sweep: str) -> Cell | None:
    """A slider for what may be lost in `sweep`, and the smallest model that loses no more."""
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
        key=f"may-lose-{sweep}",
    )
    cell = smallest_within(table.cells, lost / 100)
    if cell is None:
        st.info(f"Nothing smaller than the dense model is within {lost:g} points of it so far.")
        return None
    show_numbers(cell_headline(cell))
    return cell


def details(table: SweepTable, *, openable: bool) -> None:
    """Every way to compress, and the way to its run where that is `openable`."""
    rows = [
        {
            "how": cell.label,
            **({"run": f"/?run={cell.runs[0]}"} if openable else {}),
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
    percent = {name: st.column_config.NumberColumn(format="%.1f%%") for name in ("smaller by", "dev", "test")}
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        key="sweep-table",
        placeholder="–",
        column_config={
            **percent,
            "lost on dev": st.column_config.NumberColumn(format="%.1f", help="Points, against the dense models."),
            "not re-trained": st.column_config.NumberColumn(format="%.1f%%", help="On dev, just compressed."),
            "deployed, kB": st.column_config.NumberColumn(format="%.0f"),
            "MACs": st.column_config.NumberColumn(format="localized"),
            "run": st.column_config.LinkColumn(display_text="open", help="The run of the first seed, on Live run."),
        },
    )
