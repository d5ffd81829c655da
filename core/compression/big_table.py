"""Factors of a table in a file, however large: two readings, a chunk and d² numbers in memory.

The first reading's Gram matrix is kept in the output folder, marked with what it was made from, so that an interrupted
run, or one at another rank, needs only the second. Shapes: `V` rows, `d` width, `r` rank.
"""

import hashlib
import json
import shutil
import time
from dataclasses import asdict, dataclass
from itertools import starmap
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from core.atomic import atomic_file
from core.compression.factorize import Decomposition, solve
from core.compression.gram import Spread, weighted_gram
from core.compression.methods.low_rank import EnergyParameters
from core.compression.methods.offline_low_rank import OfflineLowRank
from core.compression.rank import compression_of
from core.errors import OutputError
from core.output import writing
from core.vectors.table_file import FileRows

FACTORS, REPORT, GRAM = "factors.safetensors", "report.json", "gram.safetensors"
RESCALE_BYTES = 2**24


@dataclass(frozen=True)
class Report:
    """What `factorize_file` did; errors and energies are in the metric, sizes in bytes, times in seconds.

    Attributes:
        bytes_before: of the table's numbers as its file stores them.
        bytes_after: of the file with the factors.
        singular_values: all d, largest first.
        gram_resumed: whether the first reading was skipped.
    """

    rows: int
    width: int
    rank: int
    compression: float
    bytes_before: int
    bytes_after: int
    energy_kept: float
    relative_error: float
    singular_values: list[float]
    gram_resumed: bool
    seconds: dict[str, float]
    warnings: list[str]


def factorize_file(
    rows: FileRows,
    *,
    row_weights: Tensor,
    how: EnergyParameters,
    out: Path,
    origin: dict[str, object],
    spread: Spread = starmap,
) -> Report:
    """Write the best A (V, r) and B (r, d) of `rows` in the metric D = diag(`row_weights`), M = I, to the folder `out`.

    Args:
        rows: W (V, d).
        row_weights: D's diagonal (V,).
        how: rank, compression or energy.
        out: gets `factors.safetensors` with the tensors `left` and `right`, `report.json` and `gram.safetensors`.
        origin: what the Gram matrix depends on; another run with an equal one takes it up.
        spread: where chunks are worked on; the result has the same bits everywhere.

    Raises:
        ConfigError: when the rank doesn't fit the table.
        VectorsError: when the table can't be read or holds NaN or infinity.
        OutputError: when the disk is full or `out` can't be written.
    """
    count, width = rows.shape
    method = OfflineLowRank(how)
    rank = method.fixed_rank(rows=count, width=width)
    warnings = method.check(rows=count, width=width)
    _require_space(out, 4 * (rank or 1) * (count + width))
    started = time.perf_counter()
    gram, resumed = _resumable_gram(rows, row_weights, out / GRAM, origin, spread)
    read = time.perf_counter()
    found = solve(rows, gram, torch.eye(width, dtype=torch.float64))
    if rank is None:
        rank = min(found.rank_for_energy(how.energy or 1.0), count)
        warnings = method.at_rank(rank).check(rows=count, width=width)
        _require_space(out, 4 * rank * (count + width))
    with writing(out):
        (out / REPORT).unlink(missing_ok=True)  # it would speak of other factors
        with atomic_file(out / FACTORS) as file:
            _write_factors(found, rank, file, spread)
        report = Report(
            rows=count,
            width=width,
            rank=rank,
            compression=compression_of(rank, rows=count, width=width),
            bytes_before=rows.size_bytes,
            bytes_after=(out / FACTORS).stat().st_size,
            energy_kept=float(found.kept[rank - 1]),
            relative_error=found.relative_error(rank),
            singular_values=found.energies.sqrt().tolist(),
            gram_resumed=resumed,
            seconds={"gram": read - started, "factors": time.perf_counter() - read},
            warnings=warnings,
        )
        with atomic_file(out / REPORT) as file:
            file.write(json.dumps(asdict(report), indent=1).encode())
    return report


def _resumable_gram(
    rows: FileRows, row_weights: Tensor, path: Path, origin: dict[str, object], spread: Spread
) -> tuple[Tensor, bool]:
    """Wᵀ D² W (d, d), and whether it was read from `path` instead of computed."""
    mark = hashlib.sha256(json.dumps(origin, sort_keys=True).encode()).hexdigest()
    try:
        with safe_open(path, framework="pt") as file:
            if (file.metadata() or {}).get("origin") == mark:
                return file.get_tensor("gram"), True
    except (OSError, SafetensorError):
        pass  # none, or not ours: it is made anew
    gram = weighted_gram(rows, row_weights, spread)
    with writing(path.parent), atomic_file(path) as file:
        file.write(save({"gram": gram}, metadata={"origin": mark}))
    return gram, False


def _write_factors(found: Decomposition, rank: int, file: BinaryIO, spread: Spread) -> None:
    """Write A and B as safetensors: a header, A chunk by chunk, B; then A is scaled where it lies."""
    rows, width = found.rows.shape
    left_bytes, right_bytes = 4 * rows * rank, 4 * rank * width
    header = {
        "left": {"dtype": "F32", "shape": [rows, rank], "data_offsets": [0, left_bytes]},
        "right": {"dtype": "F32", "shape": [rank, width], "data_offsets": [left_bytes, left_bytes + right_bytes]},
    }
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    file.write(len(text).to_bytes(8, "little") + text)
    start = file.tell()
    right, scale = found.write_left(rank, lambda left: file.write(left.contiguous().numpy().data), spread)
    file.write(right.contiguous().numpy().data)
    for position in range(start, start + left_bytes, RESCALE_BYTES):
        file.seek(position)
        numbers = np.frombuffer(file.read(min(RESCALE_BYTES, start + left_bytes - position)), np.float32)
        file.seek(position)
        file.write((numbers * np.float32(scale)).data)


def _require_space(out: Path, size_bytes: int) -> None:
    free = shutil.disk_usage(out).free
    if size_bytes > free:
        needed, left = size_bytes / 1e6, free / 1e6
        raise OutputError(
            f"{out} has {left:,.0f} MB free and the factors need {needed:,.0f} MB: free some space first."
        )
