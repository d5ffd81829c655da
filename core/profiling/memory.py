"""Sizes: numbers held, and bytes of real files."""

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import save
from torch import nn

from core.atomic import write_atomically
from core.errors import StoreError
from core.models.base import TextClassifier


def parameter_count(model: TextClassifier) -> int:
    """How many numbers `model` holds; those that share a byte are counted one by one."""
    rest: int = sum(value.numel() for name, value in model.state_dict().items() if not name.startswith("embedding."))
    return rest + model.embedding.numbers()


def embedding_bytes(model: TextClassifier) -> int:
    """Bytes of what the embedding slot of `model` stores."""
    return sum(value.nbytes for value in model.embedding.state_dict().values())


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
