"""Taking a table apart, against torch's own SVD and one WᵀW product: `python -m bench.decompose`.

Prints one `name ratio bound` line each. A ratio is of medians over interleaved rounds in one run, with the same number
of threads. "decompose" is everything but the factors; "with factors" also writes A and B at 90 % compression.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from bench.report import say
from core.compression.factorize import Decomposition, Factors, decompose
from core.compression.metrics import Metric
from core.compression.rank import rank_for

SHAPES = ((341_000, 100), (1_000_000, 300))
SPECTRA = ("like GloVe", "steep")
COMPRESSION = 0.9
MOST_OF_PRODUCT = 1.5
FASTER_THAN_SVD = 8.0
SAME_ERROR = 1e-5


def main() -> None:
    """Measure every shape with every spectrum; float32 alone can't resolve the last one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, help="default: torch's own")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    say(f"torch {torch.__version__}, numpy {np.__version__}, {torch.get_num_threads()} threads")
    for rows, width in SHAPES:
        for spectrum in SPECTRA:
            measure(rows, width, spectrum, rounds=arguments.rounds)


def measure(rows: int, width: int, spectrum: str, *, rounds: int) -> None:
    """The lines of one table."""
    table = make_table(rows, width, spectrum)
    metric = Metric(torch.ones(rows, dtype=torch.float64), torch.eye(width, dtype=torch.float64))
    rank = rank_for(COMPRESSION, rows=rows, width=width)
    timed: dict[str, Callable[[], Any]] = {
        "product": lambda: table.T @ table,
        "decompose": lambda: decompose(table, metric),
        "with factors": lambda: decompose(table, metric).factors(rank),
    }
    seconds: dict[str, list[float]] = {name: [] for name in timed}
    for _ in range(rounds):
        for name, work in timed.items():
            seconds[name].append(clock(work)[0])
    svd_seconds, (u, s, v) = clock(lambda: torch.linalg.svd(table, full_matrices=False))
    median = {name: statistics.median(values) for name, values in seconds.items()}
    name = f"{rows:,}×{width} {spectrum}"
    for step in ("decompose", "with factors"):
        say(f"{name}: {step} / one product  {median[step] / median['product']:.2f} ≤{MOST_OF_PRODUCT}")
    for step in ("decompose", "with factors"):
        say(f"{name}: svd / {step}  {svd_seconds / median[step]:.1f} ≥{FASTER_THAN_SVD}")
    found = decompose(table, metric)
    ours, theirs = error(table, found.factors(rank)), error(table, Factors(u[:, :rank] * s[:rank], v[:rank]))
    say(f"{name}: error ours / svd's − 1  {ours / theirs - 1:+.1e} ≤{SAME_ERROR} (errors {ours:.8f}, {theirs:.8f})")
    say(f"{name}: largest error of a singular value  {worst_value(found, table):.1e}")


def make_table(rows: int, width: int, spectrum: str) -> Tensor:
    """Gaussian rows, rotated, with standard deviations that fall as i^-½, or as 2/i²."""
    generator = torch.Generator().manual_seed(0)
    index = torch.arange(1, width + 1, dtype=torch.float32)
    deviations = {"like GloVe": index**-0.5, "steep": 2 / index**2}[spectrum]
    rotation = torch.linalg.qr(torch.randn(width, width, generator=generator))[0]
    return torch.randn(rows, width, generator=generator) @ (deviations[:, None] * rotation)


def clock(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds that `work` takes, and what it returns."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def error(table: Tensor, factors: Factors) -> float:
    """‖W − A B‖_F / ‖W‖_F in float64, a chunk at a time."""
    wrong = total = 0.0
    for rows, left in zip(table.split(10_000), factors.left.split(10_000), strict=True):
        wrong += float((rows.double() - left.double() @ factors.right.double()).square().sum())
        total += float(rows.double().square().sum())
    return (wrong / total) ** 0.5


def worst_value(found: Decomposition, table: Tensor) -> float:
    """The largest relative error of a singular value, against float64 products throughout."""
    gram = torch.zeros(table.shape[1], table.shape[1], dtype=torch.float64)
    for rows in table.split(10_000):
        gram += rows.double().T @ rows.double()
    exact = torch.linalg.eigvalsh(gram).flip(0).sqrt()
    return float((found.energies.sqrt() / exact - 1).abs().max())


if __name__ == "__main__":
    main()
