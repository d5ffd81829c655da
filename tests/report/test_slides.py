"""Slides: what each says is what the run found."""

import dataclasses

import pytest

from core.report.slides import slides
from core.runs.finished import gallery
from core.runs.finished_sweep import recorded_sweeps

FINISHED = {run.id: (run, 7) for run in gallery().values()} | {
    sweep.id: (sweep, 6) for sweep in recorded_sweeps().values()
}


@pytest.mark.parametrize(("finished", "count"), FINISHED.values(), ids=FINISHED.keys())
def test_every_slide_states_something_and_bears_it_out(finished, count):
    shown = slides(finished, dark=False)
    assert len(shown) == count
    for slide in shown:
        assert slide.statement.endswith(".")
        assert slide.sentences or slide.numbers or slide.chart or slide.facts


def test_statements_are_computed():
    run = gallery()["questions-dan-plain"]
    marks = {name: {"epoch": 1.0, "dev_accuracy": share} for name, share in MARKS.items()}
    cheap = dataclasses.replace(run.result.deployed, bytes_on_disk=100, macs=1000)
    dense = dataclasses.replace(run.result.dense, bytes_on_disk=1250, macs=4000)
    told = [
        slide.statement
        for slide in slides(
            dataclasses.replace(run, marks=marks, result=dataclasses.replace(run.result, deployed=cheap, dense=dense)),
            dark=True,
        )
    ]
    assert "took 30.0 points; training on moved it by +25.0, to 75.0 % on dev." in told[2]
    assert "1/12.5 of the space and 1/4.0 of the operations" in told[4]
    kept = {curve.metric: dict(zip(curve.ranks, curve.dev_accuracy, strict=True)) for curve in run.curves.curves}
    rank = run.result.compressed.rank
    assert f"“task” keeps {kept['task'][rank]:.1%}" in told[3]
    assert f"“plain” keeps {kept['plain'][rank]:.1%}" in told[3]


MARKS = {"dense": 0.8, "just_compressed": 0.5, "compressed": 0.75}
