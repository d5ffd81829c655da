"""Ragged batches: texts of any length, laid end to end. No padding anywhere.

Shapes: `B` texts, `N` tokens in all of them together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor


@dataclass(frozen=True)
class Batch:
    """Texts as one run of token ids. A whole split is one big `Batch`; training takes small ones out of it.

    Attributes:
        ids: (N,) int64, the tokens of all texts, end to end. Every text has at least one.
        offsets: (B + 1,) int64, text `i` is `ids[offsets[i]:offsets[i + 1]]`.
        labels: (B,) int64, the class of each text.
    """

    ids: Tensor
    offsets: Tensor
    labels: Tensor

    def __len__(self) -> int:
        """How many texts."""
        return len(self.labels)

    @cached_property
    def lengths(self) -> Tensor:
        """(B,) tokens in each text."""
        return self.offsets.diff()

    def select(self, texts: Tensor) -> "Batch":
        """The texts with the given positions (K,), in that order."""
        lengths = self.lengths[texts]  # (K,)
        offsets = torch.zeros(len(texts) + 1, dtype=torch.int64)
        torch.cumsum(lengths, 0, out=offsets[1:])
        shift = torch.repeat_interleave(self.offsets[texts] - offsets[:-1], lengths)  # (N',)
        return Batch(self.ids[shift + torch.arange(len(shift))], offsets, self.labels[texts])

    def split(self, sizes: int | Sequence[int]) -> Iterator["Batch"]:
        """Consecutive batches of `sizes` texts; where that is one number, the last may be smaller."""
        start = 0
        for labels in self.labels.split(sizes):
            offsets = self.offsets[start : start + len(labels) + 1]
            start += len(labels)
            yield Batch(self.ids[offsets[0] : offsets[-1]], offsets - offsets[0], labels)
