"""A finished run opened: its models, ready to classify, and the texts it was trained on, where they are still there."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.artifacts import Artifacts, load_model
from core.bundles.bundle import Bundle
from core.config import RunConfig
from core.data import Corpus, Split, load_corpus
from core.data.batch import Batch
from core.errors import DataError
from core.results import DatasetSummary

MODELS = ("dense", "compressed", "deployed")

Models = dict[str, Bundle]


@dataclass(frozen=True)
class Texts:
    """What a run learned from and was tested on, in the rows of its own vocabulary.

    Attributes:
        corpus: the texts themselves.
        train: the training texts.
        test: the test texts.
        counts: (V,) how often each token occurs in training.
    """

    corpus: Corpus
    train: Batch
    test: Batch
    counts: Tensor


def open_models(folder: Path) -> Models:
    """The dense, the compressed and the deployed model that a run left in `folder`.

    Raises:
        BundleError: when they are gone or can't be read.
    """
    left = Artifacts.read(folder)
    return {
        name: Bundle(load_model(folder, name), left.tokens, left.classes, left.max_tokens, left.cjk) for name in MODELS
    }


def read_texts(config: RunConfig, summary: DatasetSummary, words: Bundle) -> Texts:
    """The texts of a run that was made with `config`; they must be the ones that its `summary` is of.

    Raises:
        InputError: when they are gone, can't be read or have changed.
    """
    corpus = load_corpus(config.dataset, seed=config.seed, parameters=config.parameters("dataset"))
    found = (corpus.classes, len(corpus.train), len(corpus.dev), len(corpus.test))
    same = summary.content_hash in ("", corpus.content_hash)  # results older than the hash have only numbers to compare
    if not same or found != (summary.classes, summary.train, summary.dev, summary.test):
        raise DataError(f"{config.dataset} has changed since the run: its classes or texts are others.")
    train = _encode(words, corpus.train)
    counts = torch.bincount(train.ids, minlength=len(words.tokens))
    return Texts(corpus, train, _encode(words, corpus.test), counts)


def _encode(words: Bundle, split: Split) -> Batch:
    return dataclasses.replace(words.encode(split.texts), labels=torch.from_numpy(np.asarray(split.labels)))
