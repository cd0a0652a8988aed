"""Trades by the minute: decided at a minute's end, filled at the mid of the next, in and out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backtest.inference.chance import zero_edge_win_rate
from backtest.placebo.control_rows import Entries, Exits, Minutes
from backtest.power.market import Market, Strategy
from backtest.power.rarity import Rarity
from signals.reversion_path import Path, played
from signals.touch_fills import NEVER, Outcomes

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_NEAREST = 1e-9
"""A stop or a target that the fill has passed already is as good as reached."""


@dataclass(frozen=True, slots=True)
class Plays:
    """Trades that came out, in order: the minutes at which entry and exit were decided, the side (+1 long).

    stop, target: distances from the entry's fill, fractions of it. n_open: entries without an exit before the end.
    """

    entered: Ints
    left: Ints
    side: Ints
    stop: Floats
    target: Floats
    n_open: int

    @property
    def entries(self) -> Entries:
        return Entries(self.entered, self.side)

    def chance_wins(self) -> float:
        """Share of wins without an edge, by the geometry of stop and target alone; NaN without trades."""
        rates = [
            zero_edge_win_rate(stop=max(stop, _NEAREST), target=max(target, _NEAREST))
            for stop, target in zip(self.stop.tolist(), self.target.tolist(), strict=True)
        ]
        return float(np.mean(rates)) if rates else float("nan")


def by_rule(market: Market, rarity: Rarity, strategy: Strategy) -> tuple[Plays, Entries]:
    """The reversion rule's own trades, and where it armed. In one minute the stop stands before the target."""
    from signals.kernels import reversion as k  # numba is imported only to compute

    following = np.append(market.mid[1:], np.nan)
    fill_at = np.append(market.ends[1:], NEVER)
    mid, none = market.mid, np.zeros(market.mid.size)
    outcomes = Outcomes(fill_at, following, following, fill_at)
    pullback = np.full(mid.size, strategy.rules.pullback)
    path = Path(market.ends, rarity.z, rarity.q, mid, mid, mid, none, pullback, outcomes)
    made = played(path, strategy.rules)
    entered = np.flatnonzero(made.reasons & k.PULLBACK)
    is_held = (made.state == k.LONG) | (made.state == k.SHORT)
    exits = k.STOP | k.TARGET | k.Z_OUT | k.HOLD_TIMEOUT | k.DATA_GAP
    left = np.flatnonzero(is_held & (made.reasons & exits > 0))
    left = left[left + 1 < mid.size]
    n_open, entered = entered.size - left.size, entered[: left.size]
    side = made.side[entered].astype(np.int64)
    target = side * (made.ref[entered] / following[entered] - 1)
    armed = np.flatnonzero(made.reasons & k.ARMING)
    plays = Plays(entered, left, side, np.full(left.size, strategy.rules.stop), target, n_open)
    return plays, Entries(armed, np.where(rarity.z[armed] > 0, 1, -1))


def by_plain_exits(market: Market, entries: Entries, exits: Exits) -> Plays:
    """Trades from these entries by stop, target and time alone; an entry while one is held is left out."""
    minutes, made, n_open = Minutes(market.ends, market.mid), [], 0
    free = 0
    order = np.argsort(entries.at, kind="stable")
    for at, side in zip(entries.at[order].tolist(), entries.side[order].tolist(), strict=True):
        if at < free:
            continue
        out = minutes.leave(at, side, exits) if at + 1 < market.mid.size else None
        if out is None or out[0] + 1 >= market.mid.size:
            n_open += 1
            break
        made.append((at, out[0], side))
        free = out[0] + 1
    entered, left, sides = np.array(made, np.int64).reshape(-1, 3).T
    slip = sides * (market.mid[entered] / market.mid[entered + 1] - 1)
    return Plays(entered, left, sides, exits.stop - slip, exits.target + slip, n_open)
