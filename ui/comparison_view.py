"""A comparison as it stands: the target, the chart, the table."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.charts.methods import methods_chart
from core.comparison import Comparison, Difference, Row, choose, compare
from core.parameters import Spec, specs
from core.runs.finished_sweep import FinishedSweep
from core.runs.sweep_record import SweepRecord
from core.search.target import Target
from ui.chart import dark, draw
from ui.navigation import page_file
from ui.words import signed

STEPS = {"most_kb": 10.0, "most_points": 0.1}
JUST_ABOVE = 0.1  # a minimum that isn't allowed itself
LABELS = {"most_kb": "At most, kB", "most_points": "May lose, points on dev"}


def show(record: SweepRecord | FinishedSweep) -> None:
    """What is known so far; updates in place when it is called again. A recorded sweep has no runs to open."""
    comparison, openable = compare(record.runs), isinstance(record, SweepRecord)
    if comparison is None:
        return
    chosen = pick(comparison)
    chart = methods_chart(comparison, chosen=chosen, key=record.id, dark=dark(), openable=openable)
    clicked = draw(chart, key="methods-chart")
    if clicked and openable:
        st.switch_page(page_file("live_run"), query_params={"run": clicked})
    table(comparison, openable=openable)
    click = "A click on a point opens its run. " if openable else ""
    st.caption(
        f"{click}The bars begin where always giving the commonest class stands. 95 % "
        "intervals: Student's over two or more seeds, Wilson's for one. A ★ stands for a seed in which McNemar's exact "
        "test, on the same test texts, finds that the two models differ, after Holm's correction for all that stand in "
        "the column; without one, the difference may well be chance. The paper's method is low-rank in the "
        "metric plain, at the same rank or share, re-trained as the others are."
    )


def pick(comparison: Comparison) -> Row | None:
    """The target, and what keeps it."""
    st.subheader("What keeps a target")
    columns = st.columns([1, 1, 2], vertical_alignment="bottom")
    asked = {}
    for spec, column in zip(specs(Target), columns[:2], strict=True):
        with column:
            asked[spec.name] = _number(spec)
    if all(value is None for value in asked.values()):
        columns[2].caption("Say how large it may be, how much it may lose, or both.")
        return None
    row = choose(comparison, Target(**asked))
    if row is None:
        columns[2].info("Nothing that is done keeps it. Allow more, or add sizes on the page Sweep.")
        return None
    cell, points = row.cell, 100 * (row.cell.test.mean - row.cell.dense_test.mean)
    columns[2].success(
        f"**{cell.label}**: {cell.deployed_bytes / 1000:,.0f} kB, {cell.dev.mean:.1%} on dev; confirmed on test: "
        f"{cell.test.mean:.1%}, {signed(points, 1)} points."
    )
    return row


def table(comparison: Comparison, *, openable: bool) -> None:
    """Every way to compress, a line each, and the way to its run where that is `openable`."""
    percent = [100 * row.cell.test.mean for row in comparison.rows]
    least = min(100 * comparison.chance, *percent)
    st.dataframe(
        pd.DataFrame(_lines(comparison.rows, openable=openable)),
        hide_index=True,
        key="methods-table",
        column_config={
            "run": st.column_config.LinkColumn(display_text="open", help="The run of the first seed, on Live run."),
            "smaller by": st.column_config.NumberColumn(format="%.1f%%", help="The embedding table, in bytes."),
            "test": st.column_config.ProgressColumn(
                format="%.1f%%", min_value=least, max_value=100.0, help="Accuracy, the mean over seeds."
            ),
            "− dense": st.column_config.TextColumn(help="Points on test, against the dense model of the same seed."),
            "− paper": st.column_config.TextColumn(
                help="Points on test, against low-rank, plain, at the same rank or share, re-trained alike."
            ),
            "deployed, kB": st.column_config.NumberColumn(format="%.0f", help="The deployed model's weights file."),
            "not re-trained": st.column_config.NumberColumn(format="%.1f%%", help="On dev, just compressed."),
        },
    )


def _lines(rows: Sequence[Row], *, openable: bool) -> list[dict[str, object]]:
    return [
        {
            "how": row.cell.label,
            **({"run": f"/?run={row.cell.runs[0]}"} if openable else {}),
            "test": 100 * row.cell.test.mean,
            "95 %": f"{row.cell.test.low:.1%} to {row.cell.test.high:.1%}",
            "− dense": _said(row.dense),
            "− paper": _said(row.paper),
            "deployed, kB": row.cell.deployed_bytes / 1000,
            "smaller by": 100 * row.cell.compression,
            "not re-trained": 100 * row.cell.before_dev.mean,
            "seeds": len(row.cell.runs),
        }
        for row in rows
    ]


def _said(difference: Difference | None) -> str:
    if difference is None:
        return ""
    return f"{signed(difference.points, 1)} {'★' * difference.starred}".strip()


def _number(spec: Spec) -> float | None:
    least = float(spec.minimum or 0) + (JUST_ABOVE if spec.exclusive else 0.0)
    return st.number_input(
        LABELS[spec.name],
        min_value=least,
        max_value=None if spec.maximum is None else float(spec.maximum),
        value=None,
        step=STEPS[spec.name],
        placeholder=spec.unset,
        help=spec.help,
        key=f"target-{spec.name}",
    )
