"""Tokenizer and vocabulary."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.tokenizer import tokenize
from core.data.vocabulary import UNKNOWN, Vocabulary, tokens_from_bytes, tokens_to_bytes


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Don't panic!", ["do", "n't", "panic", "!"]),
        ("It’s 3.50, isn't it?", ["it", "'s", "3.50", ",", "is", "n't", "it", "?"]),
        ("a feel-good film ...", ["a", "feel-good", "film", "..."]),
        ("you 've -lrb- sic -rrb- `` seen '' --", ["you", "'ve", "-lrb-", "sic", "-rrb-", "``", "seen", "''", "--"]),
        ("The U.S. at 12:30 :)", ["the", "u.s.", "at", "12:30", ":)"]),
        ("", []),
    ],
)
def test_tokens(text, tokens):
    assert tokenize(text) == tokens


@given(st.text())
def test_no_visible_character_is_lost(text):
    visible = tokenize(text)
    assert all(token and not token.isspace() for token in visible)
    assert tokenize(" ".join(visible)) == [part for token in visible for part in tokenize(token)]


def test_vocabulary_orders_counts_and_cuts():
    texts = [["b", "a", "a"], ["c", "b", "a"], ["d"]]
    whole = Vocabulary.build(texts, max_size=100, min_count=1)
    assert whole.tokens == (UNKNOWN, "a", "b", "c", "d")
    np.testing.assert_array_equal(whole.counts, [0, 3, 2, 1, 1])
    assert Vocabulary.build(texts, max_size=100, min_count=2).tokens == (UNKNOWN, "a", "b")
    cut = Vocabulary.build(texts, max_size=3, min_count=1)
    assert cut.tokens == (UNKNOWN, "a", "b")
    assert cut.counts.sum() == 7
    assert cut.ids(["a", "d", "never"]) == [1, 0, 0]


@given(st.lists(st.text(st.characters(codec=None)).filter(lambda token: "\n" not in token)))
def test_odd_tokens_survive_their_file(tokens):
    assert tokens_from_bytes(tokens_to_bytes(tokens)) == tuple(tokens)


@given(st.text(st.characters(codec=None)))
def test_no_token_of_ours_has_a_line_break(text):
    tokens = tokenize(text)
    assert tokens_from_bytes(tokens_to_bytes(tokens)) == tuple(tokens)


def test_what_is_no_list_of_tokens_is_refused():
    with pytest.raises(ValueError, match="line break"):
        tokens_to_bytes(["a\nb"])
    with pytest.raises(ValueError, match="cut off"):
        tokens_from_bytes(b"a\nb")
    with pytest.raises(ValueError, match="utf-8"):
        tokens_from_bytes(b"\xff\n")
