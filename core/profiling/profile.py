"""The pipeline's last stage: every model is tested once, written, sized, counted and timed."""

import statistics
from dataclasses import dataclass
from pathlib import Path

import torch

from core.artifacts import Artifacts
from core.compression.fold import fold
from core.data.batch import Batch
from core.data.encode import EncodedCorpus
from core.models import TextClassifier
from core.models.saved import describe
from core.profiling.hits import pack_hits
from core.profiling.latency import race
from core.profiling.macs import count_macs
from core.profiling.memory import embedding_bytes, parameter_count, resident_bytes, save_weights
from core.profiling.significance import disagreement, wilson_interval
from core.profiling.texts import save_texts
from core.results import (
    BeforeRetraining,
    CompressedMeasurement,
    DatasetSummary,
    Hits,
    Measurement,
    PairedTest,
)
from core.stages import Branch, Loaded, Profile, Trunk
from core.training.evaluate import Evaluation, evaluate

LOOK_SECONDS, LOOK_ROUNDS = 1.0, 30  # of timing, at the end of a run


def profile(loaded: Loaded, trunk: Trunk, branch: Branch, *, folder: Path) -> Profile:
    """Test every model once, write it to `folder`, count and time it."""
    tokens = loaded.texts.tokens_per_text
    models = {"dense": trunk.dense, "compressed": branch.compressed, "deployed": fold(branch.compressed)}
    meter = _Meter(loaded.texts, tokens, folder, _medians_ms(models, loaded.texts.test, tokens))
    dense, dense_right = meter.measure(models["dense"], trunk.dev, "dense")
    compressed, right = meter.measure(models["compressed"], branch.dev, "compressed")
    deployed, _ = meter.measure(models["deployed"], evaluate(models["deployed"], loaded.texts.dev), "deployed")
    _artifacts(loaded, models).write(folder)
    save_texts(loaded.texts.test, folder)
    differ = disagreement(dense_right, right)
    before = evaluate(branch.just_compressed, loaded.texts.test)
    return Profile(
        dataset=_summary(loaded, tokens),
        dense=dense,
        compressed=CompressedMeasurement(
            **vars(compressed),
            rank=branch.compressed.embedding.rank,
            compression=1 - embedding_bytes(branch.compressed) / embedding_bytes(trunk.dense),
            before_retraining=BeforeRetraining(
                branch.before.accuracy, before.accuracy, branch.before.macro_f1, before.macro_f1
            ),
        ),
        deployed=deployed,
        paired_test=PairedTest(differ.p_value, differ.only_first, differ.only_second),
        test_hits=Hits(dense=pack_hits(dense_right), compressed=pack_hits(right)),
    )


@dataclass(frozen=True)
class _Meter:
    """Measures models on the same texts."""

    texts: EncodedCorpus
    tokens: int
    folder: Path
    latencies_ms: dict[str, float]

    def measure(self, model: TextClassifier, dev: Evaluation, name: str) -> tuple[Measurement, torch.Tensor]:
        """The measurement of `model`, and which test texts it has right (B,)."""
        test = evaluate(model, self.texts.test)
        measurement = Measurement(
            dev_accuracy=dev.accuracy,
            test_accuracy=test.accuracy,
            test_interval=wilson_interval(int(test.right.sum()), len(test.right)),
            parameters=parameter_count(model),
            bytes_on_disk=save_weights(model, self.folder / f"{name}.safetensors"),
            embedding_bytes=embedding_bytes(model),
            macs=model.macs(self.tokens),
            latency_ms=self.latencies_ms[name],
            macs_counted=count_macs(model, tokens=self.tokens),
            resident_bytes=resident_bytes(model),
            dev_macro_f1=dev.macro_f1,
            test_macro_f1=test.macro_f1,
        )
        return measurement, test.right


def _medians_ms(models: dict[str, TextClassifier], test: Batch, tokens: int) -> dict[str, float]:
    """A quick look at how long each model takes for one text; `core.profiling.measure` takes its time over it."""
    one_text = Batch(test.ids[:tokens], torch.tensor([0, tokens]), test.labels[:1])
    times = race(models, [one_text], seconds=LOOK_SECONDS, most_rounds=LOOK_ROUNDS)
    return {name: statistics.median(values) for name, values in times.items()}


def _artifacts(loaded: Loaded, models: dict[str, TextClassifier]) -> Artifacts:
    return Artifacts(
        classes=loaded.corpus.classes,
        tokens=loaded.texts.vocabulary.tokens,
        max_tokens=loaded.texts.max_tokens,
        cjk=loaded.texts.cjk,
        models={name: describe(model) for name, model in models.items()},
        source=loaded.corpus.source,
        data_licence=loaded.corpus.licence,
        vectors_licence=loaded.vectors.licence,
    )


def _summary(loaded: Loaded, tokens: int) -> DatasetSummary:
    corpus, texts = loaded.corpus, loaded.texts
    return DatasetSummary(
        name=corpus.name,
        train=len(corpus.train),
        dev=len(corpus.dev),
        test=len(corpus.test),
        classes=corpus.classes,
        vocabulary=len(texts.vocabulary),
        oov_rate=texts.oov_rate,
        tokens_per_text=tokens,
        majority_share=corpus.majority_share,
        source=corpus.source,
        licence=corpus.licence,
        content_hash=corpus.content_hash,
    )
