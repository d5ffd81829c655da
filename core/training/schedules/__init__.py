"""Learning-rate schedules, by name. Each is stepped once an iteration."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from core.registry import Registry


@dataclass(frozen=True)
class Plan:
    """What a schedule spans: `epochs` of `iterations_per_epoch` at most at `learning_rate`, to train or to re-train."""

    learning_rate: float
    iterations_per_epoch: int
    epochs: int
    stage: str

    @property
    def iterations(self) -> int:
        """Iterations in all, at least one."""
        return max(1, self.iterations_per_epoch * self.epochs)


ScheduleBuilder = Callable[[Optimizer, Plan, Any], LRScheduler]
SCHEDULES: Registry[ScheduleBuilder] = Registry("schedule", __name__)

__all__ = ["SCHEDULES", "Plan", "ScheduleBuilder"]
