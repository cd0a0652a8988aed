"""Student's distribution: how far the mean of few independent things may be off."""

from math import atan, cos, pi, sin, sqrt
from statistics import NormalDist

from backtest.intervals import Z_95

_NORMAL = NormalDist()
_AS_NORMAL = 1_000
"""Degrees of freedom beyond which the normal will do."""


def student_95(freedom: int) -> float:
    """Errors to either side that hold 95 %, expanded around the normal (Fisher and Cornish 1960): right to 1 % from 4
    degrees of freedom on, too few below."""
    z = Z_95
    first, second = (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3


def student_p(t: float, freedom: int) -> float:
    """Probability of more than |t| to either side: finite sums of Abramowitz and Stegun (1964), 26.7.3 and 26.7.4."""
    if freedom < 1:
        raise ValueError(f"need a degree of freedom, got {freedom}")
    if freedom > _AS_NORMAL:
        return 2 * _NORMAL.cdf(-abs(t))
    angle = atan(abs(t) / sqrt(freedom))
    is_odd = freedom % 2
    term = cos(angle) if is_odd else 1.0
    total = 0.0
    for k in range(1 + is_odd, freedom, 2):
        total += term
        term *= cos(angle) ** 2 * k / (k + 1)
    inside = 2 / pi * (angle + sin(angle) * total) if is_odd else sin(angle) * total
    return max(0.0, 1.0 - inside)
