"""Measures what a run's models cost, in a process of its own: `python -m core.profiling.measure FOLDER`.

Alone, on one thread, so that neither a page nor a training run beside it is part of what is measured. Each line of its
standard output is JSON: `{"progress": share}` while it works, and at last `{"costs": …}`. It exits with 2, and a
sentence on standard error, where the folder can't be used.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import save
from torch import nn

from core.errors import RanklensError
from core.models.base import TextClassifier
from core.profiling.latency import latency_of, race
from core.profiling.macs import count_macs
from core.profiling.memory import formula_bytes, resident_bytes
from core.profiling.texts import load_texts
from core.profiling.torch_ao import TorchAoEmbedding, with_torch_ao
from core.profiling.variants import variants
from core.results import Costs, Latency, ModelCost

SECONDS = 5.0  # of timing, for each size of batch
MOST_ROUNDS = 500


def measure(folder: Path, *, progress: Callable[[float], None]) -> Costs:
    """The costs of every form of the model that a run left in `folder`; `progress` hears the share that is done.

    Raises:
        BundleError: when what the run left can't be used.
    """
    ours = variants(folder)
    dense = ours["dense"]
    texts = load_texts(folder, rows=dense.embedding.num_embeddings)
    peer = with_torch_ao(dense)
    models: dict[str, nn.Module] = {**ours, "torch-ao": peer}
    latencies: dict[str, list[Latency]] = {name: [] for name in models}
    batches = (list(texts.split(1)), [texts])
    for done, alike in enumerate(batches):
        times = race(
            models,
            alike,
            seconds=SECONDS,
            most_rounds=MOST_ROUNDS,
            progress=lambda share: progress((done + share) / len(batches)),  # noqa: B023 - called within this turn
        )
        for name, values in times.items():
            latencies[name].append(latency_of(values, texts=len(alike[0])))
    tokens = round(float(texts.lengths.double().mean()))
    costs = [_cost(name, model, tokens, latencies[name]) for name, model in ours.items()]
    return Costs(tokens, (*costs, _peer_cost(peer, dense, latencies["torch-ao"])))


def _cost(name: str, model: TextClassifier, tokens: int, latencies: list[Latency]) -> ModelCost:
    return ModelCost(
        name=name,
        macs=model.macs(tokens),
        macs_counted=count_macs(model, tokens=tokens),
        formula_bytes=formula_bytes(model),
        bytes_on_disk=len(save(model.state_dict())),
        resident_bytes=resident_bytes(model),
        latencies=tuple(latencies),
    )


def _peer_cost(peer: nn.Module, dense: TextClassifier, latencies: list[Latency]) -> ModelCost:
    """Of the model with torch's table, which neither safetensors nor thop can look into."""
    table = TorchAoEmbedding.formula_bytes(peer.embedding)  # type: ignore[arg-type]
    rest = formula_bytes(dense) - dense.embedding.formula_bytes()
    return ModelCost("torch-ao", None, None, rest + table, None, None, tuple(latencies))


def say(**values: object) -> None:
    """Write a line of JSON at once."""
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


def main(folder: Path) -> int:
    """Measure what is in `folder`; returns the exit code."""
    torch.set_num_threads(1)
    try:
        costs = measure(folder, progress=lambda share: say(progress=share))
    except RanklensError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    say(costs=costs.to_dict())
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
