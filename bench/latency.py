"""How long the deployed model takes, against dense and 8 bits of torch: `python -m bench.latency --data FOLDER`.

Vocabulary and test texts are the data set's, tables are random: speed doesn't depend on what the numbers are, so that
nothing is trained. All models take turns on the same texts, one at a time and 256 at once, on one thread. Prints a
`name ratio bound` line for each pair of medians, behind the medians themselves.
"""

import argparse
from pathlib import Path

import torch
from torch import nn

from bench.report import ratio_line, say, versions
from core.compression.fold import fold
from core.compression.rank import rank_for
from core.config import RunConfig
from core.data import load_corpus
from core.data.batch import Batch
from core.data.encode import EncodedCorpus, encode_corpus
from core.embeddings import DenseEmbedding, LowRankEmbedding
from core.models import MODELS
from core.profiling.latency import latency_of, race
from core.profiling.torch_ao import with_torch_ao

COMPRESSION = 0.9
WIDTHS = (50, 100, 300)
UNBOUNDED = 50  # so narrow, an LSTM spends three quarters of its MACs on its own state, which no table can change
BOUNDS = {"dense": {1: 1.0, 256: 0.8}, "torch.ao": {1: 1.0, 256: 1.0}}
SECONDS, MOST_ROUNDS = 20.0, 2_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of SST-2")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of timing, for each model and size of batch")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    config = RunConfig()
    texts = encode_corpus(
        load_corpus(str(arguments.data), seed=0),
        max_vocabulary=config.max_vocabulary,
        min_count=config.min_count,
        max_tokens=config.max_tokens,
    )
    rows, tokens = len(texts.vocabulary), texts.tokens_per_text
    say(f"{versions('torch')}; {rows:,} words, {tokens} tokens a text; {COMPRESSION:.0%} smaller; p50 (p95)")
    for name in ("dan", "lstm"):
        for width in WIDTHS:
            models = forms(name, texts, width)
            for size in BOUNDS["dense"]:
                bounds = {} if width == UNBOUNDED else {peer: bound[size] for peer, bound in BOUNDS.items()}
                label = f"{name}, {width} wide, batch {size}"
                compare(label, models, texts.test, size, bounds, seconds=arguments.seconds)


def forms(name: str, texts: EncodedCorpus, width: int) -> dict[str, nn.Module]:
    """The model `name` with a random table of `width`, dense, factorised, deployed, and in torch's 8 bits."""
    torch.manual_seed(0)
    rows = len(texts.vocabulary)
    rank = rank_for(COMPRESSION, rows=rows, width=width)
    factors = LowRankEmbedding(torch.randn(rows, rank), torch.randn(rank, width))
    component = MODELS.get(name)
    dense = component.build(DenseEmbedding(factors.table()), int(texts.train.labels.max()) + 1, component.parameters())
    factorised = dense.with_embedding(factors)
    return {"dense": dense, "factorised": factorised, "deployed": fold(factorised), "torch.ao": with_torch_ao(dense)}


def compare(
    name: str, models: dict[str, nn.Module], test: Batch, size: int, bounds: dict[str, float], *, seconds: float
) -> None:
    """Race `models` on the `test` texts, `size` at once, and print the medians and their ratios beside `bounds`."""
    batches = [batch for batch in test.split(size) if len(batch) == size]
    times = race(models, batches, seconds=seconds, most_rounds=MOST_ROUNDS)
    found = {model: latency_of(values, texts=size) for model, values in times.items()}
    say(f"{name}: " + ", ".join(f"{model} {each.p50_ms:.3f} ({each.p95_ms:.3f}) ms" for model, each in found.items()))
    for peer in BOUNDS:
        ratio, label = found["deployed"].p50_ms / found[peer].p50_ms, f"{name}: deployed / {peer}"
        say(ratio_line(label, ratio, bounds[peer]) if peer in bounds else f"{label:44} {ratio:9.3f}")


if __name__ == "__main__":
    main()
