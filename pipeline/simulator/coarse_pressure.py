"""A coarse world in which makers press the price by a stated number of bps per standard deviation of their inventory.

The factor cannot be stated beforehand: pressure moves the premium, the premium the funding, and leveraged and basis
traders answer both, which takes from the makers what presses. So the world is played until the factor is right.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.simulator.coarse_kernel import Here, Market, Outside, market_path
from pipeline.simulator.coarse_parameters import CoarseParameters

_CLOSE = 0.002
_TRIES = 25


def pressed_path(
    p: CoarseParameters, here: Here, outside: Outside, half_lives: NDArray[np.float64], *, sd_bps: float
) -> Market:
    """The market whose makers' pressure has the standard deviation `sd_bps`, to 0.2 %, over its whole length.

    Raises ValueError if no factor is found: there are no makers, or the world is too short for them to hold anything.
    """
    market = market_path(p._replace(pressure=0.0), here, outside, half_lives)
    held = float(market.inventory.sum(axis=1).std())
    if sd_bps == 0.0:
        return market
    if held == 0.0:
        raise ValueError(f"expected makers who hold something, to press the price by {sd_bps:g} bps, got none")
    factor = sd_bps * p.volume / held
    for _ in range(_TRIES):
        market = market_path(p._replace(pressure=factor), here, outside, half_lives)
        made = float(market.pressure.std())
        if abs(made / sd_bps - 1.0) <= _CLOSE:
            return market
        factor *= sd_bps / made
    raise ValueError(f"expected a pressure of {sd_bps:g} bps per standard deviation, got no nearer than {made:.3g}")
