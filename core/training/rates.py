"""The learning rate at every iteration of a run, without training: the schedules' own code, stepped through."""

import torch
from torch import nn

from core.config import RunConfig
from core.events import Stage
from core.training.schedules import SCHEDULES, Plan


def planned_rates(config: RunConfig, *, train_texts: int) -> dict[Stage, list[float]]:
    """The rate of each iteration of both phases, as `fit` would set it with so many training texts.

    An epoch is ⌈texts / batch size⌉ iterations.
    """
    per_epoch = -(-train_texts // config.batch_size)
    epochs: dict[Stage, int] = {"train": config.pretrain_epochs, "retrain": config.retrain_epochs}
    return {
        stage: _rates(config, Plan(config.highest_rate(stage), per_epoch, count, stage))
        for stage, count in epochs.items()
    }


def _rates(config: RunConfig, plan: Plan) -> list[float]:
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(0))], lr=plan.learning_rate)
    schedule = SCHEDULES.get(config.schedule).build(optimizer, plan, config.parameters("schedule"))
    rates = []
    for _ in range(plan.iterations_per_epoch * plan.epochs):
        rates.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        schedule.step()
    return rates
