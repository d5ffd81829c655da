"""Our side of `bench.fasttext`: a grid of settings tried on dev, and for each file size the best of them on test."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.records import Records
from core.artifacts import Artifacts
from core.bundles.card import Halved, model_card
from core.bundles.export import bundle_files, halving
from core.bundles.files import zipped
from core.bundles.half import rounded
from core.compression.fold import fold
from core.config import RunConfig
from core.events import Silent
from core.models import TextClassifier
from core.pipeline import compress, load, method_of, retrain, source_of, train
from core.profiling.hits import pack_hits
from core.profiling.profile import profile
from core.results import RunResult, Seconds, VectorsSummary
from core.stages import Branch, Loaded, Trunk
from core.training.evaluate import evaluate

# Each of these is trained once, then compressed in every way of the other. A share is that of the training texts' words
# that get a row, the most frequent ones: where rare ones share a row, it learns what an unknown word means.
TRAINED: tuple[tuple[float, dict[str, Any]], ...] = (
    (1.0, {"model": "cnn", "filters": 64}),
    (0.5, {"model": "cnn", "filters": 64}),
    (1.0, {"model": "cnn"}),
    (1.0, {"model": "dan"}),
    (0.5, {"model": "dan"}),
    (1.0, {"model": "lstm"}),
    (1.0, {"model": "lstm", "units": 200}),
    (1.0, {"model": "lstm", "bidirectional": True}),
)
COMPRESSED: tuple[dict[str, Any], ...] = (
    {"method": "low-rank-int8", "rank": 48},
    {"method": "low-rank-int8", "rank": 32},
    {"method": "low-rank-int8", "rank": 16},
    {"method": "low-rank-int4", "rank": 16},
    {"method": "low-rank-int4", "rank": 12},
    {"method": "low-rank-int4", "rank": 8},
)
CARD_BYTES = 2_000  # more than any card takes in the zip; a card tells test, so it is written for what is chosen alone


@dataclass(frozen=True)
class Trained:
    """A dense model and what it was trained on."""

    loaded: Loaded
    trunk: Trunk

    @classmethod
    def of(cls, config: RunConfig) -> "Trained":
        """Load and train."""
        loaded = load(config, monitor=Silent())
        return cls(loaded, train(config, loaded, monitor=Silent()))

    def branch(self, config: RunConfig) -> Branch:
        """Compressed and re-trained as `config` says."""
        method, _ = method_of(config, self.loaded.corpus, self.loaded.vectors)
        compressed = compress(source_of(config, self.loaded, self.trunk), method)
        return retrain(config, self.loaded, self.trunk, compressed, monitor=Silent())


def try_all(config: RunConfig, dataset: str, tried: Records) -> list[dict[str, Any]]:
    """Each setting of the grid, with its bundle's bytes and its accuracy on dev in %; trained unless `tried` has it."""
    grid = settings(config)
    for sharing in grid:
        trained = None
        for name, variant in sharing.items():
            record = {"dataset": dataset, "setting": name}
            if record not in tried:
                trained = trained or Trained.of(variant)
                shipped = as_shipped(trained.branch(variant).compressed)
                dev = evaluate(shipped, trained.loaded.texts.dev)
                size = bundle_bytes(shipped, trained.loaded) + CARD_BYTES
                tried.add({**record, "bytes": size, "dev": 100 * dev.accuracy})
    names = {name for sharing in grid for name in sharing}
    return [each for each in tried.all if each["dataset"] == dataset and each["setting"] in names]


def settings(config: RunConfig) -> list[dict[str, RunConfig]]:
    """The grid, by what each setting is called; those in one dictionary share a dense model."""
    words = len(load(config, monitor=Silent()).texts.vocabulary)
    grid = []
    for share, model in TRAINED:
        own = {**config.to_dict(), "max_vocabulary": round(share * words), **model}
        variants = [RunConfig.from_dict({**own, **compressed}) for compressed in COMPRESSED]
        grid.append({told(variant): variant for variant in variants})
    return grid


def told(config: RunConfig) -> str:
    """The model, and what else differs from the defaults."""
    named = {"model": config.model, **config.to_text()}
    return ", ".join(
        f"{name.replace('_', ' ')} {text}" for name, text in named.items() if name not in {"dataset", "vectors"}
    )


def tested(config: RunConfig, setting: str) -> dict[str, Any]:
    """`setting` once more, bit for bit: its bundle's bytes, its accuracy on dev and test in %, and its test hits."""
    variant = next(sharing[setting] for sharing in settings(config) if setting in sharing)
    trained = Trained.of(variant)
    branch = trained.branch(variant)
    shipped = as_shipped(branch.compressed)
    test = evaluate(shipped, trained.loaded.texts.test)
    return {
        "bytes": bundle_bytes(shipped, trained.loaded, card_of(variant, trained, branch)),
        "dev": 100 * evaluate(shipped, trained.loaded.texts.dev).accuracy,
        "test": 100 * test.accuracy,
        "texts": len(test.right),
        "hits": pack_hits(test.right),
    }


def as_shipped(model: TextClassifier) -> TextClassifier:
    """Folded, in half precision."""
    return rounded(fold(model))


def bundle_bytes(shipped: TextClassifier, loaded: Loaded, card: str = "") -> int:
    """Bytes of the zip of the bundle."""
    left = Artifacts(
        classes=loaded.corpus.classes,
        tokens=loaded.texts.vocabulary.tokens,
        max_tokens=loaded.texts.max_tokens,
        models={},
        cjk=loaded.texts.cjk,
    )
    return len(zipped(bundle_files(shipped, left, card=card, half=True)))


def card_of(config: RunConfig, trained: Trained, branch: Branch) -> str:
    """The bundle's model card, as an export of such a run would write it."""
    with tempfile.TemporaryDirectory() as folder:
        profiled = profile(trained.loaded, trained.trunk, branch, folder=Path(folder))
        left = Artifacts.read(Path(folder))
    vectors = VectorsSummary(trained.loaded.vectors.name, trained.loaded.vectors.table.shape[1], coverage=1.0)
    seconds = Seconds(load=0, train=0, compress=0, retrain=0, profile=0)
    result = RunResult(config.to_dict(), config.seed, vectors=vectors, seconds=seconds, **vars(profiled))
    rounding: Halved = halving(fold(branch.compressed), trained.loaded.texts.test)
    return model_card(result, left, rounding)
