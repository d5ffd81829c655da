"""Which words are near in a table of vectors: a look at what the vectors know. Shapes: `V` vocabulary, `d` width."""

from collections.abc import Sequence

import numpy as np

from core.data.vocabulary import Vocabulary
from core.vectors.load import Vectors

FREQUENT = 10_000  # words that are looked at: rare ones have odd neighbours
COMMON = 100  # the most frequent words, such as "the", which say little
LETTERS = 4  # at least, of a word that is shown


def sample_neighbours(
    vectors: Vectors, vocabulary: Vocabulary, words: Sequence[str] | None = None, *, k: int = 3
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """For each word the `k` words with the nearest vectors, by cosine ⟨a, b⟩ / (‖a‖ ‖b‖), nearest first.

    Only words of letters are shown, that the source knows and that are frequent in the texts.

    Args:
        vectors: the table (V, d).
        vocabulary: its words.
        words: which to look up; some frequent ones, though not the commonest, where nothing is said.
        k: how many neighbours.

    Returns:
        A pair for each word that is known; empty where the source knows none, as random vectors do.
    """
    order = np.argsort(-vocabulary.counts, kind="stable")
    known = [
        row for row in order[: FREQUENT + COMMON].tolist() if vectors.known[row] and vocabulary.tokens[row].isalpha()
    ]
    if len(known) <= k:
        return ()
    places = {vocabulary.tokens[row]: place for place, row in enumerate(known)}
    telling = [word for word in places if len(word) >= LETTERS]
    chosen = telling[COMMON : COMMON + 3] or telling[:3] if words is None else words
    table = vectors.table[known]  # (K, d)
    table = table / np.maximum(np.linalg.norm(table, axis=1, keepdims=True), np.finfo(np.float32).tiny)
    found = []
    for word in chosen:
        if word in places:
            cosines = table @ table[places[word]]  # (K,)
            cosines[places[word]] = -np.inf
            nearest = np.argsort(-cosines, kind="stable")[:k]
            found.append((word, tuple(vocabulary.tokens[known[place]] for place in nearest)))
    return tuple(found)
