"""Statistics against SciPy."""

import pytest
from scipy import stats

from core.profiling.significance import mcnemar, wilson_interval


@pytest.mark.parametrize(("right", "total"), [(0, 10), (10, 10), (82, 100), (1_500, 1_821)])
def test_wilson(right, total):
    expected = stats.binomtest(right, total).proportion_ci(method="wilson")
    assert wilson_interval(right, total) == pytest.approx((expected.low, expected.high), abs=1e-12)


@pytest.mark.parametrize(("first", "second"), [(0, 0), (5, 5), (3, 11), (40, 22), (900, 1_000)])
def test_mcnemar(first, second):
    expected = stats.binomtest(first, first + second).pvalue if first + second else 1.0
    assert mcnemar(first, second) == pytest.approx(expected, rel=1e-9)
