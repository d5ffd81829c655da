"""Word dropout: a training step reads only some of a text's words. Shapes: `B` texts, `N` tokens.

Iyyer, Manjunatha, Boyd-Graber, Daumé III, *Deep Unordered Composition Rivals Syntactic Methods for Text
Classification*, ACL 2015.
"""

from dataclasses import replace

import torch

from core.data.batch import Batch


def drop_words(batch: Batch, share: float) -> Batch:
    """Leave out each word with probability `share`; a text that would lose all of them keeps its first."""
    if share == 0:
        return batch
    keep = torch.rand(len(batch.ids)) >= share  # (N,)
    kept_before = torch.zeros(len(keep) + 1, dtype=torch.int64)
    torch.cumsum(keep, 0, out=kept_before[1:])
    starts = batch.offsets[:-1]
    keep[starts[kept_before[batch.offsets].diff() == 0]] = True
    torch.cumsum(keep, 0, out=kept_before[1:])
    return replace(batch, ids=batch.ids[keep], offsets=kept_before[batch.offsets])
