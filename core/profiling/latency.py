"""How long models take, measured so that they can be compared: warm, in turns, on the same texts."""

import gc
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count

import torch
from torch import nn

from core.data.batch import Batch
from core.events import silent
from core.results import Latency

WARM_UP = 5  # rounds that aren't counted
FEWEST_ROUNDS = 20  # so that a 95th percentile lies among what was measured
TWENTIETHS = 20


@torch.inference_mode()
def race(
    models: Mapping[str, nn.Module],
    batches: Sequence[Batch],
    *,
    seconds: float,
    most_rounds: int,
    progress: Callable[[float], None] = silent,
) -> dict[str, list[float]]:
    """Milliseconds that each model takes for a batch, round by round, without dropout.

    In each round every model classifies the same batch, and each goes first as often as any other: whatever else the
    machine does, and what a model leaves in the caches, hits all alike. Python's garbage collector waits meanwhile.
    Batches of every size are classified once beforehand: torch's LSTM compiles a kernel for each length of text and
    width of table, which models of one width would share and a folded one pay alone.

    Args:
        models: what races, by name.
        batches: one a round, over and over.
        seconds: no round begins later, once there were `FEWEST_ROUNDS`.
        most_rounds: after the warm-up.
        progress: hears the share that is done, and may raise to stop.
    """
    names = list(models)
    times: dict[str, list[float]] = {name: [] for name in names}
    with _at_rest(models.values()):
        for batch in {(len(batch), len(batch.ids)): batch for batch in batches}.values():
            progress(0.0)
            for model in models.values():
                model(batch)
        started = time.perf_counter()
        for turn in count():
            batch = batches[turn % len(batches)]
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                begun = time.perf_counter()
                models[name](batch)
                times[name].append(1000 * (time.perf_counter() - begun))
            rounds = turn + 1 - WARM_UP
            spent = max((time.perf_counter() - started) / seconds, rounds / most_rounds)
            share = min(1.0, spent, rounds / min(FEWEST_ROUNDS, most_rounds))
            progress(max(0.0, share))
            if share == 1:
                return {name: values[WARM_UP:] for name, values in times.items()}
    raise AssertionError("unreachable")


def latency_of(times_ms: Sequence[float], *, texts: int) -> Latency:
    """The 50th and 95th percentile of at least two `times_ms`, each of classifying so many `texts` at once."""
    return Latency(texts, statistics.median(times_ms), statistics.quantiles(times_ms, n=TWENTIETHS)[-1])


@contextmanager
def _at_rest(models: Iterable[nn.Module]) -> Iterator[None]:
    """While entered, `models` classify without dropout and Python collects no garbage."""
    were_training = [(model, model.training) for model in models]
    collected = gc.isenabled()
    for model, _ in were_training:
        model.eval()
    gc.disable()
    try:
        yield
    finally:
        if collected:
            gc.enable()
        for model, training in were_training:
            model.train(training)
