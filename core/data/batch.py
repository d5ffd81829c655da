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
        answers: (B, C), the logits of a model that was asked about each text; None where none was.
    """

    ids: Tensor
    offsets: Tensor
    labels: Tensor
    answers: Tensor | None = None

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
        answers = None if self.answers is None else self.answers[texts]
        return Batch(self.ids[shift + torch.arange(len(shift))], offsets, self.labels[texts], answers)

    def split(self, sizes: int | Sequence[int]) -> Iterator["Batch"]:
        """Consecutive batches of `sizes` texts; where that is one number, the last may be smaller."""
        start = 0
        for labels in self.labels.split(sizes):
            end = start + len(labels)
            offsets = self.offsets[start : end + 1]
            answers = None if self.answers is None else self.answers[start:end]
            yield Batch(self.ids[offsets[0] : offsets[-1]], offsets - offsets[0], labels, answers)
            start = end
