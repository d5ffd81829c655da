"""Texts: corpora, tokenizer and vocabulary, without torch; `data.batch` and `data.encode` make tensors of them."""

from core.data.corpus import Corpus, Split
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
    "Corpus",
    "CorpusProfile",
    "Description",
    "FileParameters",
    "SavedCorpora",
    "Split",
    "Vocabulary",
    "describe_file",
    "drop_leaks",
    "load_corpus",
    "profile_corpus",
    "tokenize",
]
