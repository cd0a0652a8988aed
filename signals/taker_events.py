"""Taker orders laid on the book while both are read in order of time, and what came of it."""

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from signals.bars import latest_before
from signals.book import Book
from signals.fills import Fills
from signals.grid import Grid
from signals.known import Known
from signals.refills import refills
from signals.taker_flow import Tape
from signals.taker_orders import TAKER_ORDERS, Orders, OrderTape, joined, taker_orders
from signals.takes import Takes

Ints = NDArray[np.int64]

FOREVER = 1 << 62
"""A time after all others, microseconds."""


class Trades:
    """The tape, read as far as the book has come."""

    def __init__(self, frames: Iterator[pl.DataFrame], grid: Grid, ends: Ints) -> None:
        self.tape = Tape(grid, ends)
        self.known = Known(by_day=True)
        self._grid = grid
        self._frames, self._orders = frames, OrderTape(grid)
        self._waiting: list[Orders] = []
        self._fills = [Fills()]
        self._complete_to = -1

    def up_to(self, ts: int) -> tuple[Orders, Fills]:
        """The orders and the prints up to a time that were not handed out yet."""
        while self._complete_to <= ts and (frame := next(self._frames, None)) is not None:
            self.tape.feed(frame)
            self._waiting.append(self._orders.feed(frame))
            self._fills.append(Fills.of_trades(frame, self._grid))
            self.known.feed(*(frame[name].to_physical().to_numpy() for name in ("event_ts", "known_ts")))
            self._complete_to = int(frame["event_ts"].to_physical()[-1])
        if self._complete_to <= ts:
            self._waiting.append(self._orders.close())
        ready, rest = joined(self._waiting).split(ts)
        self._waiting = [rest]
        fills, later = Fills.joined(self._fills).split(ts)
        self._fills = [later]
        return ready, fills


class TakerEvents:
    """What came of laying orders on the book: rows of TAKER_ORDERS, and refills."""

    def __init__(self, grid: Grid, names: dict[str, str], tolerance_us: int) -> None:
        self._grid, self._names, self._tolerance_us = grid, names, tolerance_us
        self._laid: list[tuple[Orders, Takes, Ints]] = []  # and what was known of the book just before
        self._refills: list[Ints] = []
        self._known: list[Ints] = []
        self._last_order: Ints = np.array([-1], np.int64)

    def add(self, orders: Orders, takes: Takes, reader: Book, chunk: pl.DataFrame, carried: int) -> None:
        """Orders laid on `reader` while it took `chunk`, before which all known of the book was known at `carried`."""
        from signals.kernels import refills as k  # numba is imported only to compute

        ts, known = (chunk[name].to_physical().to_numpy() for name in ("event_ts", "known_ts"))
        order_ts, order_known = (orders.rows[name].to_numpy() for name in ("ts", "known"))
        self._laid.append((orders, takes, latest_before(order_ts, ts, known, carried)))
        found = reader.levels.take_refills()
        # A refill in the book is known with its update, a hidden one with its order.
        shown_by = found[k.R_TS] + (found[k.R_KIND] != k.HIDDEN_REFILL)
        tape_known = np.concatenate((self._last_order, order_known))
        of_tape = tape_known[np.searchsorted(order_ts, found[k.R_TS], "right")]
        self._refills.append(found.copy())
        self._known.append(np.maximum(latest_before(shown_by, ts, known, carried), of_tape))
        self._last_order = tape_known[-1:]

    def orders(self) -> pl.DataFrame:
        if not self._laid:
            return TAKER_ORDERS.empty()
        orders, takes, known = zip(*self._laid, strict=True)
        return taker_orders(
            joined(orders),
            Takes.joined(takes),
            np.concatenate(known),
            self._grid,
            tolerance_us=self._tolerance_us,
            **self._names,
        )

    def refills(self) -> pl.DataFrame:
        return refills(np.concatenate(self._refills, axis=1), np.concatenate(self._known), self._grid, **self._names)
