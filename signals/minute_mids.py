"""Mids at whole minutes: logarithms on a grid of minutes, and the returns between them.

A mid is that of a book that is OK at the minute; none is carried over from before. A return over several minutes needs
a mid at each of them, so none reaches across a gap.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import MINUTE
from signals.book_state import BOOK_STATE
from signals.table import Input, Role

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_READ = ("venue", "symbol", "bar_end", "known_ts", "state", "bid_px", "ask_px")


@dataclass(frozen=True, slots=True)
class MinuteMids:
    """Rows of book_state at whole minutes: their ends, when they were known, the log of their mid (NaN: none)."""

    market: tuple[str, str]
    ends: Ints
    known: Ints
    log_mid: Floats

    def on_grid(self, first: int, size: int) -> Floats:
        """One a minute from minute number `first` since 1970 on; NaN where there is none."""
        placed = np.full(size, np.nan)
        place = self.ends // MINUTE - first
        inside = (place >= 0) & (place < size)
        placed[place[inside]] = self.log_mid[inside]
        return placed


def minute_mids(inputs: Mapping[str, pl.LazyFrame], role: Role) -> MinuteMids:
    """The mids of a market; no rows if the input is absent."""
    rows = inputs.get(Input(BOOK_STATE, role).name, BOOK_STATE.empty().lazy())
    rows = rows.select(_READ).filter(pl.col("bar_end").to_physical() % MINUTE == 0)
    mid = pl.when(pl.col("state") == "OK").then((pl.col("bid_px") + pl.col("ask_px")) / 2)
    frame = rows.select("venue", "symbol", pl.col("bar_end", "known_ts").to_physical(), mid=mid).collect()
    market = (frame["venue"][0], frame["symbol"][0]) if frame.height else ("", "")
    mids = frame["mid"].fill_null(np.nan).to_numpy()
    return MinuteMids(market, frame["bar_end"].to_numpy(), frame["known_ts"].to_numpy(), np.log(mids))


def log_returns(log_mid: Floats, minutes: int) -> Floats:
    """Return of the `minutes` up to each position; NaN unless there is a mid at each of them."""
    returns = np.full(log_mid.size, np.nan)
    if log_mid.size > minutes:
        missing = np.concatenate(([0], np.cumsum(np.isnan(log_mid))))
        is_whole = missing[minutes + 1 :] == missing[: -minutes - 1]
        returns[minutes:] = np.where(is_whole, log_mid[minutes:] - log_mid[:-minutes], np.nan)
    return returns


def whole_minutes(name: str, minutes: object) -> list[int]:
    """A parameter that is a list of different whole numbers of minutes, in order. Raises ValueError if it is not."""
    listed = list(minutes) if isinstance(minutes, list | tuple) else []
    if not listed or any(type(one) is not int or one < 1 for one in listed) or len({*listed}) < len(listed):
        raise ValueError(f"expected {name} to be different whole numbers of minutes, got {minutes!r}")
    return sorted(listed)
