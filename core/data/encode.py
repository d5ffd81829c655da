"""From texts to ragged batches of token ids."""

from array import array
from collections import Counter
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from core.data.batch import Batch
from core.data.corpus import Corpus, Split
from core.data.files.source import Progress
from core.data.tokenizer import tokenize
from core.data.vocabulary import Vocabulary

PROGRESS_TEXTS = 2_000


@dataclass(frozen=True)
class EncodedCorpus:
    """A corpus as numbers.

    Attributes:
        oov_rate: the share of test tokens that have no row.
        max_tokens: where longer texts were cut.
        cjk: whether each Chinese or Japanese character is a token.
    """

    train: Batch
    dev: Batch
    test: Batch
    vocabulary: Vocabulary
    oov_rate: float
    max_tokens: int
    cjk: bool

    @property
    def tokens_per_text(self) -> int:
        """The mean length of a test text, rounded: what costs are counted for."""
        return round(float(self.test.lengths.double().mean()))


def encode_corpus(
    corpus: Corpus,
    *,
    max_vocabulary: int,
    min_count: int,
    max_tokens: int,
    cjk: bool = False,
    progress: Progress | None = None,
) -> EncodedCorpus:
    """Cut every text of `corpus` into at most `max_tokens` tokens, and count a vocabulary on the training texts.

    Args:
        corpus: the texts.
        max_vocabulary: rows at most.
        min_count: how often a word must occur in training to get one.
        max_tokens: longer texts are cut.
        cjk: whether each Chinese or Japanese character is a token.
        progress: hears the share that is done, and may raise to stop.
    """
    splits = (corpus.train, corpus.dev, corpus.test)
    reader = _Reader(max_tokens, cjk=cjk, progress=progress, total=sum(map(len, splits)))
    read = [reader.read(split) for split in splits]
    counts = np.bincount(read[0][0], minlength=len(reader.numbers))
    seen = zip(reader.numbers, counts.tolist(), strict=True)
    counter = Counter({token: count for token, count in seen if count})
    vocabulary = Vocabulary.from_counts(counter, max_size=max_vocabulary, min_count=min_count)
    rows = np.array(vocabulary.ids(reader.numbers), dtype=np.int64)  # the row of each number
    parts = [_batch(rows[numbers], lengths, split) for (numbers, lengths), split in zip(read, splits, strict=True)]
    oov_rate = float((parts[2].ids == 0).double().mean())
    return EncodedCorpus(parts[0], parts[1], parts[2], vocabulary, oov_rate, max_tokens, cjk)


class _Numbers(dict[str, int]):
    """Tokens numbered in the order they are met: a number takes four bytes where a token takes sixty."""

    def __missing__(self, token: str) -> int:
        self[token] = number = len(self)
        return number


class _Reader:
    """Turns texts into numbers of tokens."""

    def __init__(self, max_tokens: int, *, cjk: bool, progress: Progress | None, total: int) -> None:
        self.numbers = _Numbers()
        self._max_tokens, self._cjk, self._progress, self._total = max_tokens, cjk, progress, total
        self._done = 0

    def read(self, split: Split) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """The numbers of all tokens (N,), and how many each text has (B,)."""
        numbers, lengths = array("i"), np.zeros(len(split), np.int64)
        for position, text in enumerate(split.texts):
            tokens = tokenize(text, cjk=self._cjk)[: self._max_tokens]
            numbers.extend(map(self.numbers.__getitem__, tokens))
            lengths[position] = len(tokens)
            self._done += 1
            if self._progress and self._done % PROGRESS_TEXTS == 0:
                self._progress(self._done / self._total)
        return np.frombuffer(numbers, np.int32) if numbers else np.zeros(0, np.int32), lengths


def _batch(ids: NDArray[np.int64], lengths: NDArray[np.int64], split: Split) -> Batch:
    """One ragged batch; a text without tokens becomes one unknown token."""
    starts = np.cumsum(lengths) - lengths
    filled = np.insert(ids, starts[lengths == 0], 0)
    offsets = np.concatenate([[0], np.cumsum(np.maximum(lengths, 1))])
    return Batch(torch.from_numpy(filled), torch.from_numpy(offsets), torch.from_numpy(split.labels))
