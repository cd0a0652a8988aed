"""The stationary bootstrap: blocks of random length keep what memory a series has. Politis and Romano (1994)."""

from math import ceil, log10, sqrt

import numpy as np
from numpy.typing import NDArray

from backtest.inference.estimate import Estimate, unknown
from backtest.stylised.series import autocorrelation

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
_AT_ONCE = 1_000_000


def resampled_places(n: int, draws: int, *, block: float, rng: np.random.Generator) -> tuple[Ints, Bools]:
    """Places (draws, n) of resampled series, and where blocks begin: anywhere, of geometric length, mean `block` >= 1.

    The series is taken as a circle. With a block of 1 places are independent.
    """
    if n < 1 or not block >= 1:
        raise ValueError(f"need n >= 1 and block >= 1, got {n} and {block}")
    starts = rng.integers(n, size=(draws, n))
    is_start = rng.random((draws, n)) < 1 / block
    is_start[:, 0] = True
    place = np.arange(n)
    begun = np.maximum.accumulate(np.where(is_start, place, 0), axis=1)
    return (np.take_along_axis(starts, begun, axis=1) + place - begun) % n, is_start


def resampled_means(x: Floats, draws: int, *, block: float, seed: int) -> Floats:
    """Means (draws, k) of resampled x (n, k); columns are resampled alike, so they keep their relation."""
    return _resampled(x, draws, block=block, seed=seed)[0]


def _resampled(x: Floats, draws: int, *, block: float, seed: int) -> tuple[Floats, Floats]:
    """Means and their standard errors (draws, k), from the sums of each draw's own blocks: 0 from a single one."""
    rng, (n, k) = np.random.default_rng(seed), x.shape
    means, errors = np.empty((draws, k)), np.empty((draws, k))
    step = max(1, _AT_ONCE // (n * k))
    for first in range(0, draws, step):
        places, is_start = resampled_places(n, min(step, draws - first), block=block, rng=rng)
        drawn = x[places]
        mean = drawn.mean(axis=1)
        begins = np.flatnonzero(is_start)
        sums = np.add.reduceat((drawn - mean[:, None]).reshape(-1, k), begins, axis=0) ** 2
        blocks = is_start.sum(axis=1)
        of_draw = np.concatenate([[0], np.cumsum(blocks)[:-1]])
        means[first : first + step] = mean
        errors[first : first + step] = np.sqrt(np.add.reduceat(sums, of_draw, axis=0)) / n * (blocks > 1)[:, None]
    return means, errors


def bootstrap_mean(x: Floats, *, block: float | None, draws: int, seed: int) -> Estimate:
    """Mean of x (n,), NaN left out, its bootstrap error and interval; unknown below two values.

    The interval is studentised: every draw's distance is in errors from its own blocks (Goetze and Kuensch 1996), which
    makes up for short samples. It is infinite below some four blocks, too few to say anything. `block` None: the
    length of Politis and White.
    """
    x = x[np.isfinite(x)]
    if x.size < 2:
        return unknown(x.size)
    mean = float(x.mean())
    if np.ptp(x) == 0:
        return Estimate(mean, 0.0, mean, mean, x.size)
    length = optimal_block(x) if block is None else block
    means, errors = (v[:, 0] for v in _resampled(x[:, None], draws, block=length, seed=seed))
    error = float(means.std(ddof=1))
    away = means - mean
    has_error = errors > 1e-9 * error
    t = np.divide(away, errors, where=has_error, out=np.full(draws, np.inf))
    high = np.quantile(t, 0.975, method="higher")
    low = np.quantile(np.where(has_error, t, -np.inf), 0.025, method="lower")
    return Estimate(mean, error, mean - float(high) * error, mean - float(low) * error, x.size)


def optimal_block(x: Floats) -> float:
    """Mean block that serves the error of a mean best, in places of x (n,): 1 to 2 for white noise.

    Politis and White (2004), as corrected by Patton, Politis and White (2009). Correlations count up to twice the first
    of several lags in a row that are within noise, or as far as they are looked at; at most min(3 sqrt(n), n / 3). The
    paper says twice the lag before it: of short series that leaves too little, and blocks come out too short.
    """
    n = x.size
    if n < 4 or np.ptp(x) == 0:
        return 1.0
    in_row = max(5, ceil(sqrt(log10(n))))
    acf = autocorrelation(x, min(ceil(sqrt(n)) + in_row, n - 1))
    reach = min(2 * _quiet_from(acf, 2 * sqrt(log10(n) / n), in_row), acf.size - 1)
    lags = np.arange(1, reach + 1)
    taper = np.minimum(1.0, 2 * (1 - lags / reach))
    spread, total = 2 * float(taper @ (lags * acf[lags])), 1 + 2 * float(taper @ acf[lags])
    most = ceil(min(3 * sqrt(n), n / 3))
    if total == 0:
        return float(most)
    return float(np.clip(abs(spread / total) ** (2 / 3) * n ** (1 / 3), 1.0, most))


def _quiet_from(acf: Floats, noise: float, in_row: int) -> int:
    """The first lag from which on `in_row` correlations are within `noise`; the last lag if there are none such."""
    loud = np.flatnonzero(np.abs(acf[1:]) >= noise) + 1
    begins, ends = np.append(0, loud) + 1, np.append(loud, acf.size)
    quiet = np.flatnonzero(ends - begins >= in_row)
    return int(begins[quiet[0]]) if quiet.size else acf.size - 1
