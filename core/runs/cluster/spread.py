"""Chunks of a table worked on by a Dask cluster. They travel with their task, so no disk is shared.

A worker that dies loses nothing but time: Dask gives its task, data and all, to another. Few tasks are under way at a
time, since each holds its chunk: on this machine while it is sent, then on the scheduler and on a worker.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from typing import Any

import dask
import numpy as np
import torch
from distributed import Client, Future
from distributed.scheduler import KilledWorker
from torch import Tensor

from core.errors import ClusterError
from core.runs.cluster.connection import connect

AHEAD = 2  # tasks for each thread of the cluster: one is worked on while the next one travels
MOST_AHEAD = 16  # of 16 MB each
WORKER_SECONDS = 30.0  # a cluster may be starting
LARGEST_TASK = "1 GB"  # beyond, Dask would warn that data had better be scattered; but what is scattered can be lost


def spread_over(place: str, work: Callable[..., Tensor], chunks: Iterator[tuple[Any, ...]]) -> Iterator[Tensor]:
    """What `itertools.starmap` gives, bit for bit, by the cluster whose scheduler listens at `place`, HOST:PORT.

    Raises:
        ClusterError: when the scheduler doesn't answer, has no workers, or loses them again and again.
        RanklensError: whatever `work` raises.
    """
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": LARGEST_TASK}):
        try:
            with connect(place) as client:
                threads = _threads(client, place)
                waiting: deque[Future[Any]] = deque()
                for chunk in chunks:
                    waiting.append(client.submit(_work, work, *map(_packed, chunk), pure=False))
                    if len(waiting) >= min(AHEAD * threads, MOST_AHEAD):
                        yield torch.from_numpy(waiting.popleft().result())
                while waiting:
                    yield torch.from_numpy(waiting.popleft().result())
        except (CancelledError, OSError) as error:
            told = f"The scheduler at {place} doesn't answer ({error or type(error).__name__})"
            raise ClusterError(f"{told}: start it, then try again.") from None
        except KilledWorker as error:
            raise ClusterError(f"The cluster gave up ({error}): see why its workers die, then try again.") from None


def _threads(client: Client, place: str) -> int:
    """How many tasks the cluster works on at a time."""
    try:
        client.wait_for_workers(1, timeout=WORKER_SECONDS)
    except TimeoutError:
        raise ClusterError(f"The scheduler at {place} has no workers: start some, then try again.") from None
    return sum(client.nthreads().values())


def _packed(part: Any) -> Any:
    """What travels in place of `part`: of a tensor a copy, since a chunk's memory is used again."""
    return part.numpy().copy() if isinstance(part, torch.Tensor) else part


def _work(work: Callable[..., Tensor], *packed: Any) -> Any:
    """On a worker: `work` on one thread, since the worker's own threads share its cores."""
    torch.set_num_threads(1)
    parts = [torch.from_numpy(part.copy()) if isinstance(part, np.ndarray) else part for part in packed]
    return work(*parts).numpy()
