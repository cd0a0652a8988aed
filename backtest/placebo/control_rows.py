"""Rows of reversion_signal as they would be with other entries: all controls leave by the same plain exits."""

from dataclasses import dataclass
from math import nan

import numpy as np
import polars as pl
from numpy.typing import NDArray

from backtest.trading.reversion_episodes import ENTRY_REASON
from signals.bars import MINUTE
from signals.reversion import REVERSION

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Exits:
    """Stop and target are fractions of the mid at the entry's decision; nothing is held for longer than `hold_min`."""

    stop: float
    target: float
    hold_min: float


@dataclass(frozen=True, slots=True)
class Entries:
    """Places in the rows at which to enter, and the side (+1 long)."""

    at: Ints
    side: Ints


@dataclass(frozen=True, slots=True)
class Minutes:
    """The minutes of a market: their ends (microseconds, ascending) and mids (NaN without an OK book)."""

    ends: Ints
    mid: Floats

    @classmethod
    def of(cls, rows: pl.DataFrame) -> "Minutes":
        return cls(rows["bar_end"].to_physical().to_numpy(), rows["mid"].fill_null(nan).to_numpy())

    def leave(self, at: int, side: int, exits: Exits) -> tuple[int, str] | None:
        """Where and why a position entered at `at` is left, by the first that happens; None if the minutes end first.

        In one minute the stop stands before the target. A minute without a mid decides by the time held only.
        """
        timeout = int(np.searchsorted(self.ends, self.ends[at] + round(exits.hold_min * MINUTE)))
        timeout = max(timeout, at + 1)
        moved = side * (self.mid[at + 1 : timeout + 1] / self.mid[at] - 1)
        stopped, reached = moved <= -exits.stop, moved >= exits.target
        out = np.flatnonzero(stopped | reached)
        if out.size:
            return at + 1 + int(out[0]), "stop" if stopped[out[0]] else "target"
        return (timeout, "hold_timeout") if timeout < self.ends.size else None


def with_entries(rows: pl.DataFrame, entries: Entries, exits: Exits) -> pl.DataFrame:
    """The rows (of one market, in order) with these entries in the place of the rule's own.

    One position at a time: an entry while one is held, or without a mid, is left out. Of two at one place the first
    counts. Known times, mids and inventory stay; what belongs to the rule's own trades is null.
    """
    minutes, free = Minutes.of(rows), 0
    state, reason = np.full(rows.height, "IDLE", object), np.full(rows.height, None, object)
    direction = np.zeros(rows.height, np.int8)
    order = np.argsort(entries.at, kind="stable")
    for at, side in zip(entries.at[order].tolist(), entries.side[order].tolist(), strict=True):
        if at < free or np.isnan(minutes.mid[at]):
            continue
        left = minutes.leave(at, side, exits)
        last = rows.height - 1 if left is None else left[0]
        state[at], reason[at] = "ENTRY", ENTRY_REASON
        state[at + 1 : last + 1] = "LONG" if side > 0 else "SHORT"
        direction[at : last + 1] = side
        if left is not None:
            reason[last] = left[1]
        free = last + 1
    return rows.with_columns(
        state=pl.Series(state, dtype=pl.String),
        direction=pl.Series(direction),
        reason=pl.Series(reason.tolist(), dtype=pl.String),
        waited=pl.lit(None, pl.Boolean),
        ref_px=pl.lit(None, pl.Float64),
        entry_px=pl.lit(None, pl.Float64),
    ).select(REVERSION.schema.names())
