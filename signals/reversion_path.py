"""The reversion machine over all minutes at once: what `Machine.step` gives one by one, hundreds of times as fast."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from signals.bars import MINUTE
from signals.reversion_machine import Rules
from signals.touch_fills import Outcomes

if TYPE_CHECKING:
    from signals.kernels.reversion import Played

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Path:
    """Minutes in order, as `reversion_machine.Minute`, and what would become of an order decided on each.

    pullback: the share of the price it must give way by on that minute; NaN: by more than it can.
    """

    at: Ints
    z: Floats
    q: Floats
    mid: Floats
    bid: Floats
    ask: Floats
    bookless_s: Floats
    pullback: Floats
    orders: Outcomes


def played(path: Path, rules: Rules) -> "Played":
    """The machine at the end of each minute; the engine is NORMAL, and the pullback asked for is that of the path.

    See `kernels.reversion` for what the numbers say.
    """
    from signals.kernels import reversion as k  # numba is imported only to compute

    limits = k.Limits(
        z_in=float(rules.z_in),
        z_out=float(rules.z_out),
        z_rearm=float(rules.z_rearm),
        q_in=float(rules.q_in),
        stop=float(rules.stop),
        arm_us=round(rules.arm_h * 60 * MINUTE),
        hold_us=round(rules.hold_h * 60 * MINUTE),
        cooldown_us=round(rules.cooldown_h * 60 * MINUTE),
        lookback_us=float(rules.lookback_min * MINUTE),
        gap_s=float(rules.gap_s),
    )
    times = (path.at, path.orders.entry_at, path.orders.exit_at)
    values = (path.z, path.q, path.mid, path.bid, path.ask, path.bookless_s, path.pullback)
    prices = (path.orders.bought, path.orders.sold)
    at, entry_at, exit_at = (np.ascontiguousarray(one, np.int64) for one in times)
    seen = k.Seen(at, *(np.ascontiguousarray(one, np.float64) for one in values))
    bought, sold = (np.ascontiguousarray(one, np.float64) for one in prices)
    return k.play(seen, k.Orders(entry_at, bought, sold, exit_at), limits)
