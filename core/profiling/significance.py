"""How sure a number is, and whether two models differ."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, stdtrit

LEVEL = 0.05  # a difference that chance alone would make at most so often is hardly chance


def wilson_interval(right: int, total: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's interval for a proportion of `right` in `total`: the share that plausibly produced it.

    (p + z²/2n ± z·√(p(1 − p)/n + z²/4n²)) / (1 + z²/n). Source: Wilson, JASA 22(158), 1927.
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = right / total
    centre = share + z * z / (2 * total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def t_interval(values: Sequence[float], *, confidence: float = 0.95) -> tuple[float, float]:
    """Student's interval for the mean of what `values`, one for each seed, were drawn from.

    x̄ ± t·s/√n with t of n − 1 degrees of freedom. Give it the differences of two models, seed by seed, for the interval
    of their difference. Source: Student, Biometrika 6(1), 1908.

    Raises:
        ValueError: for fewer than two values, which say nothing of their spread.
    """
    if len(values) < 2:  # noqa: PLR2004 - a spread takes two
        raise ValueError("An interval over seeds takes at least two of them.")
    half = float(stdtrit(len(values) - 1, (1 + confidence) / 2)) * stdev(values) / math.sqrt(len(values))
    return fmean(values) - half, fmean(values) + half


def mcnemar(only_first: int, only_second: int) -> float:
    """McNemar's exact two-sided p-value, from the texts that only one of two models has right.

    2·P(X ≤ min) with X ~ Binomial(n, ½), at most 1. That tail is I_½(max, min + 1), the regularised incomplete beta
    function, which takes no longer for many texts than for few. Source: McNemar, Psychometrika 12(2), 1947.
    """
    fewer, more = sorted((only_first, only_second))
    return min(1.0, 2 * float(betainc(more, fewer + 1, 0.5)))


@dataclass(frozen=True)
class Disagreement:
    """On how many texts only one of two models is right, and McNemar's exact p-value."""

    only_first: int
    only_second: int
    p_value: float


def disagreement(first_right: ArrayLike, second_right: ArrayLike) -> Disagreement:
    """Two models on the same texts, from whether each has each text right, (B,) bool.

    Raises:
        ValueError: when they aren't as many.
    """
    first, second = np.asarray(first_right, bool), np.asarray(second_right, bool)
    if first.shape != second.shape:
        raise ValueError(f"A paired test takes the same texts twice, not {first.size} and {second.size}.")
    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    return Disagreement(only_first, only_second, mcnemar(only_first, only_second))


def stars(p_values: Sequence[float], *, level: float = LEVEL) -> tuple[bool, ...]:
    """Which of several comparisons deserve a star: those that are hardly chance, however many were looked at.

    Holm's step-down: of m p-values, the k-th smallest (from 0) must be at most level/(m − k), and so must all before
    it; the risk of even one wrong star among them is then at most `level`. Give all that are shown together.
    Source: Holm, Scandinavian Journal of Statistics 6(2), 1979.
    """
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    deserved = [False] * len(p_values)
    for passed, index in enumerate(order):
        if p_values[index] > level / (len(p_values) - passed):
            break
        deserved[index] = True
    return tuple(deserved)
