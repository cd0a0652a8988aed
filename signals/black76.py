"""Black's model of 1976 on a forward: what volatility a price implies, and the delta that goes with it.

Prices are undiscounted and in quote currency. A price is inverted as that of the option out of the money at its strike
(put-call parity), which is all time value. The root is found by SciPy's bracketing solver (Chandrupatla 1997).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_STD: Final = 1e-6
MOST_STD: Final = 20.0
"""Volatility times the root of the years, between which it is looked for; at 20 an option is worth all it can be."""
_PRECISION: Final = 1e-10
_FLAT: Final = 1e-12
"""Time value, of the smaller of forward and strike, that is rounding only."""

FINE, NO_PRICE, NO_FORWARD, EXPIRED, NO_TIME_VALUE, TOO_DEAR = range(6)
STATUS = ("inverted", "no price", "no forward", "expired", "no time value", "too dear")
"""Why a price implies no volatility: it is at or below the intrinsic value, or at or above the most that any volatility
makes of it (the forward for a call, the strike for a put)."""


def time_value(std: Floats, log_moneyness: Floats) -> Floats:
    """Price of the option out of the money, as a share of the smaller of forward and strike.

    std: volatility x root of years; log_moneyness: log(strike / forward).
    """
    from scipy.special import ndtr  # SciPy is imported only to compute

    away = np.abs(log_moneyness)
    return ndtr(std / 2 - away / std) - np.exp(away) * ndtr(-std / 2 - away / std)


def implied_volatility(
    price: Floats, forward: Floats, strike: Floats, years: Floats, is_call: NDArray[np.bool_]
) -> tuple[Floats, NDArray[np.int8]]:
    """Volatility (fraction per root year; NaN if there is none) of each price and why, as a place in STATUS."""
    volatility, status = np.full(price.size, np.nan), np.full(price.size, FINE, np.int8)
    with np.errstate(invalid="ignore", divide="ignore"):
        intrinsic = np.maximum(np.where(is_call, forward - strike, strike - forward), 0.0)
        value = (price - intrinsic) / np.minimum(forward, strike)
        status[value >= 1.0] = TOO_DEAR
        status[value <= _FLAT] = NO_TIME_VALUE
        status[~(years > 0)] = EXPIRED
        status[~(forward > 0)] = NO_FORWARD
        status[np.isnan(price)] = NO_PRICE
        log_moneyness = np.log(strike / forward)
    fine = np.flatnonzero(status == FINE)
    if fine.size:
        std, is_found = _std_of(value[fine], log_moneyness[fine])
        status[fine[~is_found]] = NO_TIME_VALUE  # less than the least volatility makes of it
        volatility[fine[is_found]] = (std / np.sqrt(years[fine]))[is_found]
    return volatility, status


def _std_of(value: Floats, log_moneyness: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """The std at which the time value is `value`, and whether there is one in the bracket."""
    from scipy.optimize.elementwise import find_root

    ends = np.full(value.size, LEAST_STD), np.full(value.size, MOST_STD)
    found = find_root(
        lambda std, value, away: time_value(std, away) - value,
        ends,
        args=(value, log_moneyness),
        tolerances={"xatol": 0.0, "xrtol": _PRECISION, "fatol": 0.0, "frtol": 0.0},
    )
    return found.x, found.success


def forward_delta(
    volatility: Floats, forward: Floats, strike: Floats, years: Floats, is_call: NDArray[np.bool_]
) -> Floats:
    """Units of the forward that hedge one option: 0 to 1 for a call, -1 to 0 for a put; NaN without a volatility."""
    from scipy.special import ndtr

    with np.errstate(invalid="ignore", divide="ignore"):
        std = volatility * np.sqrt(years)
        d1 = std / 2 - np.log(strike / forward) / std
        return np.where(is_call, ndtr(d1), ndtr(d1) - 1.0)
