"""Real rows for lessons: words of the packaged GloVe."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.data.vocabulary import Vocabulary
from core.errors import ConfigError
from core.parameters import Parameters
from core.vectors.sources import VECTORS

SOURCE = "glove-6b-50d"


@cache
def rows_of(words: tuple[str, ...]) -> NDArray[np.float32]:
    """The vectors (V, d) of `words`.

    Raises:
        ConfigError: when one isn't among the packaged vectors.
        MissingPackageError: when the packaged vectors aren't installed.
    """
    vocabulary = Vocabulary(words, np.ones(len(words), np.int64))
    found = VECTORS.get(SOURCE).build(vocabulary, Parameters(), lambda _: None)
    for word, known in zip(words, found.known, strict=True):
        if not known:
            raise ConfigError("words", word, f"it must be among the words of {SOURCE}")
    return found.table


def listed(words: str) -> tuple[str, ...]:
    """The words of a text with spaces between them."""
    return tuple(words.split())
