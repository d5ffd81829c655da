"""Torch's own schedules."""

from torch.optim import Optimizer, lr_scheduler

from core.parameters import Parameters
from core.training.schedules import SCHEDULES, Plan

LOWEST = 0.01  # of the highest rate: where exponential decay ends and triangles start


@SCHEDULES.register("constant", title="Constant", help="One learning rate throughout.", formula=r"\eta_i = \eta")
def constant(optimizer: Optimizer, plan: Plan, parameters: Parameters) -> lr_scheduler.LRScheduler:
    """The same rate at every iteration."""
    del plan, parameters
    return lr_scheduler.ConstantLR(optimizer, factor=1.0)


@SCHEDULES.register(
    "linear",
    title="Linear decay",
    help="Falls in a straight line to zero at the phase's end.",
    formula=r"\eta_i = \eta\left(1 - \frac{i}{n}\right)",
)
def linear(optimizer: Optimizer, plan: Plan, parameters: Parameters) -> lr_scheduler.LRScheduler:
    """rate·(1 − i/n) over the n iterations of the phase."""
    del parameters
    return lr_scheduler.LinearLR(optimizer, start_factor=1.0, end_factor=0.0, total_iters=plan.iterations)


@SCHEDULES.register(
    "exponential",
    title="Exponential decay",
    help="Falls by the same share each step, to 1 % of it.",
    formula=r"\eta_i = \eta\cdot 0.01^{\,i/n}",
)
def exponential(optimizer: Optimizer, plan: Plan, parameters: Parameters) -> lr_scheduler.LRScheduler:
    """rate·0.01^(i/n)."""
    del parameters
    return lr_scheduler.ExponentialLR(optimizer, gamma=LOWEST ** (1 / plan.iterations))


@SCHEDULES.register(
    "clr",
    title="CLR (cyclical)",
    help="Triangles between 1 % and all of the rate (Smith 2017).",
    formula=r"\begin{aligned}\eta_i &= \eta\left(0.01 + 0.99\, t_i\right), \quad s = \lfloor m/2 \rfloor\\"
    r"t_i &= 1 - \left|1 - \left(i/s \bmod 2\right)\right|\end{aligned}",
)
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


@SCHEDULES.register(
    "sgdr",
    title="SGDR (warm restarts)",
    help="Cosine decay, begun anew each epoch (Loshchilov 2017).",
    formula=r"\eta_i = \frac{\eta}{2}\left(1 + \cos \pi\,\frac{i \bmod m}{m}\right)",
)
def sgdr(optimizer: Optimizer, plan: Plan, parameters: Parameters) -> lr_scheduler.LRScheduler:
    """Half a cosine an epoch."""
    del parameters
    return lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=max(1, plan.iterations_per_epoch))


@SCHEDULES.register(
    "one-cycle",
    title="One cycle",
    help="Rises once, then falls to almost nothing (Smith 2018).",
    formula=r"\begin{aligned}\eta_i &= a + (b - a)(1 - \cos \pi x)/2\\x &: 0 \to 1\\"
    r"a \to b &: \eta/25 \to \eta \text{ in } 0.3\,n\\"
    r"a \to b &: \eta \to \eta/250\,000 \text{ in } 0.7\,n\end{aligned}",
)
def one_cycle(optimizer: Optimizer, plan: Plan, parameters: Parameters) -> lr_scheduler.LRScheduler:
    """One rise and one long fall over the phase."""
    del parameters
    return lr_scheduler.OneCycleLR(
        optimizer, max_lr=plan.learning_rate, total_steps=plan.iterations + 1, cycle_momentum=False
    )
