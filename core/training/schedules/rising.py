"""The learning-rate range test of Smith: the rate rises exponentially, and the loss says where it gets too high.

Smith, *Cyclical Learning Rates for Training Neural Networks*, WACV 2017; rising exponentially as in Gugger and Howard's
fastai. A run with this schedule is the test; `core.training.range_test` reads it.
"""

from dataclasses import dataclass

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR, LRScheduler

from core.parameters import Parameters, parameter
from core.training.schedules import SCHEDULES, Plan

RANGE_TEST = "rising"


@dataclass(frozen=True)
class RisingParameters(Parameters):
    """Where the rise begins."""

    decades: float = parameter(
        5.0, minimum=0.5, maximum=10, unit="powers of ten", help="How far below the highest rate the rise begins."
    )


@SCHEDULES.register(
    RANGE_TEST,
    title="Rising (range test)",
    help="Rises exponentially to the highest rate: to find out which rates are too high (Smith 2017).",
    example=RisingParameters(decades=3.0),
    formula=r"\eta_i = \eta\,\cdot 10^{-D\,\left(1 - \frac{i}{n - 1}\right)}",
)
def rising(optimizer: Optimizer, plan: Plan, parameters: RisingParameters) -> LRScheduler:
    """rate·10^(−D·(1 − i/(n − 1))) over the n iterations of the phase."""
    last = max(1, plan.iterations - 1)
    return LambdaLR(optimizer, lambda i: 10 ** (-parameters.decades * (1 - min(1.0, i / last))))
