"""Texts: corpora, tokenizer, vocabulary and ragged batches."""

from core.data.batch import Batch
from core.data.corpus import Corpus, Split
from core.registry import Registry

CORPORA: Registry["CorpusLoader"] = Registry("dataset", "core.data.packaged")

__all__ = ["CORPORA", "Batch", "Corpus", "Split"]
