"""What a run found: the machine-readable result. Its keys are stable; scripts rely on them.

Accuracies are fractions from 0 to 1, sizes bytes, latencies milliseconds, times seconds.
"""

import dataclasses
import types
import typing
from dataclasses import dataclass, field
from typing import Any, Self

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
    """One model: accuracy with a 95 % Wilson interval, size and cost.

    Attributes:
        parameters: numbers in the whole model.
        bytes_on_disk: size of the whole model's weights file.
        embedding_bytes: the part of it that stores the embedding.
        macs: multiply–accumulates for one text of `DatasetSummary.tokens_per_text` tokens.
        latency_ms: median time of one such text, alone in a batch.
    """

    dev_accuracy: float
    test_accuracy: float
    test_interval: tuple[float, float]
    parameters: int
    bytes_on_disk: int
    embedding_bytes: int
    macs: int
    latency_ms: float


@dataclass(frozen=True)
class BeforeRetraining:
    """The compressed model's accuracy, just compressed."""

    dev_accuracy: float
    test_accuracy: float


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
class Seconds:
    """Wall-clock time of each stage."""

    load: float
    train: float
    compress: float
    retrain: float
    profile: float
    curve: float = 0.0


@dataclass(frozen=True)
class RunResult:
    """All of a run. `config` is `RunConfig.to_dict()`; `versions` are those of what decides the numbers, by name."""

    config: dict[str, Any]
    seed: int
    dataset: DatasetSummary
    vectors: VectorsSummary
    dense: Measurement
    compressed: CompressedMeasurement
    deployed: Measurement
    paired_test: PairedTest
    seconds: Seconds
    warnings: tuple[str, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)
    schema: int = SCHEMA

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries, lists and numbers, for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The result that `to_dict` wrote, before or after JSON."""
        result: Self = _build(cls, values)
        return result


@dataclass(frozen=True)
class MetricCurve:
    """Accuracy on dev without re-training, in one metric, at each of `ranks`, ascending."""

    metric: str
    ranks: tuple[int, ...]
    dev_accuracy: tuple[float, ...]


@dataclass(frozen=True)
class RankCurves:
    """What every rank would give before re-training, and what it would cost.

    Attributes:
        rows: of the table, V.
        width: of the table, d.
        macs_at_zero: multiply–accumulates of the deployed model are this and `macs_per_rank` for each rank.
        macs_per_rank: see `macs_at_zero`.
        curves: one for each metric that was tried.
    """

    rows: int
    width: int
    macs_at_zero: int
    macs_per_rank: int
    curves: tuple[MetricCurve, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries, lists and numbers, for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The curves that `to_dict` wrote, before or after JSON."""
        curves: Self = _build(cls, values)
        return curves


def _build(owner: Any, values: dict[str, Any]) -> Any:
    """An instance of the dataclass `owner` from a dictionary, nested ones included."""
    hints = typing.get_type_hints(owner)
    return owner(**{name: _value(hints[name], value) for name, value in values.items()})


def _value(hint: Any, value: Any) -> Any:
    if dataclasses.is_dataclass(hint):
        return _build(hint, value)
    is_tuple = not isinstance(hint, types.UnionType) and typing.get_origin(hint) is tuple
    return tuple(_value(typing.get_args(hint)[0], each) for each in value) if is_tuple else value
