"""Half precision: the floats of a bundle in two bytes each, read as float32 by all that run it.

A number from 6·10⁻⁵ to 65,504 is off by at most 2⁻¹¹ of itself, a smaller one by at most 3·10⁻⁸ (IEEE 754, binary16).
Packed tables stay as they are, codes and grids: a `step` that is off is so once for every code, up to 255 times.
"""

import copy
from collections.abc import Mapping

import torch
from torch import Tensor

from core.errors import BundleError
from core.models import TextClassifier

Weights = Mapping[str, Tensor]


def rounded(model: TextClassifier) -> TextClassifier:
    """A copy of `model` whose floats half precision can hold.

    Raises:
        BundleError: when one is too large for it.
    """
    weights = in_half(model.state_dict())
    for name, value in weights.items():
        if not value.isfinite().all():
            raise BundleError(f"{name} has a number over 65,504, too large for half precision; export it without.")
    copied = copy.deepcopy(model)
    copied.load_state_dict(in_single(weights))
    return copied


def in_half(weights: Weights) -> dict[str, Tensor]:
    """The same `weights`, float32 as float16, but for the grids of packed tables."""
    packed = {name.removesuffix("codes") for name in weights if name.endswith("codes")}
    grids = {before + name for before in packed for name in ("first", "step")}
    return {
        name: value.half() if value.dtype == torch.float32 and name not in grids else value
        for name, value in weights.items()
    }


def in_single(weights: Weights) -> dict[str, Tensor]:
    """The same `weights`, float16 as float32."""
    return {name: value.float() if value.dtype == torch.float16 else value for name, value in weights.items()}
