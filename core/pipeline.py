"""The spine: load → train → compress → re-train → profile.

`run` is the method, one line a stage. Its stages stand alone too, so that runs with the same pre-training can share it.
"""

import copy
import platform
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
import torch

from core.compression.curve import rank_curves
from core.compression.methods import METHODS, Method
from core.compression.metrics import Source
from core.config import RunConfig
from core.data import Corpus, load_corpus
from core.data.batch import Batch
from core.data.encode import encode_corpus
from core.embeddings import DenseEmbedding
from core.events import Monitor, Silent, Stage
from core.fetching import awaited
from core.models import MODELS, TextClassifier
from core.profiling.memory import peak_rss_bytes
from core.profiling.profile import profile
from core.results import RunResult, Seconds, VectorsSummary
from core.stages import Branch, Loaded, Trunk
from core.training.checkpoints import Checkpoint
from core.training.evaluate import evaluate, logits_of
from core.training.fit import Position, fit, obey
from core.vectors import Vectors, load_vectors

ANSWERS = "answers"  # what a trunk's memory calls the dense model's logits of the training texts


class Preparation(Protocol):
    """The first two stages. What is like `load` and `train`, but remembers, lets runs share them."""

    def load(self, config: RunConfig, *, monitor: Monitor) -> Loaded:
        """See `load`."""

    def train(self, config: RunConfig, loaded: Loaded, *, monitor: Monitor) -> Trunk:
        """See `train`."""


def run(
    config: RunConfig,
    *,
    monitor: Monitor | None = None,
    folder: Path | None = None,
    shared: Preparation | None = None,
) -> RunResult:
    """Train, compress, re-train and profile, as `config` says.

    Args:
        config: decides everything; equal configurations give equal numbers, timings aside.
        monitor: hears what happens, and may stop the run or ask to compress now.
        folder: where the three models are written, and what they need; forgotten where None. A run whose process died
            is taken up in the same folder from its last checkpoint, and finds the same, to the last bit.
        shared: reads and trains instead, to the same effect, where other runs have the same texts or dense model.

    Raises:
        InputError: when data, vectors or options can't be used.
        StoreError: when the weights can't be written.
        StoppedError: when the monitor says stop.
    """
    monitor = monitor or Silent()
    clock = Clock(monitor)
    torch.set_num_threads(config.threads)
    kept = {stage: Checkpoint(folder / f"{stage}-checkpoint.safetensors") for stage in ("train", "retrain") if folder}
    with tempfile.TemporaryDirectory() if folder is None else nullcontext(folder) as target:
        with clock.stage("load", " ".join([*awaited(config).values(), "Reading texts and vectors"])):
            loaded = (shared.load if shared else load)(config, monitor=monitor)
        with clock.stage("train", "Training the dense model"):
            trunk = (shared.train if shared else partial(train, checkpoint=kept.get("train")))(
                config, loaded, monitor=monitor
            )
        loaded = as_commanded(loaded, trunk)
        source = source_of(config, loaded, trunk)
        with clock.stage("curve", "Trying every rank without re-training"):
            try_ranks(loaded, source, monitor=monitor)
        with clock.stage("compress", "Compressing the embedding table"):
            compressed = compress(source, loaded.method)
        with clock.stage("retrain", "Re-training the compressed model"):
            branch = retrain(config, loaded, trunk, compressed, monitor=monitor, checkpoint=kept.get("retrain"))
        peak = peak_rss_bytes()
        with clock.stage("profile", "Testing, sizing and timing the models"):
            profiled = profile(loaded, trunk, branch, folder=Path(target))
    for checkpoint in kept.values():
        checkpoint.remove()
    vectors = loaded.vectors
    return RunResult(
        config=config.to_dict(),
        seed=config.seed,
        vectors=VectorsSummary(
            vectors.name, vectors.table.shape[1], vectors.coverage(loaded.texts.vocabulary), vectors.licence
        ),
        seconds=Seconds(**clock.seconds),
        warnings=loaded.warnings,
        peak_rss_bytes=peak,
        trained_epochs=trunk.position.epoch,
        versions=_versions(),
        **vars(profiled),
    )


