"""Funding arithmetic: the rate of an interval. Longs pay shorts while it is positive."""

from numba import njit

INTERVAL_H = 8
INTERVAL_MIN = 60 * INTERVAL_H


@njit(cache=True)
def funding_rate(premium: float, interest: float, clamp: float, cap: float) -> float:
    """premium + clamp(interest - premium), not beyond +-cap: the interest itself while the premium is near it.

    All per interval and in one unit, fractions or bps. The common form of the venues, for an interval of 8 h.
    """
    rate = premium + max(-clamp, min(clamp, interest - premium))
    if abs(interest - premium) <= clamp:
        rate = interest  # exactly, so that the atom is one number
    return max(-cap, min(cap, rate))
