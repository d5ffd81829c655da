"""How sure a number is."""

import math
from statistics import NormalDist


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


def mcnemar(only_first: int, only_second: int) -> float:
    """McNemar's exact two-sided p-value, from the texts that only one of two models has right.

    2·P(X ≤ min) with X ~ Binomial(n, ½), at most 1. Source: McNemar, Psychometrika 12(2), 1947.
    """
    total = only_first + only_second
    tail = sum(math.comb(total, count) for count in range(min(only_first, only_second) + 1))
    return min(1.0, float(2 * tail / (1 << total)))