def load(config: RunConfig, *, monitor: Monitor) -> Loaded:
    """Read texts and vectors, and refuse a rank that doesn't fit before anything is trained."""

    def progress(fraction: float, *, part: int = 2) -> None:
        obey(monitor)
        monitor.progress((part + fraction) / 3)  # texts, their tokens, vectors

    corpus = load_corpus(
        config.dataset, seed=config.seed, parameters=config.parameters("dataset"), progress=partial(progress, part=0)
    )
    texts = encode_corpus(
        corpus,
        max_vocabulary=config.max_vocabulary,
        min_count=config.min_count,
        max_tokens=config.max_tokens,
        cjk=config.cjk,
        progress=partial(progress, part=1),
    )
    vectors = load_vectors(
        config.vectors,
        texts.vocabulary,
        parameters=config.parameters("vectors"),
        seed=config.seed,
        progress=progress,
    )
    return Loaded(corpus, texts, vectors, *method_of(config, corpus, vectors))


def method_of(config: RunConfig, corpus: Corpus, vectors: Vectors) -> tuple[Method, tuple[str, ...]]:  # type: ignore[type-arg]
    """The method for a table like that of `vectors`, and what is to be warned of.

    Raises:
        ConfigError: when the method doesn't fit such a table.
    """
    method: Method = METHODS.get(config.method).build(config.parameters("method"))  # type: ignore[type-arg]
    rows, width = vectors.table.shape
    return method, (*corpus.notes, *method.check(rows=rows, width=width))


def with_method(config: RunConfig, loaded: Loaded) -> Loaded:
    """The same texts and vectors for the method of `config`.

    Raises:
        ConfigError: when the method doesn't fit the table.
    """
    method, warnings = method_of(config, loaded.corpus, loaded.vectors)
    return replace(loaded, method=method, warnings=warnings)


def train(config: RunConfig, loaded: Loaded, *, monitor: Monitor, checkpoint: Checkpoint | None = None) -> Trunk:
    """Build the dense model on the pre-trained vectors and train it, from the `checkpoint` on if it has one."""
    untrained = build(config, loaded)
    dense = untrained.with_embedding(DenseEmbedding(untrained.embedding.table()))
    fitted = fit(
        dense,
        loaded.texts.train,
        loaded.texts.dev,
        config=config,
        stage="train",
        epochs=config.pretrain_epochs,
        seed=stage_seed(config, "train"),
        monitor=monitor,
        start=Position(),
        checkpoint=checkpoint,
    )
    monitor.mark("dense", {"epoch": fitted.position.epoch, "dev_accuracy": fitted.dev.accuracy})
    return Trunk(untrained, dense, fitted.dev, fitted.position, fitted.command)


def build(config: RunConfig, loaded: Loaded) -> TextClassifier:
    """The dense model on the pre-trained vectors, not yet trained."""
    torch.manual_seed(stage_seed(config, "load"))
    embedding = DenseEmbedding(torch.from_numpy(loaded.vectors.table))
    return MODELS.get(config.model).build(embedding, len(loaded.corpus.classes), config.parameters("model"))


def as_commanded(loaded: Loaded, trunk: Trunk) -> Loaded:
    """With a warning where a compress-now ended training, and at the rank it asked for, as far as the table has one."""
    if trunk.command is None:
        return loaded
    method, asked = loaded.method, trunk.command.rank
    rows, width = loaded.vectors.table.shape
    if asked is not None:
        asked = min(asked, rows, width)
        method = method.at_rank(asked)
    ranked = method is not loaded.method  # one without a rank stays as it is
    by_hand = f"Training was ended by hand after {trunk.position.epoch:.3g} epochs"
    by_hand += f", to compress at rank {asked}" if ranked else ""
    by_hand += ", which the settings alone don't repeat."
    warnings = (*loaded.corpus.notes, *method.check(rows=rows, width=width), by_hand)
    return replace(loaded, method=method, warnings=warnings)


