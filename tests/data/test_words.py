"""Tokenizer and vocabulary."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.corpus import Corpus, Split
from core.data.encode import encode_corpus
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


AS_FIRST_RELEASED = re.compile(
    r"-[lr][rcs]b-|(?:[^\W\d_]\.){2,}|\.{2,}|-{2,}|``|''|[:;=]-?[()\[\]dp](?!\w)|n't\b|'(?:s|m|re|ve|d|ll)\b"
    r"|\w+?(?=n't\b)|\d+(?:[.,:]\d+)+|\w+(?:-\w+)*|[^\w\s]"
)


@given(
    st.text(st.characters(max_codepoint=127))
    | st.from_regex(r"(don't|U\.S\.|3\.5|:\)|-LRB-|a-b| |'s|\.\.)*", fullmatch=True)
)
def test_ascii_text_gives_the_tokens_it_always_gave(text):
    assert tokenize(text) == AS_FIRST_RELEASED.findall(text.lower().replace("’", "'"))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("İstanbul Straße STRASSE", ["istanbul", "strasse", "strasse"]),
        ("cafe\u0301 café", ["café", "café"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("Don’t 👍🏽❤️!", ["do", "n't", "👍🏽", "❤", "!"]),
        ("👨‍👩‍👧🇩🇪🇫🇷", ["👨‍👩‍👧", "🇩🇪", "🇫🇷"]),
        ("今日は good です", ["今日は", "good", "です"]),
    ],
)
def test_tokens_of_other_languages(text, tokens):
    assert tokenize(text) == tokens


def test_cjk_by_character_is_a_choice():
    assert tokenize("今日はgoodです。한국어", cjk=True) == [*"今日は", "good", *"です。", "한국어"]


@given(st.lists(st.text(st.sampled_from("ab c"), max_size=9), min_size=3, max_size=12), st.integers(2, 5))
def test_encoding_equals_one_text_at_a_time(texts, most):
    splits = [Split(tuple(part), np.zeros(len(part), np.int64)) for part in (texts[:-2], texts[-2:-1], texts[-1:])]
    corpus = Corpus("x", ("a",), *splits)
    encoded = encode_corpus(corpus, max_vocabulary=most, min_count=1, max_tokens=2)
    tokens = [[tokenize(text)[:2] for text in split.texts] for split in splits]
    vocabulary = Vocabulary.build(tokens[0], max_size=most, min_count=1)
    assert encoded.vocabulary.tokens == vocabulary.tokens
    np.testing.assert_array_equal(encoded.vocabulary.counts, vocabulary.counts)
    for batch, split in zip((encoded.train, encoded.dev, encoded.test), tokens, strict=True):
        ids = [vocabulary.ids(text) or [0] for text in split]
        assert [part.tolist() for part in batch.ids.split(batch.lengths.tolist())] == ids


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
