"""Methods side by side, against hand-made results and McNemar's test counted by hand."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from core.charts.methods import methods_chart
from core.comparison import choose, compare
from core.config import RunConfig
from core.profiling.hits import pack_hits
from core.profiling.significance import mcnemar
from core.results import Hits, RunResult
from core.search.target import Target
from tests.test_sweep_table import finished

TEXTS = 50


def hits(*wrong):
    right = torch.ones(TEXTS, dtype=torch.bool)
    right[list(wrong)] = False
    return right


def run(*, method="low-rank", metric="task", rank=5, seed=0, wrong=(), dense_wrong=(), dev=0.8, kb=1.0):
    """A finished run that has the texts `wrong` wrong, of a deployed file of `kb` kB."""
    base = finished(rank=rank, dev=dev, seed=seed, metric=metric, method="low-rank")
    options = {name: value for name, value in base.config.options.items() if name == "rank" or method == "low-rank"}
    small, large = hits(*wrong), hits(*dense_wrong)
    accuracy = {name: each.float().mean().item() for name, each in (("compressed", small), ("dense", large))}
    result = dataclasses.replace(
        base.result,
        dense=dataclasses.replace(base.result.dense, test_accuracy=accuracy["dense"]),
        compressed=dataclasses.replace(base.result.compressed, test_accuracy=accuracy["compressed"]),
        deployed=dataclasses.replace(base.result.deployed, bytes_on_disk=round(1000 * kb)),
        test_hits=Hits(dense=pack_hits(large), compressed=pack_hits(small)),
    )
    config = RunConfig(method=method, seed=seed, options=options)
    return SimpleNamespace(id=f"{method}-{metric}-{rank}-{seed}", config=config, result=result)


def row_of(comparison, name):
    (row,) = [row for row in comparison.rows if name in row.cell.runs]
    return row


def test_each_is_paired_with_dense_and_with_the_papers_of_its_size_and_seed():
    runs = [
        run(metric="plain", wrong=range(20), kb=2),
        run(metric="task", wrong=range(2), kb=2),
        run(metric="plain", rank=2, wrong=range(30), kb=1),
        run(method="random-low-rank", rank=2, wrong=range(10, 42), kb=1),
        run(method="random-low-rank", rank=7, wrong=range(3), kb=3),
    ]
    comparison = compare([*runs, SimpleNamespace(id="waiting", config=RunConfig(), result=None)])
    task, plain = (row_of(comparison, f"low-rank-{metric}-5-0") for metric in ("task", "plain"))
    assert task.dense.points == pytest.approx(-4)
    assert task.dense.p_values == (pytest.approx(mcnemar(2, 0)),)
    assert task.dense.starred == 0
    assert task.paper.points == pytest.approx(36)
    assert task.paper.p_values == (pytest.approx(mcnemar(0, 18)),)
    assert task.paper.starred == 1
    assert plain.paper is None
    assert plain.dense.starred == 1
    random = row_of(comparison, "random-low-rank-task-2-0")
    assert random.paper.p_values == (pytest.approx(mcnemar(12, 10)),)
    assert random.paper.starred == 0
    assert row_of(comparison, "random-low-rank-task-7-0").paper is None
    assert comparison.chance == 0.5


def test_seeds_are_paired_with_their_own():
    runs = [
        run(metric=metric, seed=seed, wrong=range(wrong), dense_wrong=range(5 * seed))
        for metric, seed, wrong in (("plain", 0, 25), ("plain", 1, 5), ("task", 0, 5), ("task", 1, 6))
    ]
    found = row_of(compare(runs), "low-rank-task-5-1").paper
    assert found.points == pytest.approx((40 - 2) / 2)
    assert found.p_values == (pytest.approx(mcnemar(0, 20)), pytest.approx(1.0))
    assert found.starred == 1


def test_a_star_must_survive_all_that_stand_beside_it():
    alone = compare([run(wrong=range(6))])
    assert alone.rows[0].dense.p_values[0] == pytest.approx(2 * 0.5**6)
    assert alone.rows[0].dense.starred == 1
    crowd = compare([run(wrong=range(6)), *(run(rank=rank) for rank in range(10, 20))])
    assert row_of(crowd, "low-rank-task-5-0").dense.starred == 0


def test_results_from_before_hits_were_kept_get_points_and_no_star():
    old = run(wrong=range(20))
    values = old.result.to_dict()
    del values["test_hits"]
    old.result = RunResult.from_dict(values)
    (row,) = compare([old]).rows
    assert row.dense.points == pytest.approx(-40)
    assert (row.dense.p_values, row.dense.starred) == ((), 0)
    assert RunResult.from_dict(old.result.to_dict()) == old.result


def test_a_target_is_kept_on_dev():
    rows = [
        run(rank=rank, dev=dev, kb=kb, wrong=range(rank)) for rank, dev, kb in ((2, 0.7, 1), (5, 0.86, 2), (9, 0.89, 5))
    ]
    comparison = compare(rows)
    assert choose(comparison, Target(most_points=5.0)).cell.rank == 5
    assert choose(comparison, Target(most_points=1.0)).cell.rank == 9
    assert choose(comparison, Target(most_kb=2.0)).cell.rank == 5
    assert choose(comparison, Target(most_kb=1.5)).cell.rank == 2
    assert choose(comparison, Target(most_kb=1.5, most_points=5.0)) is None
    assert choose(comparison, Target(most_kb=0.5)) is None


def test_the_chart_holds_every_cell_its_interval_and_its_run():
    comparison = compare(
        [run(metric=metric, rank=rank, kb=rank, wrong=range(rank)) for metric in ("plain", "task") for rank in (2, 9)]
    )
    chosen = comparison.rows[0]
    chart = methods_chart(comparison, chosen=chosen, key="x", dark=False)
    plain, task, ring = chart.traces
    assert {plain["name"], task["name"]} == {"low-rank, plain", "low-rank, task"}
    assert task["x"] == [2.0, 9.0]
    assert task["y"] == pytest.approx([96.0, 82.0])
    assert plain["ids"] == ["low-rank-plain-2-0", "low-rank-plain-9-0"]
    assert np.all(np.array(task["error_y"]["arrayminus"]) > 0)
    assert chart.layout["xaxis"]["type"] == "log"
    assert ring["x"] == [chosen.cell.deployed_bytes / 1000]
    assert "low-rank, task 96.0%" in chart.alt
    assert (plain["line"]["color"], plain["marker"]["symbol"]) != (task["line"]["color"], task["marker"]["symbol"])


@pytest.mark.parametrize("openable", [True, False])
def test_the_chart_offers_to_open_a_run_only_where_it_is_there(openable):
    chart = methods_chart(compare([run(rank=2)]), chosen=None, key="x", dark=False, openable=openable)
    assert ("click" in chart.traces[0]["customdata"][0]) == openable


def test_nothing_done_is_nothing():
    assert compare([SimpleNamespace(id="waiting", config=RunConfig(), result=None)]) is None