def source_of(config: RunConfig, loaded: Loaded, trunk: Trunk) -> Source:
    """What is compressed: the trained model, or for offline methods the untrained one."""
    return Source(
        model=trunk.untrained if loaded.method.before_training else trunk.dense,
        counts=torch.from_numpy(loaded.texts.vocabulary.counts),
        train=loaded.texts.train,
        seed=stage_seed(config, "compress"),
        memory={} if loaded.method.before_training else trunk.memory,
    )


def try_ranks(loaded: Loaded, source: Source, *, monitor: Monitor) -> None:
    """Tell the monitor what each rank would give before re-training, where the method has one."""
    method = loaded.method
    if method.metric_name and not method.before_training:
        found = rank_curves(
            source,
            loaded.texts.dev,
            metric=method.metric_name,
            exponent=method.frequency_exponent,
            tokens=loaded.texts.tokens_per_text,
        )
        monitor.curves(found)


def compress(source: Source, method: Method) -> TextClassifier:  # type: ignore[type-arg]
    """The model of `source` with a smaller table."""
    return source.model.with_embedding(method.compress(source))


def retrain(
    config: RunConfig,
    loaded: Loaded,
    trunk: Trunk,
    compressed: TextClassifier,
    *,
    monitor: Monitor,
    checkpoint: Checkpoint | None = None,
) -> Branch:
    """Train the compressed model on, then pack what it trained.

    It learns from the dense model's answers as far as `config` says. An offline one knows none, so it learns from the
    labels, and gets training's epochs too.
    """
    dev = evaluate(compressed, loaded.texts.dev)
    monitor.mark("just_compressed", {"epoch": trunk.position.epoch, "dev_accuracy": dev.accuracy})
    extra = config.pretrain_epochs if loaded.method.before_training else 0
    just_compressed, compressed = compressed, copy.deepcopy(compressed)
    train = loaded.texts.train
    fitted = fit(
        compressed,
        answered(trunk, train, monitor=monitor) if learns_from_answers(config, loaded.method) else train,
        loaded.texts.dev,
        config=config,
        stage="retrain",
        epochs=config.retrain_epochs + extra,
        seed=stage_seed(config, "retrain"),
        monitor=monitor,
        start=trunk.position,
        checkpoint=checkpoint,
    )
    monitor.mark("compressed", {"epoch": fitted.position.epoch, "dev_accuracy": fitted.dev.accuracy})
    packed = compressed.with_embedding(compressed.embedding.packed())
    return Branch(just_compressed, dev, packed, fitted.dev)


def learns_from_answers(config: RunConfig, method: Method | type[Method]) -> bool:  # type: ignore[type-arg]
    """Whether a model compressed by `method` learns from the dense one; an offline one knows none."""
    return config.distillation > 0 and config.retrain_epochs > 0 and not method.before_training


def answered(trunk: Trunk, texts: Batch, *, monitor: Monitor) -> Batch:
    """The `texts` with the dense model's answers to them."""

    def progress(fraction: float) -> None:
        obey(monitor)
        monitor.progress(fraction)

    found = trunk.memory.get(ANSWERS)
    if found is None:
        found = trunk.memory[ANSWERS] = {"logits": logits_of(trunk.dense, texts, progress=progress)}
    return replace(texts, answers=found["logits"])


class Clock:
    """Announces each stage, obeys a stop before it, and notes how long it took."""

    def __init__(self, monitor: Monitor) -> None:
        """Announce to `monitor`."""
        self.monitor = monitor
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, stage: Stage, note: str) -> Iterator[None]:
        """The body is `stage`, described by `note`."""
        obey(self.monitor)
        self.monitor.stage(stage, note)
        started = time.perf_counter()
        yield
        self.seconds[stage] = time.perf_counter() - started


def _versions() -> dict[str, str]:
    """What decides the last digits, besides the configuration and the data."""
    return {"Python": platform.python_version(), "PyTorch": torch.__version__, "NumPy": np.__version__}


def stage_seed(config: RunConfig, stage: Stage) -> int:
    """A seed of its own for each stage: re-training draws the same whether or not training ran in this process."""
    return config.seed * 8 + ("load", "train", "compress", "retrain").index(stage)
