"""Which tokens get a row in the table. Shape: `V` rows."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

UNKNOWN = "<unk>"


@dataclass(frozen=True)
class Vocabulary:
    """Tokens with a row of their own, the most frequent first; row 0 stands for all others.

    Attributes:
        tokens: (V,) the tokens; `tokens[0]` is `UNKNOWN`.
        counts: (V,) how often each occurs in training; `counts[0]` is how many training tokens have no row.
    """

    tokens: tuple[str, ...]
    counts: NDArray[np.int64]

    @classmethod
    def build(cls, texts: Iterable[Sequence[str]], *, max_size: int, min_count: int) -> "Vocabulary":
        """The vocabulary of tokenised `texts`: at most `max_size` rows, each seen at least `min_count` times."""
        counter: Counter[str] = Counter()
        for text in texts:
            counter.update(text)
        return cls.from_counts(counter, max_size=max_size, min_count=min_count)

    @classmethod
    def from_counts(cls, counts_of: Counter[str], *, max_size: int, min_count: int) -> "Vocabulary":
        """The vocabulary of tokens that occur as often as `counts_of` says."""
        unknown = counts_of.get(UNKNOWN, 0)
        ordered = sorted(
            ((token, count) for token, count in counts_of.items() if token != UNKNOWN),
            key=lambda item: (-item[1], item[0]),
        )
        kept = [item for item in ordered[: max_size - 1] if item[1] >= min_count]
        left_out = unknown + sum(count for _, count in ordered[len(kept) :])
        counts = np.array([left_out, *(count for _, count in kept)], dtype=np.int64)
        return cls((UNKNOWN, *(token for token, _ in kept)), counts)

    def __len__(self) -> int:
        """Rows, V."""
        return len(self.tokens)

    @cached_property
    def index(self) -> dict[str, int]:
        """The row of each token."""
        return {token: row for row, token in enumerate(self.tokens)}

    def ids(self, tokens: Iterable[str]) -> list[int]:
        """The rows of `tokens`; 0 for one without."""
        return [self.index.get(token, 0) for token in tokens]


def tokens_to_bytes(tokens: Sequence[str]) -> bytes:
    """A line for each of `tokens`, in UTF-8, halves of surrogate pairs included.

    Raises:
        ValueError: when a token has a line break in it, which no token of ours has.
    """
    if any("\n" in token for token in tokens):
        raise ValueError("A token with a line break can't be a line.")
    return "".join(f"{token}\n" for token in tokens).encode("utf-8", "surrogatepass")


def tokens_from_bytes(content: bytes) -> tuple[str, ...]:
    """The tokens that `tokens_to_bytes` wrote.

    Raises:
        ValueError: when `content` isn't that.
    """
    *tokens, rest = content.decode("utf-8", "surrogatepass").split("\n")
    if rest:
        raise ValueError("The last line is cut off.")
    return tuple(tokens)
