"""Simulated series and a check of rates, shared by tests of inference."""

from math import sqrt

import numpy as np
from scipy.signal import lfilter


def ar1(shape, phi, seed):
    """AR(1) along the last axis with unit innovations, settled."""
    noise = np.random.default_rng(seed).normal(size=(*shape[:-1], shape[-1] + 200))
    return lfilter([1.0], [1.0, -phi], noise, axis=-1)[..., 200:]


def is_rate(hits, n, rate, sds=3.0):
    """Whether `hits` of `n` agree with `rate` within `sds` standard deviations of a binomial count."""
    return abs(hits - n * rate) <= sds * sqrt(n * rate * (1 - rate))
