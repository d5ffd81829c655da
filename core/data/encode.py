"""From texts to ragged batches of token ids."""

from dataclasses import dataclass

import numpy as np
import torch

from core.data.batch import Batch
from core.data.corpus import Corpus, Split
from core.data.tokenizer import tokenize
from core.data.vocabulary import Vocabulary


@dataclass(frozen=True)
class EncodedCorpus:
    """A corpus as numbers.

    Attributes:
        oov_rate: the share of test tokens that have no row.
        max_tokens: where longer texts were cut.
    """

    train: Batch
    dev: Batch
    test: Batch
    vocabulary: Vocabulary
    oov_rate: float
    max_tokens: int

    @property
    def tokens_per_text(self) -> int:
        """The mean length of a test text, rounded: what costs are counted for."""
        return round(float(self.test.lengths.double().mean()))


def encode_corpus(corpus: Corpus, *, max_vocabulary: int, min_count: int, max_tokens: int) -> EncodedCorpus:
    """Cut every text of `corpus` into at most `max_tokens` tokens, and count a vocabulary on the training texts."""
    splits = (corpus.train, corpus.dev, corpus.test)
    train, dev, test = ([tokenize(text)[:max_tokens] for text in split.texts] for split in splits)
    vocabulary = Vocabulary.build(train, max_size=max_vocabulary, min_count=min_count)
    parts = [encode(tokens, split, vocabulary) for tokens, split in zip((train, dev, test), splits, strict=True)]
    oov_rate = float((parts[2].ids == 0).double().mean())
    return EncodedCorpus(parts[0], parts[1], parts[2], vocabulary, oov_rate, max_tokens)


def encode(tokens: list[list[str]], split: Split, vocabulary: Vocabulary) -> Batch:
    """The tokenised texts of `split` as one ragged batch; a text without tokens becomes one unknown token."""
    ids = [vocabulary.ids(text) or [0] for text in tokens]
    offsets = np.cumsum([0, *(len(text) for text in ids)])
    flat = torch.tensor([row for text in ids for row in text], dtype=torch.int64)
    return Batch(flat, torch.from_numpy(offsets), torch.from_numpy(split.labels))
