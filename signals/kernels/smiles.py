"""Smiles: what the volatilities of one expiry say at the money and at 25 delta, for many expiries in one pass."""

# mypy: allow-untyped-defs

from math import erfc, exp, sqrt

import numpy as np
from numba import njit, types

ATM, CALL25, PUT25, SLOPE, N_OUT = 0, 1, 2, 3, 4
"""Rows of the result."""

_STEPS = 60
"""Halvings of a segment: no double lies between the ends any more."""
_TOLERATED = 1e-9
"""How far the slope of calls may fall short of the one before it: rounding."""
_LEAST_FOR_SLOPE = 4


@njit(cache=True)
def _cdf(x):
    return 0.5 * erfc(-x / sqrt(2.0))


@njit(cache=True)
def _delta(k, std):
    """Forward delta of the call at log-moneyness k."""
    return _cdf(std / 2 - k / std)


@njit(cache=True)
def _call(k, std):
    """Price of the call as a share of the forward."""
    return _cdf(std / 2 - k / std) - exp(k) * _cdf(-std / 2 - k / std)


@njit(cache=True)
def _has_butterflies(k, std):
    """Whether calls at the strikes are not convex in strike, or rise, or fall faster than it: a free lunch."""
    before = -1.0
    for i in range(k.size - 1):
        width = exp(k[i + 1]) - exp(k[i])
        if width <= 0.0:
            return True
        steep = (_call(k[i + 1], std[i + 1]) - _call(k[i], std[i])) / width
        if steep < before - _TOLERATED or steep > 0.0:
            return True
        before = steep
    return False


@njit(cache=True)
def _at_k(k, std, wanted):
    """Std at a log-moneyness: total variance linear between neighbours; NaN beyond the first or last."""
    for i in range(k.size - 1):
        if k[i] <= wanted <= k[i + 1]:
            if k[i + 1] == k[i]:
                return std[i]
            share = (wanted - k[i]) / (k[i + 1] - k[i])
            return sqrt(std[i] ** 2 + share * (std[i + 1] ** 2 - std[i] ** 2))
    return np.nan


@njit(cache=True)
def _at_delta(k, std, wanted):
    """Std where the call has the forward delta `wanted`, on the same curve, nearest to the money; NaN if nowhere."""
    found, away = np.nan, np.inf
    for i in range(k.size - 1):
        near, far = _delta(k[i], std[i]), _delta(k[i + 1], std[i + 1])
        if not near >= wanted >= far:
            continue
        low, high = 0.0, 1.0
        for _ in range(_STEPS):
            share = 0.5 * (low + high)
            at = k[i] + share * (k[i + 1] - k[i])
            value = sqrt(std[i] ** 2 + share * (std[i + 1] ** 2 - std[i] ** 2))
            if _delta(at, value) >= wanted:
                low = share
            else:
                high = share
        if abs(at) < away:
            found, away = value, abs(at)
    return found


@njit(cache=True)
def _linear_in_delta(k, std, wanted):
    """Std at a delta, linear between the deltas of the quotes; NaN beyond the first or last."""
    deltas = np.empty(k.size)
    for i in range(k.size):
        deltas[i] = _delta(k[i], std[i])
    order = np.argsort(deltas)
    for i in range(k.size - 1):
        low, high = order[i], order[i + 1]
        if deltas[low] <= wanted <= deltas[high]:
            if deltas[high] == deltas[low]:
                return 0.5 * (std[low] + std[high])
            share = (wanted - deltas[low]) / (deltas[high] - deltas[low])
            return std[low] + share * (std[high] - std[low])
    return np.nan


@njit(cache=True)
def _slope(k, std, atm):
    """d std / d k at the money of the least-squares parabola through the quotes within one std; NaN of less than 4."""
    n, left, right = 0, 0, 0
    s = np.zeros(5)  # sums of powers of x = k / atm
    t = np.zeros(3)  # sums of powers of x times std
    for i in range(k.size):
        x = k[i] / atm
        if abs(x) > 1.0:
            continue
        n += 1
        left += x < 0.0
        right += x >= 0.0
        power = 1.0
        for p in range(5):
            s[p] += power
            if p < 3:
                t[p] += power * std[i]
            power *= x
    if n < _LEAST_FOR_SLOPE or left == 0 or right == 0:
        return np.nan
    # Cramer's rule for the linear coefficient of the normal equations.
    det = s[0] * (s[2] * s[4] - s[3] ** 2) - s[1] * (s[1] * s[4] - s[2] * s[3]) + s[2] * (s[1] * s[3] - s[2] ** 2)
    if det <= 1e-12 * s[0] * s[2] * s[4]:
        return np.nan
    lin = s[0] * (t[1] * s[4] - t[2] * s[3]) - t[0] * (s[1] * s[4] - s[2] * s[3]) + s[2] * (s[1] * t[2] - t[1] * s[2])
    return lin / det / atm


_FLOATS = types.Array(types.float64, 1, "C", readonly=True)
_INTS = types.Array(types.int64, 1, "C", readonly=True)


@njit(types.Tuple((types.float64[:, ::1], types.boolean[::1]))(_FLOATS, _FLOATS, _INTS, _INTS), cache=True, nogil=True)
def smiles(k, std, first, after):
    """Std at the money and at 25 delta of the call and of the put, and d std / d k, of each expiry.

    k, std: log-moneyness and volatility x root of years of the quotes, by expiry, k ascending in each; first, after:
    where each expiry's begin and end. Returns (N_OUT, expiries), NaN where the quotes do not reach, and which expiries
    have butterflies below zero, so that their wings are interpolated linearly in delta.
    """
    made = np.full((N_OUT, first.size), np.nan)
    repaired = np.zeros(first.size, np.bool_)
    for g in range(first.size):
        ks, stds = k[first[g] : after[g]], std[first[g] : after[g]]
        if ks.size < 2:
            continue
        atm = _at_k(ks, stds, 0.0)
        if not atm > 0.0:
            continue
        made[ATM, g] = atm
        repaired[g] = _has_butterflies(ks, stds)
        if repaired[g]:
            made[CALL25, g] = _linear_in_delta(ks, stds, 0.25)
            made[PUT25, g] = _linear_in_delta(ks, stds, 0.75)
        else:
            made[CALL25, g] = _at_delta(ks, stds, 0.25)
            made[PUT25, g] = _at_delta(ks, stds, 0.75)
        made[SLOPE, g] = _slope(ks, stds, atm)
    return made, repaired
