"""Our side of `bench.fasttext`: for each file size the setting of ours that is best on dev."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from core.artifacts import Artifacts
from core.bundles.card import model_card
from core.bundles.export import bundle_files
from core.bundles.files import zipped
from core.compression.methods import METHODS
from core.config import RunConfig
from core.events import Silent
from core.models import TextClassifier
from core.pipeline import compress, load, retrain, source_of, train
from core.profiling.hits import pack_hits
from core.profiling.profile import profile
from core.results import RunResult, Seconds, VectorsSummary
from core.stages import Branch, Loaded, Trunk
from core.training.evaluate import evaluate

METHOD_NAMES = ("low-rank-int8", "low-rank-int4")
RANKS = (32, 24, 16, 12, 8, 6, 4, 3, 2)
SHARES = (1.0, 0.6, 0.35)  # of the training texts' words that get a row, the most frequent
MODELS: tuple[dict[str, Any], ...] = ({}, {"model": "lstm", "units": 64}, {"model": "lstm", "units": 128})  # first: DAN
CARD_BYTES = 2_000  # more than any card takes in the zip; cards are written for the chosen alone, as they tell test


@dataclass(frozen=True)
class Chosen:
    """The best so far for one size, and what it takes to write its bundle."""

    config: RunConfig
    loaded: Loaded
    trunk: Trunk
    branch: Branch


def chosen_for_sizes(config: RunConfig, sizes: list[int]) -> Iterator[dict[str, Any]]:
    """For each of `sizes`, in bytes, the best on dev of our settings, its bundle's bytes and its test hits."""
    best: dict[int, Chosen] = {}
    words = len(load(config, monitor=Silent()).texts.vocabulary)
    for share, model in product(SHARES, MODELS):
        variant = RunConfig.from_dict({**config.to_dict(), "max_vocabulary": round(share * words), **model})
        loaded = load(variant, monitor=Silent())
        trunk = train(variant, loaded, monitor=Silent())
        for name in METHOD_NAMES:
            for size, rank in ranks_for(variant, loaded, trunk, name, sizes).items():
                chosen = branch_of(variant, loaded, trunk, name, rank)
                if size not in best or chosen.branch.dev.accuracy > best[size].branch.dev.accuracy:
                    best[size] = chosen
    for size, chosen in best.items():
        yield {"size": size, **measure(chosen)}


def ranks_for(config: RunConfig, loaded: Loaded, trunk: Trunk, name: str, sizes: list[int]) -> dict[int, int]:
    """The largest rank whose bundle stays within each size, where one does."""
    taken = {rank: bundle_bytes(just_compressed(config, loaded, trunk, name, rank), loaded) for rank in RANKS}
    fitting = {size: [rank for rank in RANKS if taken[rank] + CARD_BYTES <= size] for size in sizes}
    return {size: ranks[0] for size, ranks in fitting.items() if ranks}


def just_compressed(config: RunConfig, loaded: Loaded, trunk: Trunk, name: str, rank: int) -> TextClassifier:
    """The model at that rank, not re-trained."""
    component = METHODS.get(name)
    method = component.build(component.parameters(rank=rank))
    return compress(source_of(config, loaded, trunk), method)


def branch_of(config: RunConfig, loaded: Loaded, trunk: Trunk, name: str, rank: int) -> Chosen:
    """The model at that rank, re-trained."""
    config = replace(config, method=name, options={**config.options, "rank": rank})
    compressed = just_compressed(config, loaded, trunk, name, rank)
    return Chosen(config, loaded, trunk, retrain(config, loaded, trunk, compressed, monitor=Silent()))


def bundle_bytes(model: TextClassifier, loaded: Loaded, card: str = "") -> int:
    """Bytes of the zip of the bundle of `model`."""
    packed = model.with_embedding(model.embedding.packed())
    corpus, texts = loaded.corpus, loaded.texts
    left = Artifacts(
        classes=corpus.classes, tokens=texts.vocabulary.tokens, max_tokens=texts.max_tokens, models={}, cjk=texts.cjk
    )
    return len(zipped(bundle_files(packed, left, card=card)))


def measure(chosen: Chosen) -> dict[str, Any]:
    """Bytes of the whole bundle, test accuracy in %, and which test texts were right."""
    config, loaded = chosen.config, chosen.loaded
    with tempfile.TemporaryDirectory() as folder:
        profiled = profile(loaded, chosen.trunk, chosen.branch, folder=Path(folder))
        left = Artifacts.read(Path(folder))
    vectors = VectorsSummary(loaded.vectors.name, loaded.vectors.table.shape[1], 1.0)
    seconds = Seconds(load=0, train=0, compress=0, retrain=0, profile=0)
    result = RunResult(config.to_dict(), config.seed, vectors=vectors, seconds=seconds, **vars(profiled))
    right = evaluate(chosen.branch.compressed, loaded.texts.test).right
    return {
        "bytes": bundle_bytes(chosen.branch.compressed, loaded, model_card(result, left)),
        "dev": 100 * chosen.branch.dev.accuracy,
        "setting": {
            "words": len(loaded.texts.vocabulary),
            "model": config.model,
            "method": config.method,
            **config.options,
        },
        "test": 100 * profiled.compressed.test_accuracy,
        "texts": len(right),
        "hits": pack_hits(right),
    }
