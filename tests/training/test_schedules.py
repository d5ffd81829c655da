"""CALR against its definition, and every schedule's state through save and restore."""

import math

import pytest
import torch

from core.parameters import specs
from core.training.optimizers import OPTIMIZERS
from core.training.schedules import SCHEDULES, Plan
from core.training.schedules.calr import CalrParameters

HIGH, EPOCH, EPOCHS = 1e-2, 8, 9


def rates(name, parameters, stage="train", optimizer="adam"):
    weight = torch.nn.Parameter(torch.zeros(2))
    opt = OPTIMIZERS.get(optimizer).build([weight], HIGH, OPTIMIZERS.get(optimizer).parameters())
    plan = Plan(learning_rate=HIGH, iterations_per_epoch=EPOCH, epochs=EPOCHS, stage=stage)
    schedule = SCHEDULES.get(name).build(opt, plan, parameters)
    seen = []
    for _ in range(EPOCH * EPOCHS):
        seen.append(opt.param_groups[0]["lr"])
        weight.grad = torch.ones(2)
        opt.step()
        schedule.step()
    return seen


@pytest.mark.parametrize("annealing", ["linear", "cosine"])
@pytest.mark.parametrize(("stage", "decades"), [("train", 5), ("retrain", 3)])
def test_calr_follows_its_definition(annealing, stage, decades):
    expected, high, low = [], HIGH, HIGH * 0.1**decades
    for _ in range(EPOCHS):
        for iteration in range(EPOCH):
            rise = 1 - abs(1 - iteration / (EPOCH / 2))
            rise = (1 - math.cos(math.pi * rise)) / 2 if annealing == "cosine" else rise
            expected.append(low + (high - low) * rise)
        high *= 0.1
        if high <= low * 1.0001:
            high, low = HIGH, HIGH * 0.1**5
    assert rates("calr", CalrParameters(annealing=annealing), stage) == pytest.approx(expected, rel=1e-6)


def test_calr_with_a_long_step_never_reaches_high():
    assert max(rates("calr", CalrParameters(step_size=1000))) < 0.1 * HIGH


@pytest.mark.parametrize("optimizer", OPTIMIZERS.names())
@pytest.mark.parametrize("name", SCHEDULES.names())
def test_schedule_stays_in_bounds_with_any_optimizer(name, optimizer):
    seen = rates(name, SCHEDULES.get(name).parameters(), optimizer=optimizer)
    assert max(seen) == pytest.approx(HIGH, rel=0.01)
    assert min(seen) >= 0


@pytest.mark.parametrize("name", SCHEDULES.names())
def test_schedule_state_is_restored(name):
    component = SCHEDULES.get(name)
    plan = Plan(learning_rate=HIGH, iterations_per_epoch=EPOCH, epochs=EPOCHS, stage="train")

    def make():
        weight = torch.nn.Parameter(torch.zeros(1))
        weight.grad = torch.ones(1)
        optimizer = torch.optim.SGD([weight], lr=HIGH)
        return optimizer, component.build(optimizer, plan, component.example)

    def steps(optimizer, schedule, count):
        seen = []
        for _ in range(count):
            optimizer.step()
            schedule.step()
            seen.append(optimizer.param_groups[0]["lr"])
        return seen

    first = make()
    steps(*first, 19)
    second = make()
    second[0].load_state_dict(first[0].state_dict())
    second[1].load_state_dict(first[1].state_dict())
    assert steps(*second, 20) == steps(*first, 20)


def test_parameters_have_help():
    assert all(spec.help for name in SCHEDULES.names() for spec in specs(SCHEDULES.get(name).parameters))
