"""Training only the rows that are looked up.

A step of a dense optimiser reads and writes the whole table and its moments, though a batch touches a few hundred rows.
Here a window of texts trains on a table of just its own rows, with just their moments; then they are written back.
Rows outside the window stay as they are, as in `torch.optim.SparseAdam`, but any optimiser will do.

Shapes: `V` vocabulary, `U` rows that a window looks up, `N` tokens in its texts.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from core.data.batch import Batch


class RowWindow:
    """Narrows parameters with a row for each token, and their optimiser's state, to the rows of some texts."""

    def __init__(self, parameters: Sequence[nn.Parameter], optimizer: Optimizer) -> None:
        """Narrow `parameters`, each (V, …), which `optimizer` trains; none of them means that nothing is narrowed."""
        self.parameters, self.optimizer = parameters, optimizer

    @contextmanager
    def over(self, texts: Batch) -> Iterator[Batch]:
        """Narrow to the rows of `texts` inside the body, which gets the texts with their ids renumbered."""
        if not self.parameters:
            yield texts
            return
        rows, local = torch.unique(texts.ids, return_inverse=True)  # (U,), (N,)
        wide = [self._narrow(parameter, rows) for parameter in self.parameters]
        try:
            yield replace(texts, ids=local)
        finally:
            for parameter, tensors in zip(self.parameters, wide, strict=True):
                self._widen(parameter, rows, tensors)

    def _narrow(self, parameter: nn.Parameter, rows: Tensor) -> dict[str, Tensor]:
        """Keep only `rows` of `parameter` and of its state; returns the whole ones, by name."""
        state = self.optimizer.state[parameter]
        wide = {name: value for name, value in state.items() if getattr(value, "shape", None) == parameter.shape}
        state.update({name: value[rows] for name, value in wide.items()})
        whole = parameter.data
        parameter.data = whole[rows]
        return {**wide, "": whole}

    def _widen(self, parameter: nn.Parameter, rows: Tensor, wide: dict[str, Tensor]) -> None:
        """Undo `_narrow`, with the trained `rows` in their places."""
        state, whole = self.optimizer.state[parameter], wide.pop("")
        for name, value in state.items():
            if getattr(value, "shape", None) == parameter.shape:
                kept = wide.get(name)  # missing where the optimiser made its state in this window
                state[name] = (torch.zeros_like(whole) if kept is None else kept).index_copy_(0, rows, value)
        parameter.data = whole.index_copy_(0, rows, parameter.data)
        parameter.grad = None
