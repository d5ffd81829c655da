"""Torch's own schedules."""

from torch.optim import Optimizer, lr_scheduler

from core.parameters import Parameters
from core.training.schedules import SCHEDULES, Plan

LOWEST = 0.01  # of the highest rate: where exponential decay ends and triangles start


@SCHEDULES.register("constant", title="Constant", help="One learning rate throughout.")
def constant(optimizer: Optimizer, plan: Plan, parameters: Parameters) -> lr_scheduler.LRScheduler:
    """The same rate at every iteration."""
    del plan, parameters
    return lr_scheduler.ConstantLR(optimizer, factor=1.0)


@SCHEDULES.register("linear", title="Linear decay", help="Falls in a straight line to zero at the phase's end.")
def linear(optimizer: Optimizer, plan: Plan, parameters: Parameters) -> lr_scheduler.LRScheduler:
    """rate·(1 − i/n) over the n iterations of the phase."""
    del parameters
    return lr_scheduler.LinearLR(optimizer, start_factor=1.0, end_factor=0.0, total_iters=plan.iterations)


@SCHEDULES.register("exponential", title="Exponential decay", help="Falls by the same share each step, to 1 % of it.")
def exponential(optimizer: Optimizer, plan: Plan, parameters: Parameters) -> lr_scheduler.LRScheduler:
    """rate·0.01^(i/n)."""
    del parameters
    return lr_scheduler.ExponentialLR(optimizer, gamma=LOWEST ** (1 / plan.iterations))


@SCHEDULES.register("clr", title="CLR (cyclical)", help="Triangles between 1 % and all of the rate (Smith 2017).")
def clr(optimizer: Optimizer, plan: Plan, parameters: Parameters) -> lr_scheduler.LRScheduler:
    """A triangle an epoch."""
    del parameters
    return lr_scheduler.CyclicLR(
        optimizer,
        base_lr=LOWEST * plan.learning_rate,
        max_lr=plan.learning_rate,
        step_size_up=max(1, plan.iterations_per_epoch // 2),
        cycle_momentum=False,
    )


@SCHEDULES.register("sgdr", title="SGDR (warm restarts)", help="Cosine decay, begun anew each epoch (Loshchilov 2017).")
def sgdr(optimizer: Optimizer, plan: Plan, parameters: Parameters) -> lr_scheduler.LRScheduler:
    """Half a cosine an epoch."""
    del parameters
    return lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=max(1, plan.iterations_per_epoch))


@SCHEDULES.register("one-cycle", title="One cycle", help="Rises once, then falls to almost nothing (Smith 2018).")
def one_cycle(optimizer: Optimizer, plan: Plan, parameters: Parameters) -> lr_scheduler.LRScheduler:
    """One rise and one long fall over the phase."""
    del parameters
    return lr_scheduler.OneCycleLR(
        optimizer, max_lr=plan.learning_rate, total_steps=plan.iterations + 1, cycle_momentum=False
    )
