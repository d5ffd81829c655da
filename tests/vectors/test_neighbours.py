"""Neighbours by the definition, and what is left out."""

import numpy as np

from core.config import RunConfig
from core.data import Vocabulary, load_corpus
from core.data.encode import encode_corpus
from core.data.vocabulary import UNKNOWN
from core.parameters import Parameters
from core.vectors import Vectors, load_vectors
from core.vectors.neighbours import sample_neighbours

TOKENS = (UNKNOWN, "east", "near-east", "northeast", "north", "nowhere", "west")
TABLE = np.array([[0, 0], [1, 0], [2, 0.1], [3, 3], [0, 5], [1, 0], [-1, 0]], np.float32)
VECTORS = Vectors("some", TABLE, np.array([False, True, True, True, True, False, True]))


def test_they_are_the_words_at_the_smallest_angles():
    vocabulary = Vocabulary(TOKENS, np.array([9, 5, 4, 3, 2, 1, 1]))
    assert sample_neighbours(VECTORS, vocabulary, ["east", "nowhere"]) == (("east", ("northeast", "north", "west")),)
    assert sample_neighbours(VECTORS, vocabulary, ["west"], k=1) == (("west", ("north",)),)
    assert [word for word, _ in sample_neighbours(VECTORS, vocabulary)] == ["east", "northeast", "north"]


def test_vectors_that_know_nothing_have_none():
    unknown = Vectors("random", TABLE, np.zeros(len(TABLE), bool))
    assert sample_neighbours(unknown, Vocabulary(TOKENS, np.ones(len(TOKENS), int))) == ()


def test_they_make_sense_in_packaged_glove():
    config = RunConfig()
    corpus = load_corpus("film-reviews", seed=0)
    texts = encode_corpus(corpus, max_vocabulary=9_999, min_count=1, max_tokens=config.max_tokens)
    vectors = load_vectors(
        "glove-6b-50d", texts.vocabulary, parameters=Parameters(), seed=0, progress=lambda fraction: None
    )
    found = dict(sample_neighbours(vectors, texts.vocabulary, ["good", "funny"]))
    assert "better" in found["good"]
    assert len(sample_neighbours(vectors, texts.vocabulary)) == 3
