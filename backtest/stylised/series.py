"""Statistics of one evenly spaced series without holes: memory, tail, persistence."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def autocorrelation(x: Floats, lags: int) -> Floats:
    """Autocorrelation at lags 0 to `lags`, every lag divided by the whole length. NaN for a constant series."""
    if not 0 <= lags < x.size:
        raise ValueError(f"need 0 <= lags < {x.size}, the length of the series, got {lags}")
    deviation = x - x.mean()
    size = 1 << int(x.size + lags).bit_length()
    power = np.abs(np.fft.rfft(deviation, size)) ** 2
    covariance = np.fft.irfft(power, size)[: lags + 1]
    return covariance / covariance[0] if covariance[0] > 0.0 else np.full(lags + 1, np.nan)


def half_life(x: Floats, longest: int) -> float:
    """First lag (in positions, interpolated) at which the autocorrelation is one half; infinite beyond `longest`.

    Of an AR(1) it is ln 2 / -ln phi. Of a sum of fast and slow parts it is a figure between theirs.
    """
    acf = autocorrelation(x, min(longest, x.size - 1))
    below = np.flatnonzero(acf < 0.5)
    if np.isnan(acf[0]):
        return float("nan")
    if not below.size:
        return float("inf")
    lag = int(below[0])
    return float(lag - 1 + (acf[lag - 1] - 0.5) / (acf[lag - 1] - acf[lag]))


def persistence(x: Floats) -> float:
    """phi of an AR(1) with a mean, by least squares."""
    before, now = x[:-1] - x[:-1].mean(), x[1:] - x[1:].mean()
    return float(before @ now / (before @ before))


def tail_index(x: Floats, share: float) -> float:
    """Hill's estimate for |x| from its largest `share`: P(|x| > u) ~ u^-index. Hill (1975)."""
    count = int(share * x.size)
    if count < 10:
        raise ValueError(f"a tail index from {count} values says nothing; need 10 or more beyond the threshold")
    ordered = np.sort(np.abs(x))[-count - 1 :]
    return float(1.0 / np.mean(np.log(ordered[1:] / ordered[0])))


def correlation(x: Floats, y: Floats) -> float:
    """Pearson's."""
    return float(np.corrcoef(x, y)[0, 1])
