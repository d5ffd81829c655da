"""A data set by name or by path."""

from pathlib import Path

from core.data.corpus import Corpus
from core.data.folder import read_folder
from core.data.packaged import CORPORA
from core.errors import UnknownNameError


def load_corpus(name: str, *, seed: int) -> Corpus:
    """The packaged data set `name`, or the one in the folder of that path; `seed` draws the splits a folder lacks.

    Raises:
        UnknownNameError: when it is neither.
        DataError: when the folder's files can't be used.
        MissingPackageError: when the packaged data isn't installed.
    """
    if name in CORPORA.names():
        return CORPORA.get(name).build()
    if not Path(name).is_dir():
        raise UnknownNameError("dataset", name, [*CORPORA.names(), "the path of a folder with train.tsv"])
    return read_folder(Path(name), seed=seed)
