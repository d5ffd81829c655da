"""Optimisers, by name."""

from collections.abc import Callable, Iterable

from torch import nn
from torch.optim import Optimizer

from core.parameters import Parameters
from core.registry import Registry

OptimizerBuilder = Callable[[Iterable[nn.Parameter], float, Parameters], Optimizer]
OPTIMIZERS: Registry[OptimizerBuilder] = Registry("optimizer", __name__)

__all__ = ["OPTIMIZERS", "OptimizerBuilder"]
