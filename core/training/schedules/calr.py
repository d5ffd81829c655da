"""CALR, the cyclically annealed learning rate of Acharya et al., AAAI 2019."""

import math
from dataclasses import dataclass

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from core.parameters import Parameters, parameter
from core.training.schedules import SCHEDULES, Plan

TRAIN_POWER, RETRAIN_POWER = 5, 3  # of γ: low = high₀·γ⁵ to train, high₀·γ³ to re-train
SLACK = 1e-9  # rounding in γ·γ·… must not decide whether high has reached low


@dataclass(frozen=True)
class CalrParameters(Parameters):
    """The shape of CALR's triangles."""

    annealing: str = parameter("linear", choices=("linear", "cosine"), help="How the rate moves between low and high.")
    step_size: int | None = parameter(
        None,
        minimum=1,
        maximum=10_000_000,
        unit="iterations",
        unset="half an epoch",
        help="Iterations from low to high; empty for half an epoch. The paper's code uses 1000.",
    )
    annealing_factor: float = parameter(
        0.1, minimum=0, maximum=1, exclusive=True, help="γ: after each epoch the highest rate is multiplied by it."
    )


class CyclicallyAnnealedLR(LRScheduler):
    """Triangles from `low` to `high`, and after every epoch high ← γ·high.

    At iteration i the rate is low + (high − low)·t, where t rises from 0 to 1 over `step_size` iterations and falls
    back over as many (with cosine annealing, (1 − cos πt)/2 in place of t). When high ≤ low, the cycle restarts at
    high = high₀, low = high₀·γ⁵, and the triangle begins anew.

    Source: Acharya, Goel, Metallinou, Dhillon, AAAI 2019, and the code they released.
    """

    def __init__(
        self, optimizer: Optimizer, *, high: float, low: float, step_size: int, epoch: int, gamma: float, cosine: bool
    ) -> None:
        """Anneal `optimizer`'s rate between `low` and `high`, with `epoch` iterations to an epoch."""
        self.highest, self.high, self.low = high, high, low
        self.step_size, self.epoch_iterations, self.gamma, self.cosine = step_size, epoch, gamma, cosine
        self.cycle_start = 0
        super().__init__(optimizer)

    def get_lr(self) -> list[float]:  # type: ignore[override]
        """The rate of this iteration, one for each parameter group."""
        if self.last_epoch > 0 and self.last_epoch % self.epoch_iterations == 0:
            self._end_epoch()
        phase = ((self.last_epoch - self.cycle_start) / self.step_size) % 2
        rise = 1 - abs(1 - phase)
        rise = (1 - math.cos(math.pi * rise)) / 2 if self.cosine else rise
        return [self.low + (self.high - self.low) * rise for _ in self.optimizer.param_groups]

    def _end_epoch(self) -> None:
        self.high *= self.gamma
        if self.high <= self.low * (1 + SLACK):
            self.high, self.low = self.highest, self.highest * self.gamma**TRAIN_POWER
            self.cycle_start = self.last_epoch


@SCHEDULES.register(
    "calr",
    title="CALR (cyclically annealed)",
    help="Triangles whose height falls tenfold after each epoch, then starts over: the paper's schedule.",
    example=CalrParameters(annealing="cosine", step_size=3),
    formula=r"\begin{aligned}\eta_i &= l + (h_e - l)\, t_i\\t_i &= 1 - \left|1 - \left(i/s \bmod 2\right)\right|\\"
    r"h_e &= \eta\,\gamma^{e}, \; h_e \le l: \text{begin anew}\\"
    r"l &= \eta\,\gamma^{5}, \text{ re-training } \eta\,\gamma^{3}\end{aligned}",
)
def calr(optimizer: Optimizer, plan: Plan, parameters: CalrParameters) -> LRScheduler:
    """CALR with `plan`'s rate as high₀."""
    gamma = parameters.annealing_factor
    return CyclicallyAnnealedLR(
        optimizer,
        high=plan.learning_rate,
        low=plan.learning_rate * gamma ** (TRAIN_POWER if plan.stage == "train" else RETRAIN_POWER),
        step_size=parameters.step_size or max(1, plan.iterations_per_epoch // 2),
        epoch=max(1, plan.iterations_per_epoch),
        gamma=gamma,
        cosine=parameters.annealing == "cosine",
    )
