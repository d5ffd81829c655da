"""What a run found: the machine-readable result. Its keys are stable; scripts rely on them.

Accuracies are fractions from 0 to 1, sizes bytes, latencies milliseconds, times seconds.
"""

from dataclasses import dataclass, field
from typing import Any

from core.record import Record

SCHEMA = 1


@dataclass(frozen=True)
class DatasetSummary:
    """The data set, in numbers: texts in each split, classes, rows of the table; and where its texts are from.

    Attributes:
        source: who made it, `licence` under which terms; empty where nobody knows.
        content_hash: SHA-256 of its texts, labels and splits: equal for equal data; empty in results older than it.
    """

    name: str
    train: int
    dev: int
    test: int
    classes: tuple[str, ...]
    vocabulary: int
    oov_rate: float
    tokens_per_text: int
    majority_share: float
    source: str = ""
    licence: str = ""
    content_hash: str = ""


@dataclass(frozen=True)
class VectorsSummary:
    """The word vectors: their width, the share of the training texts' tokens that they know, and their licence."""

    name: str
    width: int
    coverage: float
    licence: str = ""


@dataclass(frozen=True)
class Measurement:
    """One model: accuracy with a 95 % Wilson interval, macro-F1, size and cost.

    Attributes:
        dev_macro_f1: mean F1 over classes, 0 to 1, each class counted alike; None in results older than it.
        test_macro_f1: the same on test.
        parameters: numbers in the whole model.
        bytes_on_disk: size of the whole model's weights file.
        embedding_bytes: the part of it that stores the embedding.
        macs: multiply–accumulates for one text of `DatasetSummary.tokens_per_text` tokens.
        latency_ms: median time of one such text, alone in a batch; `Costs` measures it with more care.
        macs_counted: what thop counts, where `macs` is the closed form; None in results from before it was counted.
        resident_bytes: memory allocated for the whole model's numbers; None as above.
    """

    dev_accuracy: float
    test_accuracy: float
    test_interval: tuple[float, float]
    parameters: int
    bytes_on_disk: int
    embedding_bytes: int
    macs: int
    latency_ms: float
    macs_counted: int | None = field(default=None, kw_only=True)
    resident_bytes: int | None = field(default=None, kw_only=True)
    dev_macro_f1: float | None = field(default=None, kw_only=True)
    test_macro_f1: float | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class BeforeRetraining:
    """The compressed model's accuracy and macro-F1, just compressed."""

    dev_accuracy: float
    test_accuracy: float
    dev_macro_f1: float | None = None
    test_macro_f1: float | None = None


@dataclass(frozen=True)
class CompressedMeasurement(Measurement):
    """The compressed model: also its rank (None where the method has none) and the share of the table saved."""

    rank: int | None
    compression: float
    before_retraining: BeforeRetraining


@dataclass(frozen=True)
class PairedTest:
    """McNemar's exact test, dense against compressed, on the test texts."""

    p_value: float
    only_dense_right: int
    only_compressed_right: int


@dataclass(frozen=True)
class Hits:
    """Which test texts each model has right, packed by `core.profiling.hits`; empty in older results.

    With them, any two runs on the same test texts can be compared text by text.
    """

    dense: str = ""
    compressed: str = ""


@dataclass(frozen=True)
class Seconds:
    """Wall-clock time of each stage."""

    load: float
    train: float
    compress: float
    retrain: float
    profile: float
    curve: float = 0.0


@dataclass(frozen=True)
class RunResult(Record):
    """All of a run.

    Attributes:
        config: `RunConfig.to_dict()`.
        versions: of what decides the numbers, by name.
        peak_rss_bytes: the most memory that the run's process held until it had re-trained, Python and torch
            themselves included; None in results from before it was noted.
        trained_epochs: of the dense model; fewer than configured where a compress-now ended them, None as above.
    """

    config: dict[str, Any]
    seed: int
    dataset: DatasetSummary
    vectors: VectorsSummary
    dense: Measurement
    compressed: CompressedMeasurement
    deployed: Measurement
    paired_test: PairedTest
    seconds: Seconds
    test_hits: Hits = Hits()
    warnings: tuple[str, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)
    schema: int = SCHEMA
    peak_rss_bytes: int | None = None
    trained_epochs: float | None = None

    @property
    def ended_by_hand(self) -> bool:
        """Whether a compress-now ended training: then its configuration alone doesn't find the same again."""
        return self.trained_epochs is not None and self.trained_epochs < self.config["pretrain_epochs"]


@dataclass(frozen=True)
class MetricCurve:
    """Accuracy on dev without re-training, in one metric, at each of `ranks`, ascending."""

    metric: str
    ranks: tuple[int, ...]
    dev_accuracy: tuple[float, ...]


@dataclass(frozen=True)
class RankCurves(Record):
    """What every rank would give before re-training, and what it would cost.

    Attributes:
        rows: of the table, V.
        width: of the table, d.
        macs_at_zero: multiply–accumulates of the deployed model are this and `macs_per_rank` for each rank, and what
            decoding its rows costs where they are packed; see `Method.decoding_macs_at`.
        macs_per_rank: see `macs_at_zero`.
        curves: one for each metric that was tried.
    """

    rows: int
    width: int
    macs_at_zero: int
    macs_per_rank: int
    curves: tuple[MetricCurve, ...]


@dataclass(frozen=True)
class Latency:
    """Milliseconds of classifying so many `texts` at once: the 50th and the 95th percentile."""

    texts: int
    p50_ms: float
    p95_ms: float


@dataclass(frozen=True)
class ModelCost:
    """What one model costs, whole.

    Attributes:
        name: one of `core.profiling.variants`.
        macs: multiply–accumulates for one text of `Costs.tokens` tokens in closed form, None for a table of torch's.
        macs_counted: the same, counted by thop.
        formula_bytes: of all weights.
        bytes_on_disk: as a safetensors file; None where it can't be one.
        resident_bytes: allocated for all weights; None where torch doesn't tell.
        latencies: for each size of batch.
    """

    name: str
    macs: int | None
    macs_counted: int | None
    formula_bytes: int
    bytes_on_disk: int | None
    resident_bytes: int | None
    latencies: tuple[Latency, ...]


@dataclass(frozen=True)
class Costs(Record):
    """What each form of a run's model costs, measured on this machine in a process of its own, on one thread."""

    tokens: int
    models: tuple[ModelCost, ...]


def percent(share: float | None) -> str:
    """`share`, 0 to 1, in percent; a dash where it wasn't measured."""
    return "–" if share is None else f"{share:.1%}"
