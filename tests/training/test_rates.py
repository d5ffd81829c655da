"""Rates without training, the range test and the race, against closed forms and real runs."""

import math
from itertools import pairwise

import pytest

from core.config import RunConfig
from core.events import Point, Silent
from core.pipeline import run
from core.training.racing import Band, Entrant, Lap, band_of, entrants, lap_of
from core.training.range_test import range_test_of, read_range_test
from core.training.rates import planned_rates
from core.training.schedules import SCHEDULES
from tests.test_pipeline import config


class Ears(Silent):
    def __init__(self):
        self.points = []

    def point(self, point):
        self.points.append(point)


@pytest.mark.parametrize("schedule", SCHEDULES.names())
def test_planned_rates_are_those_of_a_run(schedule, corpus_folder):
    own = {"schedule": schedule, "batch_size": 30, "retrain_learning_rate": 0.05}
    chosen = RunConfig.from_dict({**config(corpus_folder).to_dict(), **own})
    ears = Ears()
    result = run(chosen, monitor=ears)
    planned = planned_rates(chosen, train_texts=result.dataset.train)
    seen = [point for point in ears.points if "learning_rate" in point.values]
    rates = [*planned["train"], *planned["retrain"]]
    assert seen
    assert max(planned["retrain"]) == pytest.approx(max(planned["train"]) * 0.05 / 0.02, rel=0.2)
    assert [point.values["learning_rate"] for point in seen] == [rates[point.iteration - 1] for point in seen]


@pytest.mark.parametrize("component", list(SCHEDULES), ids=lambda component: component.name)
def test_every_schedule_has_a_formula(component):
    assert r"\eta_i" in component.formula
    assert component.formula.count("{") == component.formula.count("}")


def test_rising_rates_are_a_geometric_series():
    chosen = range_test_of(RunConfig(), highest=0.5, decades=4.0, epochs=2)
    rates = planned_rates(chosen, train_texts=1_000)["train"]
    assert len(rates) == 40
    assert (rates[0], rates[-1]) == (pytest.approx(0.5e-4), pytest.approx(0.5))
    assert all(later / rate == pytest.approx(10 ** (4 / 39)) for rate, later in pairwise(rates))


def test_a_range_test_keeps_the_choice_but_not_the_schedules_own_options():
    base = RunConfig(model="lstm", schedule="calr", options={"annealing": "cosine", "units": 20})
    assert range_test_of(base, highest=1.0, decades=3.0, epochs=2).options == {"units": 20, "decades": 3.0}


def test_a_range_test_finds_the_steepest_fall_of_a_planted_loss():
    rates = [10 ** (-5 + 5 * i / 200) for i in range(201)]
    losses = [2 - math.tanh(4 * (math.log10(rate) + 3)) + max(0.0, 40 * (math.log10(rate) + 1)) for rate in rates]
    points = [
        Point("train", number, 0.0, {"train_loss": loss, "learning_rate": rate})
        for number, (rate, loss) in enumerate(zip(rates, losses, strict=True))
    ]
    found = read_range_test([*points, Point("train", 999, 0.0, {"train_loss": math.nan, "learning_rate": 2.0})])
    assert math.log10(found.steepest) == pytest.approx(-3, abs=0.1)
    assert found.steepest < found.lowest < 0.11
    assert len(found.rates) < len(rates)  # what comes after the loss has blown up is left out
    assert read_range_test(points[:3]).steepest is None


def test_a_range_test_goes_on_where_the_loss_is_no_number_any_more(corpus_folder):
    base = config(corpus_folder, optimizer="sgd", hidden="200,200,200", batch_size=4)
    chosen, ears = range_test_of(base, highest=9.9, decades=5.0, epochs=6), Ears()
    result = run(chosen, monitor=ears)
    assert not all(math.isfinite(point.values.get("train_loss", 0.0)) for point in ears.points)
    assert result.trained_epochs == 6
    assert read_range_test(ears.points).steepest


def test_an_entrant_keeps_what_fits_and_drops_the_rest():
    base = RunConfig(schedule="calr", options={"annealing": "cosine", "epsilon": 0.01, "rank": 3})
    same = Entrant("adamw", "calr", 0.01).config(base, 7)
    assert (same.optimizer, same.seed, same.learning_rate) == ("adamw", 7, 0.01)
    assert same.options == {"annealing": "cosine", "epsilon": 0.01, "rank": 3}
    assert Entrant("sgd", "constant", 0.1).config(base, 0).options == {"rank": 3}
    assert [each.name for each in entrants({"sgd": 0.1}, ["constant", "calr"])] == [
        "sgd, constant, 0.1",
        "sgd, calr, 0.1",
    ]


def test_laps_begin_at_their_phase_and_bands_hold_them():
    points = [Point("train", 1, 0.5, {"dev_accuracy": 0.9})]
    points += [Point("retrain", 2, 2 + epoch, {"dev_accuracy": accuracy}) for epoch, accuracy in ((0, 0.5), (1, 0.8))]
    lap = lap_of(points, "retrain")
    assert lap == Lap((0, 1), (0.5, 0.8))
    assert (lap.best, lap.epochs_to_nearly_best) == (0.8, 1)
    assert lap_of([], "train") is None
    other = Lap((0, 1, 2), (0.6, 0.6, 0.7))
    assert band_of([lap, other]) == Band((0, 1), (pytest.approx(0.55), pytest.approx(0.7)), (0.5, 0.6), (0.6, 0.8))
