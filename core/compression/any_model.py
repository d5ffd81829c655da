"""Any model of torch's: swap one of its embedding tables for a smaller one, the best for its own task.

smaller = compress(model, "encoder.tokens", batches=some, loss=my_loss, method="low-rank", compression=0.95)
…                       # train it on as before
stored = pack(smaller)  # what is worth writing to disk
"""

import copy
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from core.compression.methods import METHODS
from core.compression.source import Memory, TableSource, Tap
from core.embeddings.torch_drop_in import DropIn, Slot, drop_in
from core.errors import ConfigError, UnknownNameError
from core.parameters import specs

M = TypeVar("M", bound=nn.Module)


def compress(
    model: M,
    path: str,
    *,
    batches: Iterable[Any],
    loss: Callable[[M, Any], Tensor],
    method: str = "low-rank",
    seed: int = 0,
    **parameters: Any,
) -> M:
    """A copy of `model` with a smaller table at `path`; train it on to win back what that cost.

    Args:
        model: any module; it is left as it is. A weight tied to the table stays dense in the copy.
        path: the name of an `nn.Embedding` or `nn.EmbeddingBag` in it, as in `model.named_modules()`.
        batches: some of the training data, in whatever form `loss` takes; read once. Some 4,000 texts are plenty.
        loss: the training loss, a scalar, of a model on a batch. Where it depends on labels, M = E[g gᵀ] is the
            empirical Fisher information.
        method: a registered compression method.
        seed: for everything that the method draws at random.
        **parameters: the method's own.

    Raises:
        ConfigError: when there is no such table, it isn't used, or the method's parameters don't fit it.
    """
    component = METHODS.get(method)
    known = {spec.name: None for spec in specs(component.parameters)}
    for name in parameters:
        if name not in known:
            raise UnknownNameError("option", name, known)
    chosen = component.build(component.parameters(**parameters))
    smaller = copy.deepcopy(model)
    slot = _slot(smaller, path)
    for sentence in chosen.check(rows=slot.num_embeddings, width=slot.embedding_dim):
        warnings.warn(sentence, stacklevel=2)
    source = observe(smaller, path, batches=batches, loss=loss, seed=seed)
    made = chosen.compress(source).to(slot.weight.device)
    smaller.set_submodule(path, drop_in(made, slot))
    return smaller.train(model.training)


def pack(model: M) -> M:
    """A copy of `model` whose compressed tables are as they are stored; the same outputs."""
    stored = copy.deepcopy(model)
    for module in stored.modules():
        if isinstance(module, DropIn):
            module.embedding = module.embedding.packed()
    return stored


@dataclass(frozen=True)
class ObservedSource(TableSource):
    """What a model was seen doing with its table.

    Attributes:
        weight: W (V, d).
        counts: (V,) how often each token was looked up.
        moment: E[g gᵀ] (d, d) float64 over those look-ups.
        seed: for everything drawn at random.
        memory: what was computed of it before.
    """

    weight: Tensor
    counts: Tensor
    moment: Tensor
    seed: int
    memory: Memory = field(default_factory=dict[str, dict[str, Tensor]])

    @property
    def table(self) -> Tensor:
        """See `TableSource.table`."""
        return self.weight

    def reading_weights(self) -> Tensor:
        """Not known of a model of any kind."""
        raise ConfigError("metric", "layer", "which layers read the table is not known here: choose another metric")

    def fisher(self) -> Tensor:
        """See `TableSource.fisher`."""
        return self.moment


def observe(
    model: M, path: str, *, batches: Iterable[Any], loss: Callable[[M, Any], Tensor], seed: int
) -> ObservedSource:
    """Run `batches` through `model` without dropout, and note what the table at `path` is asked for and how it matters.

    Raises:
        ConfigError: when the table is not used, or the loss doesn't depend on it.
    """
    slot = _slot(model, path)
    table = slot.weight.detach()
    tap = Tap(table)
    was_training = model.training
    model.set_submodule(path, drop_in(tap, slot))
    model.eval()
    width, padding = slot.embedding_dim, slot.padding_idx
    counts, moment = torch.zeros(len(table), dtype=torch.int64), torch.zeros(width, width, dtype=torch.float64)
    try:
        for batch in batches:
            tap.clear()
            value = loss(model, batch)
            if not tap.rows or not value.requires_grad:
                raise ConfigError("path", path, "the loss does not depend on this table: choose one that it reads")
            gradients = torch.autograd.grad(value, tap.rows, materialize_grads=True)  # of (N, d)
            for ids, gradient in zip(tap.ids, gradients, strict=True):
                used = gradient[ids != padding].double().cpu() if padding is not None else gradient.double().cpu()
                counts += torch.bincount(ids.cpu(), minlength=len(table))
                moment += used.T @ used
    finally:
        model.set_submodule(path, slot)
        model.train(was_training)
    if padding is not None:
        counts[padding] = 0
    if not counts.any():
        raise ConfigError("batches", "nothing", "at least one batch is needed to see how the table is used")
    return ObservedSource(table.cpu().float(), counts, moment / counts.sum(), seed)


def _slot(model: nn.Module, path: str) -> Slot:
    """The embedding at `path` of `model`."""
    found = {
        name: module for name, module in model.named_modules() if isinstance(module, nn.Embedding | nn.EmbeddingBag)
    }
    if path not in found:
        there = f"its embeddings are {', '.join(found)}" if found else "it has no embedding"
        raise ConfigError("path", path, f"the model has no embedding of that name; {there}")
    return found[path]
