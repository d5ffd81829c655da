"""Which texts a model has right, in a bit each: what paired tests between any two runs on the same texts need."""

import base64

import numpy as np
from numpy.typing import NDArray
from torch import Tensor


def pack_hits(right: Tensor) -> str:
    """`right` (B,) bool as base64 of B bits, most significant first; B itself is to be kept elsewhere."""
    return base64.b64encode(np.packbits(right.numpy()).tobytes()).decode()


def unpack_hits(packed: str, *, texts: int) -> NDArray[np.bool_]:
    """The (B,) bool that `pack_hits` packed, B = `texts`.

    Raises:
        ValueError: when `packed` isn't base64, or not of so many texts.
    """
    content = np.frombuffer(base64.b64decode(packed, validate=True), np.uint8)
    if len(content) != -(-texts // 8):
        raise ValueError(f"{len(content)} bytes aren't a bit for each of {texts} texts.")
    return np.unpackbits(content, count=texts).astype(bool)
