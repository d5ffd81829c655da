"""What the pipeline's stages hand to one another."""

from dataclasses import dataclass, field

import torch

from core.compression.methods import Method
from core.compression.source import Memory
from core.data import Corpus
from core.data.encode import EncodedCorpus
from core.events import Command
from core.models import TextClassifier
from core.results import CompressedMeasurement, DatasetSummary, Hits, Measurement, PairedTest
from core.training.evaluate import Evaluation
from core.training.fit import Position
from core.vectors import Vectors


@dataclass(frozen=True)
class Loaded:
    """Everything read, nothing trained."""

    corpus: Corpus
    texts: EncodedCorpus
    vectors: Vectors
    method: Method  # type: ignore[type-arg]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Trunk:
    """The dense model before and after training: what every compression starts from, and what is known of it."""

    untrained: TextClassifier
    dense: TextClassifier
    dev: Evaluation
    position: Position
    command: Command | None
    memory: Memory = field(default_factory=dict[str, dict[str, torch.Tensor]])


@dataclass(frozen=True)
class Branch:
    """A compressed model: just compressed, and re-trained and packed."""

    just_compressed: TextClassifier
    before: Evaluation
    compressed: TextClassifier
    dev: Evaluation


@dataclass(frozen=True)
class Profile:
    """The measured part of a `RunResult`."""

    dataset: DatasetSummary
    dense: Measurement
    compressed: CompressedMeasurement
    deployed: Measurement
    paired_test: PairedTest
    test_hits: Hits
