"""Tensors and what is said about them as bytes that notice when they were changed. Safetensors; no pickle."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import safetensors
import torch
from safetensors.torch import load, save
from torch import Tensor

ABOUT = "about"


def seal(tensors: Mapping[str, Tensor], about: Mapping[str, Any] | None = None) -> bytes:
    """`tensors`, and `about` in JSON's types, as a safetensors file."""
    contiguous = {name: tensor.contiguous() for name, tensor in tensors.items()}
    said = json.dumps({"about": dict(about or {}), "digest": _digest(contiguous)})
    return save({**contiguous, ABOUT: torch.frombuffer(bytearray(said.encode()), dtype=torch.uint8)})


def unseal(content: bytes) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """What `seal` was given.

    Raises:
        ValueError: when `content` is incomplete or was changed.
    """
    try:
        tensors = load(content)
        said = json.loads(bytes(tensors.pop(ABOUT).numpy()))
        about, digest = dict(said["about"]), said["digest"]
    except (safetensors.SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"no sealed tensors: {error}") from None
    if digest != _digest(tensors):
        raise ValueError("the tensors are not the ones that were sealed")
    return tensors, about


def _digest(tensors: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}\n".encode())
        digest.update(np.ascontiguousarray(tensor.detach().numpy()).data)
    return digest.hexdigest()
