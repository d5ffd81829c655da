"""Torch's own optimisers."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from torch import nn, optim

from core.parameters import Parameters, parameter
from core.training.optimizers import OPTIMIZERS


@dataclass(frozen=True)
class SgdParameters(Parameters):
    """What SGD needs beside a rate."""

    momentum: float = parameter(0.9, minimum=0, maximum=0.999, help="Share of the last step that is taken again.")


@dataclass(frozen=True)
class AdamParameters(Parameters):
    """What the Adam family needs beside a rate."""

    epsilon: float = parameter(
        1e-8,
        minimum=0,
        maximum=1,
        exclusive=True,
        advanced=True,
        help="Keeps steps finite; the paper's code uses 0.01.",
    )


def build_plain(
    optimizer: Any, parameters: Iterable[nn.Parameter], learning_rate: float, own: Parameters
) -> optim.Optimizer:
    """One of torch's optimisers, at its defaults."""
    del own
    built: optim.Optimizer = optimizer(parameters, lr=learning_rate)
    return built


def build_adam(
    optimizer: Any,
    options: dict[str, bool],
    parameters: Iterable[nn.Parameter],
    learning_rate: float,
    own: AdamParameters,
) -> optim.Optimizer:
    """One of the Adam family."""
    built: optim.Optimizer = optimizer(parameters, lr=learning_rate, eps=own.epsilon, **options)
    return built


@OPTIMIZERS.register(
    "sgd", title="SGD", help="Steps along the gradient, with momentum.", example=SgdParameters(momentum=0.5)
)
def build_sgd(parameters: Iterable[nn.Parameter], learning_rate: float, own: SgdParameters) -> optim.Optimizer:
    """Stochastic gradient descent with momentum."""
    return optim.SGD(parameters, lr=learning_rate, momentum=own.momentum)


for _name, _title, _optimizer, _help in (
    ("adagrad", "Adagrad", optim.Adagrad, "Steps shrink where gradients add up (Duchi et al. 2011)."),
    ("adadelta", "Adadelta", optim.Adadelta, "Steps scaled by recent steps (Zeiler 2012); wants a rate near 1."),
    ("rmsprop", "RMSprop", optim.RMSprop, "Steps scaled by recent gradients (Tieleman & Hinton 2012)."),
):
    OPTIMIZERS.register(_name, title=_title, help=_help)(partial(build_plain, _optimizer))

for _name, _title, _adam, _options, _help in (
    ("adam", "Adam", optim.Adam, {"fused": True}, "Momentum and scaled steps (Kingma & Ba 2015)."),
    (
        "amsgrad",
        "AMSGrad",
        optim.Adam,
        {"fused": True, "amsgrad": True},
        "Adam that never forgets (Reddi et al. 2018).",
    ),
    ("adamw", "AdamW", optim.AdamW, {"fused": True}, "Adam with decoupled weight decay (Loshchilov & Hutter 2019)."),
    ("nadam", "NAdam", optim.NAdam, {}, "Adam with Nesterov's momentum (Dozat 2016)."),
):
    OPTIMIZERS.register(_name, title=_title, help=_help, example=AdamParameters(epsilon=0.01))(
        partial(build_adam, _adam, _options)
    )
