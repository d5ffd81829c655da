"""What fuzzing starts from, and what it once found: each is read or refused with a sentence, and seeds are read."""

import pytest

from fuzz.parsers import CORPUS, PARSERS, attempt

SEEDS = sorted(path for path in CORPUS.rglob("*") if path.is_file())
REFUSED = {"two.safetensors"}  # on purpose


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_seed_is_read_or_refused(path):
    accepted = attempt(path.parent.name, path.read_bytes())
    if path.parent.name != "bundle" and not path.name.startswith("found-"):
        assert accepted == (path.name not in REFUSED)


def test_every_parser_has_seeds_and_accepts_one():
    for parser in PARSERS:
        seeds = [path.read_bytes() for path in SEEDS if path.parent.name == parser]
        assert any(attempt(parser, seed) for seed in seeds), parser
