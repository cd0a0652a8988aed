"""The loop that a user of hftbacktest writes: feed its book, and note the state once a second.

Beyond the task it keeps the machinery of orders, latency and an exchange; short of it, it has no OFI, no state of
the book, no coverage, and the window of its ROIVector must be named beforehand. In 2.4.4 `best_bid_qty` of the
ROIVector returns the price, so sizes are read at the tick.
"""

# mypy: allow-untyped-defs

from importlib.metadata import PackageNotFoundError, version
from time import process_time
from typing import Any, Literal

import numpy as np
from numba import njit
from numpy.typing import NDArray

from benchmarks.c_reference import Rows
from signals.grid import Grid
from signals.kernels.book_fields import BANDS_BPS

Ints = NDArray[np.int64]
Kind = Literal["ROIVector", "HashMap"]
Books = Literal["local", "local and exchange"]

_BID, _SNAPSHOT, _IGNORE, _FIRST = 1, 2, 4, 8


def is_here() -> bool:
    """False if the package is not installed."""
    try:
        version("hftbacktest")
    except PackageNotFoundError:
        return False
    return True


def events(rows: Rows, grid: Grid, books: Books) -> NDArray[Any]:
    """Rows as hftbacktest's events, times in nanoseconds, a clear before every snapshot.

    Its own converters mark events for both books, that of the trader and that of the exchange.
    """
    import hftbacktest as hft

    used = rows.flag & _IGNORE == 0
    resets = np.flatnonzero(used & (rows.flag & (_SNAPSHOT | _FIRST) == _SNAPSHOT | _FIRST))
    made = np.zeros(rows.ts.size, hft.event_dtype)
    is_snapshot, is_bid = rows.flag & _SNAPSHOT > 0, rows.flag & _BID > 0
    made["ev"] = np.where(is_snapshot, hft.DEPTH_SNAPSHOT_EVENT, hft.DEPTH_EVENT) | np.where(
        is_bid, hft.BUY_EVENT, hft.SELL_EVENT
    )
    made["exch_ts"] = rows.ts * 1_000
    made["px"], made["qty"] = grid.price(rows.px.astype(np.int64)), grid.qty(rows.lots)
    clears = made[resets].copy()
    clears["ev"] = hft.DEPTH_CLEAR_EVENT
    made = np.insert(made, resets, clears)[np.insert(used, resets, True)]
    made["ev"] |= np.uint64(hft.LOCAL_EVENT if books == "local" else hft.LOCAL_EVENT | hft.EXCH_EVENT)
    made["local_ts"] = made["exch_ts"]
    return made


def backtest(kind: Kind, feed: NDArray[Any], grid: Grid, middle: float) -> Any:
    """A backtest over the feed; the ROIVector holds prices from half of `middle` to its double."""
    import hftbacktest as hft

    asset = (
        hft.BacktestAsset()
        .data([feed])
        .linear_asset(1.0)
        .constant_order_latency(0, 0)
        .risk_adverse_queue_model()
        .no_partial_fill_exchange()
        .trading_value_fee_model(0, 0)
        .tick_size(grid.tick / grid.scale)
        .lot_size(1 / grid.lots)
        .last_trades_capacity(0)
    )
    if kind == "HashMap":
        return hft.HashMapMarketDepthBacktest([asset])
    return hft.ROIVectorMarketDepthBacktest([asset.roi_lb(middle / 2).roi_ub(2 * middle)])


@njit
def best_of_bars(backtest, ends, best):
    """Best prices (ticks) and sizes at every bar end (nanoseconds, ascending); best: (4, bars)."""
    backtest.elapse(0)
    depth = backtest.depth(0)
    for k in range(ends.size):
        # An event at the end belongs to the next bar, and the library includes its own end.
        backtest.elapse(ends[k] - 1 - backtest.current_timestamp)
        bid, ask = depth.best_bid_tick, depth.best_ask_tick
        best[0, k], best[1, k] = bid, depth.bid_qty_at_tick(bid)
        best[2, k], best[3, k] = ask, depth.ask_qty_at_tick(ask)


@njit
def depth_of_bars(backtest, ends, best, depths):
    """The same, and the sizes within BANDS_BPS of the mid; depths: (10, bars), bids before asks. ROIVector only."""
    backtest.elapse(0)
    depth = backtest.depth(0)
    low = depth.roi_lb_tick
    for k in range(ends.size):
        backtest.elapse(ends[k] - 1 - backtest.current_timestamp)
        bid, ask = depth.best_bid_tick, depth.best_ask_tick
        bids, asks = depth.bid_depth, depth.ask_depth
        best[0, k], best[2, k] = bid, ask
        if bid < low or ask >= low + asks.size:
            continue
        best[1, k], best[3, k] = bids[bid - low], asks[ask - low]
        for band in range(len(BANDS_BPS)):
            lowest = -((-(bid + ask) * (10_000 - BANDS_BPS[band])) // 20_000)
            highest = (bid + ask) * (10_000 + BANDS_BPS[band]) // 20_000
            depths[band, k] = bids[lowest - low : bid + 1 - low].sum()
            depths[len(BANDS_BPS) + band, k] = asks[ask - low : highest + 1 - low].sum()


def run(kind: Kind, feed: NDArray[Any], grid: Grid, middle: float, ends: Ints) -> tuple[float, Ints, Ints]:
    """CPU seconds of the loop alone; best prices and sizes, and depths (none for HashMap), in ticks and lots."""
    made = backtest(kind, feed, grid, middle)
    best, depths = np.zeros((4, ends.size)), np.zeros((2 * len(BANDS_BPS), ends.size))
    start = process_time()
    if kind == "HashMap":
        best_of_bars(made, ends * 1_000, best)
    else:
        depth_of_bars(made, ends * 1_000, best, depths)
    spent = process_time() - start
    made.close()
    best[[1, 3]] *= grid.lots
    return spent, np.rint(best).astype(np.int64), np.rint(depths * grid.lots).astype(np.int64)
