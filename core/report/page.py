"""A run or a sweep as one HTML file: opens offline, asks nobody for anything, prints to two A4 pages.

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

from core.report.markdown import to_html
from core.report.tell import story_of
from core.runs.finished import FinishedRun
from core.runs.finished_sweep import FinishedSweep

HERE = Path(__file__).resolve().parent
PLOTLY_JS = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
DRAW_JS = """
const charts = JSON.parse(document.getElementById("charts").textContent);
const quiet = { responsive: true, displayModeBar: false };
for (const [name, { traces, layout }] of Object.entries(charts)) Plotly.newPlot(name, traces, layout, quiet);
"""
POLICY = "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src {scripts}"


def report_html(finished: FinishedRun | FinishedSweep) -> str:
    """The report of a run or a sweep, a whole HTML document."""
    story = story_of(finished)
    policy = POLICY.format(scripts=" ".join(f"'sha256-{_digest(script)}'" for script in (_plotly_js(), DRAW_JS)))
    page: str = _template().render(
        story=story,
        data={name: {"traces": chart.traces, "layout": chart.layout} for name, chart in story.charts.items()},
        notes=Markup(to_html(story.notes)),
        policy=policy,
        plotly_js=Markup(_plotly_js()),
        draw_js=Markup(DRAW_JS),
    )
    return page


@cache
def _plotly_js() -> str:
    return PLOTLY_JS.read_text(encoding="utf-8")


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


@cache
def _template():  # type: ignore[no-untyped-def]  # noqa: ANN202
    environment = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("template.html")
