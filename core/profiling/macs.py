"""Multiply–accumulates, counted by watching a model run: an independent check of its closed form, `macs`.

`thop` knows torch's own layers. Tables are ours, so it is told to count in them whatever matrix products and
multiply–adds torch itself is seen to execute; a new kind of table needs no entry of its own. A MAC is one
multiplication by a stored number and one addition; FLOPs are twice as many.
"""

from math import prod
from typing import Any

import thop
import torch
from thop.rnn_hooks import count_lstm
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from core.data.batch import Batch
from core.models.base import TextClassifier

FLOPS_PER_MAC = 2
LSTM_EXTRAS = 16  # thop bills each unit at each step for biases and element-wise products besides: those are no MACs


def count_macs(model: TextClassifier, *, tokens: int) -> int:
    """What thop counts while `model` classifies one text of `tokens` tokens, all different where there are so many."""
    text = torch.arange(tokens) % model.embedding.num_embeddings
    batch = Batch(text, torch.tensor([0, tokens]), torch.zeros(1, dtype=torch.int64))
    handlers = {type(model.embedding): _count_table, nn.LSTM: _count_lstm}
    try:
        counted, _ = thop.profile(model, inputs=(batch,), custom_ops=handlers, verbose=False)
    finally:
        for module in model.modules():  # thop leaves its counters in layers that it has no rule for
            for name in ("total_ops", "total_params"):
                module._buffers.pop(name, None)
    return int(counted)


def _count_table(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
    """A thop handler: looks the rows up once more, and adds what torch executes."""
    del output
    mapping: dict[Any, Any] = {torch.ops.aten.addcmul: _addcmul_flops}
    with FlopCounterMode(display=False, custom_mapping=mapping) as counter:
        module.forward(*inputs)
    module.total_ops += counter.get_total_flops() / FLOPS_PER_MAC


def _addcmul_flops(*shapes: Any, out_shape: torch.Size, **_: Any) -> int:
    """`addcmul` multiplies and adds once for each number that it gives out."""
    del shapes
    return FLOPS_PER_MAC * prod(out_shape)


def _count_lstm(module: nn.LSTM, inputs: tuple[Any, ...], output: tuple[Any, ...]) -> None:
    """What thop bills by its own rule, less what is no multiply–accumulate."""
    count_lstm(module, inputs, output)
    states = output[0] if isinstance(output[0], Tensor) else output[0].data  # (…, directions · h)
    module.total_ops -= LSTM_EXTRAS * states.numel()  # type: ignore[operator]
