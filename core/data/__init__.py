"""Texts: corpora, tokenizer, vocabulary and ragged batches."""

from core.data.batch import Batch
from core.data.corpus import Corpus, Split
from core.data.encode import EncodedCorpus, encode_corpus
from core.data.files import FORMATS, FileParameters
from core.data.files.read import Description, describe_file
from core.data.leaks import drop_leaks
from core.data.load import load_corpus
from core.data.packaged import CORPORA
from core.data.profile import CorpusProfile, profile_corpus
from core.data.saved import SavedCorpora
from core.data.tokenizer import tokenize
from core.data.vocabulary import Vocabulary

__all__ = [
    "CORPORA",
    "FORMATS",
    "Batch",
    "Corpus",
    "CorpusProfile",
    "Description",
    "EncodedCorpus",
    "FileParameters",
    "SavedCorpora",
    "Split",
    "Vocabulary",
    "describe_file",
    "drop_leaks",
    "encode_corpus",
    "load_corpus",
    "profile_corpus",
    "tokenize",
]
