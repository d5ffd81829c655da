"""Tables too large for memory: rows of a `.npy` or `.safetensors` file, or of word vectors in text, chunk by chunk.

Chunks are read with plain reads into two buffers, one filled while the other is in use. A memory map would count every
page it touched as resident memory. Shapes: `V` rows, `C` rows of a chunk, `d` width.
"""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from core.errors import VectorsError
from core.events import Monitor
from core.vectors.formats.npy import open_array

BUFFER_BYTES = 2**24  # of numbers in float32
WIDEST = 16_384  # a d×d matrix of float64 has 2 GB
NUMPY_TYPES = {"f2": torch.float16, "f4": torch.float32, "f8": torch.float64}
SAFETENSORS_TYPES = {"F16": torch.float16, "BF16": torch.bfloat16, "F32": torch.float32, "F64": torch.float64}


@dataclass(frozen=True)
class FileRows:
    """A table W (V, d) that lies in a file from byte `offset` on.

    Attributes:
        stored: the numbers' type in the file.
        by_column: whether the file holds one column behind the other ("Fortran order").
        monitor: hears how far each reading is.
    """

    path: Path
    shape: tuple[int, int]
    stored: torch.dtype
    offset: int
    by_column: bool
    monitor: Monitor

    @property
    def dtype(self) -> torch.dtype:
        """What the chunks are: float64 if the file is, else float32."""
        return torch.float64 if self.stored == torch.float64 else torch.float32

    @property
    def size_bytes(self) -> int:
        """V·d numbers as the file stores them."""
        return self.shape[0] * self.shape[1] * self.stored.itemsize

    def chunks(self, purpose: str) -> Iterator[Tensor]:
        """All rows in order as chunks (C, d), each valid until the next one is asked for.

        Raises:
            VectorsError: when the file can't be read to its end.
        """
        self.monitor.stage("compress", purpose)
        rows, width = self.shape
        # A power of two, so that a table is cut at the same rows here and in memory, and gives the same bits.
        size = 1 << max(0, (BUFFER_BYTES // (width * torch.float32.itemsize)).bit_length() - 1)
        buffers = [torch.empty(min(size, rows) * width, dtype=self.stored) for _ in range(2)]
        try:
            with self.path.open("rb", buffering=0) as file, ThreadPoolExecutor(1) as ahead:
                waiting = ahead.submit(self._fill, buffers[0], file, 0)
                for number, start in enumerate(range(0, rows, size)):
                    chunk = waiting.result()  # (C, d)
                    if start + size < rows:
                        waiting = ahead.submit(self._fill, buffers[(number + 1) % 2], file, start + size)
                    yield chunk.to(self.dtype)
                    self.monitor.progress(min(1.0, (start + size) / rows))
        except OSError as error:
            raise VectorsError(f"{self.path} can't be read: {error.strerror}.") from None

    def _fill(self, buffer: Tensor, file: BinaryIO, start: int) -> Tensor:
        """Read the rows from `start` on into `buffer`; a view of it."""
        rows, width = self.shape
        count = min(len(buffer) // width, rows - start)
        flat = buffer[: count * width]
        raw = flat.view(torch.uint8).numpy().data
        item = self.stored.itemsize
        if not self.by_column:
            self._read(file, raw, start * width * item)
            return flat.view(count, width)
        for column in range(width):
            self._read(file, raw[column * count * item :][: count * item], (column * rows + start) * item)
        return flat.view(width, count).T

    def _read(self, file: BinaryIO, target: memoryview, position: int) -> None:
        file.seek(self.offset + position)
        if hasattr(os, "posix_fadvise"):  # two chunks ahead, so that a cold disk never idles; not on every system
            end = self.offset + position + len(target)
            os.posix_fadvise(file.fileno(), end, 2 * len(target), os.POSIX_FADV_WILLNEED)
        while len(target):
            read = file.readinto(target)  # type: ignore[attr-defined]
            if not read:
                raise VectorsError(f"{self.path} ends before its last row: was it cut short, or is it being written?")
            target = target[read:]


def open_npy(path: Path, monitor: Monitor) -> FileRows:
    """The table in a `.npy` file; nothing but its header is read.

    Raises:
        VectorsError: when it isn't a 2-D table of floating-point numbers.
    """
    found = open_array(path)
    kind = found.dtype.str[1:] if found.dtype.isnative else found.dtype.str
    shape = _checked(path, found.shape, NUMPY_TYPES.get(kind), kind)
    by_column = not found.flags.c_contiguous
    return FileRows(path, shape, NUMPY_TYPES[kind], found.offset, by_column, monitor)


def open_safetensors(path: Path, tensor: str | None, monitor: Monitor) -> FileRows:
    """The table called `tensor` in a `.safetensors` file, or its only 2-D tensor; nothing but the header is read.

    Raises:
        VectorsError: listing the tensors there are, where none or several fit.
    """
    try:
        with safe_open(path, framework="numpy"):  # checks header and length
            pass
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(length))
    except (SafetensorError, OSError, ValueError) as error:
        raise VectorsError(f"{path} can't be read as safetensors: {str(error).rstrip('.')}.") from None
    header.pop("__metadata__", None)
    tables = [name for name, entry in header.items() if len(entry["shape"]) == 2]  # noqa: PLR2004 - a table is 2-D
    chosen = [tensor] if tensor in header else tables if tensor is None else []
    if len(chosen) != 1:
        raise VectorsError(f"{path}: choose a tensor with --tensor; its tables are {', '.join(tables) or 'none'}.")
    entry = header[chosen[0]]
    stored = SAFETENSORS_TYPES.get(entry["dtype"])
    shape = _checked(path, entry["shape"], stored, entry["dtype"])
    return FileRows(
        path, shape, SAFETENSORS_TYPES[entry["dtype"]], 8 + length + entry["data_offsets"][0], False, monitor
    )


def _checked(path: Path, shape: tuple[int, ...], stored: torch.dtype | None, kind: str) -> tuple[int, int]:
    if len(shape) != 2 or 0 in shape:  # noqa: PLR2004 - a table is 2-D
        raise VectorsError(f"{path} has the shape {tuple(shape)}: a table of rows × numbers is needed.")
    if stored is None:
        raise VectorsError(f"{path} holds numbers of type {kind}: save it as float32, float16 or float64 first.")
    rows, width = shape
    if width > WIDEST:
        raise VectorsError(f"{path} is {rows:,} × {width:,}: at most {WIDEST:,} numbers a row; is it transposed?")
    return rows, width
