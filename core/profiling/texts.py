"""A few of a run's test texts, kept beside its models: what their latency is measured on, when the data set is gone.

They are drawn evenly from the whole split, so they are as long as test texts are, and read the rows that those read.
"""

from pathlib import Path

import safetensors
import torch
from safetensors.torch import load_file, save

from core.atomic import write_atomically
from core.data.batch import Batch
from core.errors import BundleError

TEXTS = 256
TEXTS_FILE = "texts.safetensors"


def save_texts(test: Batch, folder: Path) -> None:
    """Write `TEXTS` texts of `test` to `folder`, some of them more than once where there are fewer.

    Raises:
        StoreError: when the disk is full or the folder can't be written.
    """
    kept = test.select(torch.arange(TEXTS) * len(test) // TEXTS)
    write_atomically(folder / TEXTS_FILE, save({"ids": kept.ids, "offsets": kept.offsets, "labels": kept.labels}))


def load_texts(folder: Path, *, rows: int) -> Batch:
    """The texts that `save_texts` wrote to `folder`, for models with a table of so many `rows`.

    Raises:
        BundleError: when they are missing, damaged or another model's.
    """
    path = folder / TEXTS_FILE
    try:
        kept = load_file(path)
        batch = Batch(kept["ids"], kept["offsets"], kept["labels"])
        whole = batch.offsets[0] == 0 and batch.offsets[-1] == len(batch.ids) and bool((batch.lengths > 0).all())
        if not whole or len(batch) != TEXTS or batch.ids.min() < 0 or batch.ids.max() >= rows:
            raise ValueError("its texts don't fit the models")
        return batch
    except (OSError, KeyError, ValueError, safetensors.SafetensorError) as error:
        raise BundleError(f"{path} can't be read ({error}); run it again.") from None
