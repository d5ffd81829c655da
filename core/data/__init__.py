"""Texts: corpora, tokenizer, vocabulary and ragged batches."""

from core.data.batch import Batch
from core.data.corpus import Corpus, Split
from core.data.encode import EncodedCorpus, encode_corpus
from core.data.load import load_corpus
from core.data.packaged import CORPORA
from core.data.tokenizer import tokenize
from core.data.vocabulary import Vocabulary

__all__ = [
    "CORPORA",
    "Batch",
    "Corpus",
    "EncodedCorpus",
    "Split",
    "Vocabulary",
    "encode_corpus",
    "load_corpus",
    "tokenize",
]
