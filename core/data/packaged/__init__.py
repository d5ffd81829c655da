"""Packaged data sets, one file each (or one a family): registered on import."""

from collections.abc import Callable

from core.data.corpus import Corpus
from core.data.files.source import Progress
from core.registry import Registry

CorpusLoader = Callable[[Progress], Corpus]
CORPORA: Registry[CorpusLoader] = Registry("dataset", __name__)

SPLIT_SEED = 0  # packaged sets are split one way only, so that runs with different seeds can be compared

__all__ = ["CORPORA", "SPLIT_SEED", "CorpusLoader"]
