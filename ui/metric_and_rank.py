"""In which metric, and at which rank, a run's table is looked at: chosen by the reader, kept in the URL."""

from collections.abc import Iterable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.compression.metrics import METRICS
from core.insights.recording import own_metric, own_rank
from core.runs.finished import FinishedRun


def pick_metric(run: FinishedRun, metrics: Iterable[str]) -> str:
    """One of `metrics`; the run's own at first."""
    names = list(metrics)
    return st.segmented_control(
        "Metric",
        names,
        default=own_metric(run, names),
        required=True,
        key="metric",
        bind="query-params",
        help=" ".join(f"**{METRICS.get(name).title}**: {METRICS.get(name).help}" for name in names),
    )


def pick_rank(run: FinishedRun, most: int, *, told: str, place: DeltaGenerator) -> int:
    """A rank from 1 to `most`, by a slider in `place`; the run's own at first. `told` says what it does."""
    own = min(own_rank(run), most)
    return place.slider("Rank", 1, most, own, key="rank", bind="query-params", help=told)
