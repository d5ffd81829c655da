"""Optimisers, by name."""

from collections.abc import Callable, Iterable
from typing import Any

from torch import nn
from torch.optim import Optimizer

from core.registry import Registry

OptimizerBuilder = Callable[[Iterable[nn.Parameter], float, Any], Optimizer]
OPTIMIZERS: Registry[OptimizerBuilder] = Registry("optimizer", __name__)

__all__ = ["OPTIMIZERS", "OptimizerBuilder"]
