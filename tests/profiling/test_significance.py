"""Statistics against SciPy, and against printed tables."""

import math
import time
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from core.profiling.significance import disagreement, mcnemar, stars, t_interval, wilson_interval


@pytest.mark.parametrize(("right", "total"), [(0, 10), (10, 10), (82, 100), (1_500, 1_821)])
def test_wilson(right, total):
    expected = stats.binomtest(right, total).proportion_ci(method="wilson")
    assert wilson_interval(right, total) == pytest.approx((expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize(("first", "second"), [(0, 0), (5, 5), (3, 11), (40, 22), (900, 1_000)])
def test_mcnemar(first, second):
    expected = stats.binomtest(first, first + second).pvalue if first + second else 1.0
    assert mcnemar(first, second) == pytest.approx(expected, rel=1e-9)


@given(st.integers(0, 200), st.integers(0, 200))
def test_mcnemar_is_the_sum_of_the_binomial_tail_in_whole_numbers(first, second):
    tail = sum(math.comb(first + second, count) for count in range(min(first, second) + 1))
    exact = min(Fraction(1), Fraction(2 * tail, 2 ** (first + second)))
    assert mcnemar(first, second) == pytest.approx(float(exact), rel=1e-12, abs=0)
    assert mcnemar(second, first) == mcnemar(first, second)


def test_mcnemar_takes_no_longer_for_many_texts():
    started = time.process_time()
    assert mcnemar(100_000, 100_000) == 1.0
    assert mcnemar(99_000, 101_000) == pytest.approx(stats.binomtest(99_000, 200_000).pvalue, rel=1e-9)
    assert time.process_time() - started < 1


@pytest.mark.parametrize("values", [[0.81, 0.83], [0.81, 0.83, 0.82], [0.5, 0.5, 0.5], [1.0, 2.0, 4.0, 8.0, 16.0]])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_t_interval(values, confidence):
    spread = stats.sem(values)
    expected = (
        stats.t.interval(confidence, len(values) - 1, loc=np.mean(values), scale=spread) if spread else (0.5, 0.5)
    )
    assert t_interval(values, confidence=confidence) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("seeds", "printed"), [(2, 12.706), (3, 4.303), (5, 2.776), (10, 2.262)])
def test_t_interval_is_as_wide_as_printed_tables_say(seeds, printed):
    values = [float(value) for value in range(seeds)]
    low, high = t_interval(values)
    spread = np.std(values, ddof=1) / math.sqrt(seeds)
    assert (high - low) / 2 / spread == pytest.approx(printed, abs=5e-4)


def test_one_seed_has_no_interval():
    with pytest.raises(ValueError, match="at least two"):
        t_interval([0.8])


def test_disagreement_counts_the_texts_that_one_model_alone_has_right():
    first = torch.tensor([1, 1, 1, 0, 0, 1, 1, 1], dtype=torch.bool)
    second = [True, False, False, True, False, False, False, True]
    found = disagreement(first, second)
    assert (found.only_first, found.only_second) == (4, 1)
    assert found.p_value == pytest.approx(2 * (1 + 5) / 2**5)
    with pytest.raises(ValueError, match="the same texts"):
        disagreement(first, second[:-1])


@pytest.mark.parametrize(
    ("p_values", "deserved"),
    [
        ([], ()),
        ([0.04], (True,)),
        ([0.04, 0.04], (False, False)),
        ([0.01, 0.04, 0.03, 0.005], (True, False, False, True)),  # Holm's own way: 0.005 ≤ 0.0125, 0.01 ≤ 0.0167, stop
        ([0.001, 0.2], (True, False)),
    ],
)
def test_stars_by_hand(p_values, deserved):
    assert stars(p_values) == deserved


def test_stars_are_seldom_wrong_however_many_are_looked_at():
    rng = np.random.default_rng(0)
    wrong = sum(any(stars(list(rng.random(10)))) for _ in range(2_000))
    assert wrong / 2_000 < 0.065
