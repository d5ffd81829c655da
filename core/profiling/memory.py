"""Sizes: numbers held, bytes of real files, and bytes of real memory."""

import resource
import sys
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import save
from torch import nn

from core.atomic import write_atomically
from core.errors import StoreError
from core.models.base import TextClassifier

RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes; getrusage counts kB but on macOS


def parameter_count(model: TextClassifier) -> int:
    """How many numbers `model` holds; those that share a byte are counted one by one."""
    rest: int = sum(value.numel() for name, value in model.state_dict().items() if not name.startswith("embedding."))
    return rest + model.embedding.numbers()


def embedding_bytes(model: TextClassifier) -> int:
    """Bytes of what the embedding slot of `model` stores."""
    return sum(value.nbytes for value in model.embedding.state_dict().values())


def formula_bytes(model: TextClassifier) -> int:
    """Bytes of the whole `model` by its formula: its table's, and those of all other weights."""
    rest: int = sum(value.nbytes for name, value in model.state_dict().items() if not name.startswith("embedding."))
    return rest + model.embedding.formula_bytes()


def resident_bytes(model: nn.Module) -> int:
    """Bytes of memory that torch has allocated for `model`, each piece once: a view of a larger piece counts whole."""
    pieces = [value.untyped_storage() for value in [*model.parameters(), *model.buffers()]]
    return sum({piece.data_ptr(): piece.nbytes() for piece in pieces}.values())


def peak_rss_bytes() -> int:
    """The most memory that this process has ever held: Python and torch themselves, some 300 MB, data, and training."""
    return RSS_UNIT * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def save_weights(module: nn.Module, path: Path) -> int:
    """Write the weights of `module` to `path` as safetensors, whole or not at all; returns the file's bytes.

    Raises:
        StoreError: when the disk is full or the folder can't be written.
    """
    try:
        write_atomically(path, save(module.state_dict()))
        return path.stat().st_size
    except SafetensorError as error:
        raise StoreError(f"{path} can't be written: {error}.") from None
