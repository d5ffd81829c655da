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

from core.compression.gram import refuse_non_finite
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
        model: any module; it is left as it is. In the copy, a module that is the table under another name is the
            smaller one too; a parameter tied to the table's weight stays dense.
        path: the name of an `nn.Embedding` or `nn.EmbeddingBag` in it, as in `model.named_modules()`. The smaller
            table trains, even where this one is frozen.
        batches: some of the training data, in whatever form `loss` takes; read once. Some 4,000 texts are plenty.
        loss: the training losses of a model on a batch, one for each text or token, or their sum
            (`reduction="none"` or `"sum"`). In a mean, each text's gradients shrink with the number of texts, so it
            serves where all batches have as many. Where it depends on labels, M = E[g gᵀ] is the empirical Fisher
            information.
        method: a registered compression method.
        seed: for everything that the method draws at random.
        **parameters: the method's own.

    Raises:
        ConfigError: when there is no such table, it isn't used or does more than look rows up, the loss isn't finite,
            or the method's parameters don't fit it.
        VectorsError: when a row of the table holds NaN or an infinite number.
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
    made = drop_in(chosen.compress(source).to(slot.weight.device), slot)
    _put(made.train(slot.training), smaller, slot)
    return smaller


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
        ConfigError: when the table is not used, the loss doesn't depend on it, or is not finite.
        VectorsError: when a row of the table holds NaN or an infinite number, looked up or not.
    """
    slot = _slot(model, path)
    table = slot.weight.detach()
    refuse_non_finite(table)
    tap = Tap(table)
    training = [module for module in model.modules() if module.training]
    tapped = drop_in(tap, slot)
    _put(tapped, model, slot)
    model.eval()
    width = slot.embedding_dim
    counts, moment = torch.zeros(len(table), dtype=torch.int64), torch.zeros(width, width, dtype=torch.float64)
    try:
        for batch in batches:
            tap.clear()
            with torch.backends.cudnn.flags(enabled=False):  # whose recurrent layers have no gradient in eval mode
                value = loss(model, batch).sum()
                if not tap.rows or not value.requires_grad:
                    raise _unread(path)
                gradients = torch.autograd.grad(value, tap.rows, materialize_grads=True)  # of (N, d)
            ids = torch.cat(tap.ids).cpu()
            gradient = torch.cat(gradients).cpu().double()
            if slot.padding_idx is not None:
                ids, gradient = ids[ids != slot.padding_idx], gradient[ids != slot.padding_idx]
            counts += torch.bincount(ids, minlength=len(table))
            moment += gradient.T @ gradient
    finally:
        _put(slot, model, tapped)
        for module in training:
            module.training = True
    look_ups = int(counts.sum())
    if not look_ups:
        raise ConfigError("batches", "nothing", "at least one batch is needed to see how the table is used")
    if not moment.isfinite().all():
        raise ConfigError("loss", "not finite", "its gradients hold NaN or infinity: look at the model and the batches")
    if not moment.any():
        raise _unread(path)
    return ObservedSource(table.cpu().float(), counts, moment / look_ups, seed)


def _unread(path: str) -> ConfigError:
    return ConfigError("path", path, "the loss does not depend on this table: choose one that it reads")


def _slot(model: nn.Module, path: str) -> Slot:
    """The embedding at `path` of `model`."""
    there = model.named_modules(remove_duplicate=False)
    found = {name: module for name, module in there if name and isinstance(module, nn.Embedding | nn.EmbeddingBag)}
    if path not in found:
        there_is = f"its embeddings are {', '.join(found)}" if found else "no module in it is an embedding"
        raise ConfigError("path", path, f"the model has no embedding of that name; {there_is}")
    return found[path]


def _put(made: nn.Module, model: nn.Module, slot: nn.Module) -> None:
    """Put `made` into the place of `slot`, under every name that it has in `model`."""
    for name, module in list(model.named_modules(remove_duplicate=False)):
        if module is slot:
            model.set_submodule(name, made)
