"""The report's HTML: whole, harmless, and the run's own numbers."""

import dataclasses
import json
from html.parser import HTMLParser

import pytest

from core.cli import main
from core.report.markdown import to_html
from core.report.page import PLOTLY_JS, report_html
from core.report.prose import certainty_in_words, statement
from core.report.sweep_story import best_of
from core.report.tell import story_of
from core.results import PairedTest
from core.runs.finished import finished_run, gallery
from core.runs.finished_sweep import recorded_sweeps
from core.runs.store import RunStore
from core.runs.worker import execute
from core.sweep_table import tabulate
from tests.report.hostile import ATTACK, hostile_run
from tests.test_pipeline import config

MOST_BYTES = 6_000_000
MOST_SCRIPTS = 3  # plotly's, the charts' data, and what draws them
URL_ATTRIBUTES = {"src", "href", "srcset", "action", "data", "poster", "background"}


class Parsed(HTMLParser):
    """The tags, scripts and visible text of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.scripts, self.text = [], [], [], ""
        self.rows = []  # what each row of a table is about
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self._inside = tag
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "script":
            self.scripts.append("")
        if ("scope", "row") in attrs:
            self.rows.append("")

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside != "style":
            self.text += data
        if self._inside == "th" and self.rows:
            self.rows[-1] += data.rstrip(" ★◎")


@pytest.fixture(params=gallery().values(), ids=lambda run: run.id)
def run(request):
    return request.param


def test_it_is_one_small_file_that_loads_nothing(run):
    page = report_html(run)
    parsed = Parsed(page)
    assert len(page.encode()) < MOST_BYTES
    assert len(parsed.scripts) == MOST_SCRIPTS
    assert parsed.scripts[0] == PLOTLY_JS.read_text(encoding="utf-8")
    assert "link" not in parsed.tags
    assert not URL_ATTRIBUTES & {name for name, _ in parsed.attributes}


def test_its_numbers_and_charts_are_the_runs(run):
    parsed = Parsed(report_html(run))
    found = run.result
    for told in (
        f"{found.compressed.test_accuracy:.1%}",
        f"{found.compressed.compression:.1%}",
        f"{found.deployed.bytes_on_disk / 1000:,.0f} kB",
        f"{found.deployed.macs:,}",
        run.config.to_command(),
        run.recorded.commit,
        found.dataset.content_hash[:16],
        found.versions["PyTorch"],
    ):
        assert told in parsed.text
    charts = json.loads(parsed.scripts[1])
    marks = {trace["name"]: trace["y"] for trace in charts["training"]["traces"]}
    assert marks["compressed, re-trained"] == [100 * run.marks["compressed"]["dev_accuracy"]]
    assert charts["costs"]["traces"][1]["x"] == [found.dense.macs, found.compressed.macs, found.deployed.macs]
    assert [trace["x"] for trace in charts["ranks"]["traces"]] == [list(curve.ranks) for curve in run.curves.curves]
    assert dict(parsed.attributes)["aria-label"]


@pytest.fixture(params=recorded_sweeps().values(), ids=lambda sweep: sweep.id)
def sweep(request):
    return request.param


def test_a_sweeps_report_holds_its_curve_its_front_and_what_was_chosen(sweep):
    page = report_html(sweep)
    parsed = Parsed(page)
    assert len(page.encode()) < MOST_BYTES
    assert len(parsed.scripts) == MOST_SCRIPTS
    assert not URL_ATTRIBUTES & {name for name, _ in parsed.attributes}
    table = tabulate(sweep.runs)
    good = [cell for cell in table.cells if cell.dense_dev.mean - cell.dev.mean <= 0.005 and cell.compression > 0]
    chosen = max(good, key=lambda cell: cell.compression)
    for told in (
        f"{chosen.compression:.1%} smaller",
        f"{chosen.test.low:.1%} to {chosen.test.high:.1%}",
        f"{chosen.label} ★◎",
        sweep.config.to_command(),
        sweep.recorded.commit,
    ):
        assert told in parsed.text
    curves = {trace["name"]: trace for trace in json.loads(parsed.scripts[1])["curve"]["traces"]}
    for name in {cell.label for cell in table.cells}:
        mine = [cell for cell in table.cells if cell.label == name]
        assert curves[name]["y"] == [100 * cell.dev.mean for cell in mine]
        assert curves[name]["error_y"]["array"] == [100 * (cell.dev.high - cell.dev.mean) for cell in mine]
    assert curves["good enough"]["y"] == [100 * chosen.dev.mean]
    assert parsed.rows == ["dense", *(cell.label for cell in table.cells)]


def test_a_sweep_in_which_nothing_small_is_good_says_so(sweep):
    dense = [dataclasses.replace(run.result.dense, dev_accuracy=1.0) for run in sweep.runs]
    runs = [
        dataclasses.replace(run, result=dataclasses.replace(run.result, dense=better))
        for run, better in zip(sweep.runs, dense, strict=True)
    ]
    statement = story_of(dataclasses.replace(sweep, runs=tuple(runs))).statement
    assert "No smaller table stays within 0.5 points on dev;" in statement


def test_a_table_that_grew_is_called_larger(sweep):
    def grown(run):
        dense = dataclasses.replace(run.result.dense, dev_accuracy=1.0)
        compressed = dataclasses.replace(run.result.compressed, compression=-0.43)
        return dataclasses.replace(run, result=dataclasses.replace(run.result, dense=dense, compressed=compressed))

    story = story_of(dataclasses.replace(sweep, runs=tuple(map(grown, sweep.runs))))
    assert "the nearest, 43.0% larger, has" in story.statement
    assert (story.numbers[0].label, story.numbers[0].value) == ("Table larger by", "43.0%")


def test_what_is_just_good_enough_is_not_called_too_bad(sweep):
    for dev in (0.63, 0.785, 0.815, 0.835):
        measured = [
            dataclasses.replace(
                run.result,
                dense=dataclasses.replace(run.result.dense, dev_accuracy=dev),
                compressed=dataclasses.replace(run.result.compressed, dev_accuracy=dev - 0.005),
            )
            for run in sweep.runs
        ]
        runs = [dataclasses.replace(run, result=result) for run, result in zip(sweep.runs, measured, strict=True)]
        story = story_of(dataclasses.replace(sweep, runs=tuple(runs)))
        assert "for at most 0.5 points of accuracy on dev:" in story.statement


def test_what_is_chosen_is_compared_with_the_dense_models_of_its_own_seeds(sweep):
    def with_dense(run, accuracy):
        dense = dataclasses.replace(run.result.dense, test_accuracy=accuracy)
        return dataclasses.replace(run, result=dataclasses.replace(run.result, dense=dense))

    found = {run.id: run.result.compressed.test_accuracy for run in sweep.runs}
    kept, *lost = best_of(sweep.table).runs
    seed = next(run.config.seed for run in sweep.runs if run.id == kept)
    runs = [
        with_dense(run, found[kept] if run.config.seed == seed else 0.1) for run in sweep.runs if run.id not in lost
    ]
    story = story_of(dataclasses.replace(sweep, runs=tuple(runs)))
    assert f"where dense has {found[kept]:.1%}" in story.statement
    assert "+0.0 points on test; dense lies within" in story.verdict


def test_text_from_users_is_shown_and_never_obeyed():
    page = report_html(hostile_run())
    parsed = Parsed(page)
    assert len(parsed.scripts) == MOST_SCRIPTS
    assert "img" not in parsed.tags
    assert ATTACK in parsed.text
    assert json.loads(parsed.scripts[1])["training"]["layout"]["uirevision"] == ATTACK
    assert [value for name, value in parsed.attributes if name in URL_ATTRIBUTES] == ["http://evil.test/y"]  # a link
    assert "<strong>fine</strong>" in page


def test_a_link_in_notes_stays_a_link_and_a_table_a_table():
    assert 'href="https://example.org"' in to_html("[see](https://example.org)")
    assert "<table>" in to_html("|a|b|\n|-|-|\n|1|2|")


@pytest.mark.parametrize(
    ("only_dense", "only_compressed", "p_value", "sentence"),
    [
        (9, 15, 0.31, "31 of 100"),
        (40, 10, 2e-5, "fewer than one of 1,000"),
        (30, 15, 0.036, "3.6 of 100"),
        (7, 7, 1.0, "in 100 of 100 such tests"),
    ],
)
def test_the_paired_test_is_put_in_plain_words(only_dense, only_compressed, p_value, sentence):
    result = gallery()["questions-dan-task"].result
    told = dataclasses.replace(result, paired_test=PairedTest(p_value, only_dense, only_compressed))
    assert sentence in " ".join(certainty_in_words(told))
    assert ("is hardly chance" in statement(told)) == (p_value < 0.05)


def test_the_command_line_writes_the_report_of_a_run_of_ones_own(corpus_folder, tmp_path, capsys):
    store = RunStore()
    run = store.create(config(corpus_folder), state="running")
    execute(store, run)
    store.keep_notes(run, "We ship *this* one.")
    path = tmp_path / "report.html"
    assert main(["report", run, "--out", str(path)]) == 0
    page = path.read_text(encoding="utf-8")
    assert page == report_html(finished_run(store, run))
    assert "We ship <em>this</em> one." in page
    assert main(["report", run, "--out", str(path)]) == 2
    assert "exists already" in capsys.readouterr().err


def test_a_run_without_ranks_has_a_report_too(corpus_folder):
    store = RunStore()
    run = store.create(dataclasses.replace(config(corpus_folder), method="fixed-point", options={}), state="running")
    execute(store, run)
    assert 'id="ranks"' not in report_html(finished_run(store, run))
