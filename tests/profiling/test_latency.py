"""Who races when; no times, which belong to `bench`."""

import gc

import pytest
import torch
from torch import nn

from core.profiling.latency import FEWEST_ROUNDS, WARM_UP, latency_of, race
from tests.conftest import ragged

BATCHES = list(ragged([2, 3, 4], vocabulary=9, classes=2).split(1))


class Racer(nn.Module):
    """Notes when it is called, on what, and in which state the interpreter is."""

    def __init__(self, name, log):
        super().__init__()
        self.name, self.log = name, log

    def forward(self, batch):
        self.log.append((self.name, len(batch.ids), self.training, gc.isenabled(), torch.is_inference_mode_enabled()))


def test_all_take_turns_on_the_same_texts_and_at_going_first():
    log = []
    times = race({name: Racer(name, log) for name in "abc"}, BATCHES, seconds=60, most_rounds=25)
    assert {name: len(values) for name, values in times.items()} == {"a": 25, "b": 25, "c": 25}
    every_length, turns = log[:9], log[9:]
    assert {(name, tokens) for name, tokens, *_ in every_length} == {(name, n) for name in "abc" for n in (2, 3, 4)}
    rounds = [turns[start : start + 3] for start in range(0, len(turns), 3)]
    assert len(rounds) == WARM_UP + 25
    for number, turn in enumerate(rounds):
        assert [name for name, *_ in turn] == [*"abcab"][number % 3 : number % 3 + 3]
        assert {tokens for _, tokens, *_ in turn} == {2 + number % 3}
    assert {tuple(state) for _, _, *state in log} == {(False, False, True)}


def test_models_and_the_collector_are_left_as_they_were_even_when_it_is_stopped():
    model = Racer("a", []).train()

    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        race({"a": model}, BATCHES, seconds=60, most_rounds=25, progress=stop)
    assert model.training
    assert gc.isenabled()


def test_time_ends_it_but_not_before_a_percentile_can_be_told():
    shares = []
    times = race({"a": Racer("a", [])}, BATCHES, seconds=1e-9, most_rounds=10_000, progress=shares.append)
    assert len(times["a"]) == FEWEST_ROUNDS
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_percentiles_by_hand():
    found = latency_of([float(value) for value in range(1, 20)], texts=7)
    assert (found.texts, found.p50_ms, found.p95_ms) == (7, 10, 19)
