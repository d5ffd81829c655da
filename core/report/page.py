"""A run as one HTML file: opens offline, asks nobody for anything, prints to two A4 pages.

Plotly's script is inlined once. A content security policy allows that script and our own by their hashes and nothing
else, so text from users, which is escaped besides, could not run even if it got through.
"""

import base64
import hashlib
from functools import cache
from pathlib import Path

import plotly
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from core.charts.costs import cost_chart
from core.charts.ranks import rank_chart
from core.charts.style import Chart
from core.charts.training import training_chart
from core.report.headline import headline
from core.report.markdown import to_html
from core.report.prose import certainty_in_words, method, provenance, statement
from core.runs.finished import FinishedRun
from core.words import describe

HERE = Path(__file__).resolve().parent
PLOTLY_JS = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
DRAW_JS = """
const charts = JSON.parse(document.getElementById("charts").textContent);
const quiet = { responsive: true, displayModeBar: false };
for (const [name, { traces, layout }] of Object.entries(charts)) Plotly.newPlot(name, traces, layout, quiet);
"""
POLICY = "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src {scripts}"


def report_html(run: FinishedRun) -> str:
    """The report of `run`, a whole HTML document."""
    charts = charts_of(run)
    found = run.result
    policy = POLICY.format(scripts=" ".join(f"'sha256-{_digest(script)}'" for script in (_plotly_js(), DRAW_JS)))
    page: str = _template().render(
        statement=statement(found),
        described=describe(run.config),
        recorded=run.recorded,
        numbers=headline(found),
        warnings=found.warnings,
        method=method(run.config, found),
        sure=certainty_in_words(found),
        models={"dense": found.dense, "compressed, re-trained": found.compressed, "deployed": found.deployed},
        before=found.compressed.before_retraining,
        charts=charts,
        data={name: {"traces": chart.traces, "layout": chart.layout} for name, chart in charts.items()},
        provenance=provenance(run.config, found),
        notes=Markup(to_html(run.notes)),
        policy=policy,
        plotly_js=Markup(_plotly_js()),
        draw_js=Markup(DRAW_JS),
    )
    return page


def charts_of(run: FinishedRun, *, dark: bool = False) -> dict[str, Chart]:
    """The charts of a report by name: `training` and `costs`, and `ranks` where every rank was tried."""
    rank, dense = run.result.compressed.rank, run.marks.get("dense", {}).get("dev_accuracy")
    charts = {"training": training_chart(run.points, run.marks, run=run.id, dark=dark, height=360)}
    if run.curves and rank:
        charts["ranks"] = rank_chart(run.curves, rank=rank, dense=dense, dark=dark, height=270)
    return {**charts, "costs": cost_chart(run.result, dark=dark, height=180)}


@cache
def _plotly_js() -> str:
    return PLOTLY_JS.read_text(encoding="utf-8")


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


@cache
def _template():  # type: ignore[no-untyped-def]  # noqa: ANN202
    environment = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("template.html")
