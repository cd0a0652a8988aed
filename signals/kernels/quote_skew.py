"""Inventory from flow and from the shading of quotes: which half-life fits the past, and a Kalman filter.

Positions are minutes. All functions look at positions up to the present one only.
"""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, types

_FLOATS = types.Array(types.float64, 1, "C", readonly=True)
_MATRIX = types.Array(types.float64, 2, "C", readonly=True)


@njit(types.float64[:, ::1](_FLOATS, _FLOATS), cache=True, nogil=True)
def leaks(flow, kept):
    """Inventory by share kept a position (rows): inventory = kept * inventory before + flow. flow: 0 where unknown."""
    held = np.zeros((kept.size, flow.size))
    for g in range(kept.size):
        left = 0.0
        for i in range(flow.size):
            left = left * kept[g] + flow[i]
            held[g, i] = left
    return held


@njit(types.float64[:, ::1](_MATRIX, _FLOATS, types.int64[::1], types.int64, types.float64), cache=True, nogil=True)
def explained(held, basis, at, window, least):
    """Correlation of each inventory (rows of `held`) with the basis over the `window` positions up to each of `at`.

    NaN where the basis is known at fewer than `least` of them, or one of the two never moves.
    """
    found = np.full((held.shape[0], at.size), np.nan)
    for k in range(at.size):
        begin, end = max(at[k] - window + 1, 0), at[k] + 1
        for g in range(held.shape[0]):
            n, sx, sy, sxx, syy, sxy = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
            for i in range(begin, end):
                y = basis[i]
                if y == y:
                    x = held[g, i]
                    n, sx, sy = n + 1.0, sx + x, sy + y
                    sxx, syy, sxy = sxx + x * x, syy + y * y, sxy + x * y
            if n >= least:
                vx, vy = sxx - sx * sx / n, syy - sy * sy / n
                if vx > 1e-12 and vy > 1e-12:
                    found[g, k] = (sxy - sx * sy / n) / np.sqrt(vx * vy)
    return found


@njit(
    types.Tuple((types.float64[::1], types.float64[::1]))(_FLOATS, _FLOATS, _MATRIX, types.int64[::1]),
    cache=True,
    nogil=True,
)
def filtered(flow, basis, fits, fit_of):
    """(inventory, its standard deviation) by a Kalman filter, from the past and the present only.

    State: inventory, and the basis without it, a random walk. inventory' = kept * inventory + flow + noise;
    basis = level - skew * inventory + noise. fits: rows (kept, skew, level, variances of the noise of inventory, of the
    level's steps and of the basis); fit_of: which row holds at each position. A row with skew 0 takes nothing from
    the basis.
    """
    held, deviation = np.zeros(flow.size), np.zeros(flow.size)
    z, c = 0.0, np.nan
    pzz, pzc, pcc = 0.0, 0.0, 0.0
    for i in range(flow.size):
        kept, skew, level, noise, step, rough = fits[fit_of[i]]
        z = kept * z + flow[i]
        pzz, pzc = kept * kept * pzz + noise, kept * pzc
        if skew > 0.0:
            if c != c:
                c, pcc, pzc = level, 100.0 * (step + rough), 0.0
            pcc += step
            y = basis[i]
            if y == y:
                s = skew * skew * pzz - 2.0 * skew * pzc + pcc + rough
                gz, gc = (pzc - skew * pzz) / s, (pcc - skew * pzc) / s
                away = y - (c - skew * z)
                z, c = z + gz * away, c + gc * away
                pzz, pzc, pcc = pzz - gz * gz * s, pzc - gz * gc * s, pcc - gc * gc * s
        held[i], deviation[i] = z, np.sqrt(max(pzz, 0.0))
    return held, deviation
