"""From ragged to rectangular. Shapes: `B` texts, `T` tokens of the longest."""

import torch
from torch import Tensor

from core.data.batch import Batch


def padded(batch: Batch) -> tuple[Tensor, Tensor]:
    """A ragged batch as a rectangle, one time step after another: what torch's recurrent layers are fastest on.

    Returns:
        ids: (T, B) the token of each text at each step; behind a text's end, any.
        present: (T, B) bool, whether the text is that long.
    """
    steps = torch.arange(int(batch.lengths.max()))[:, None]  # (T, 1)
    positions = (batch.offsets[:-1] + steps).clamp_max(len(batch.ids) - 1)
    return batch.ids[positions], steps < batch.lengths
