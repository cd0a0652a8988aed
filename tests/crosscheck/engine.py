"""The other engine: market orders through hftbacktest's exchange, latency and account, and the book it holds."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_IOC, _MARKET = 3, 1
_LOT = 1e-9
"""Sizes are not rounded to lots by `trades`, so the engine is given lots as fine."""


@dataclass(frozen=True, slots=True)
class Orders:
    """Market orders: sent at `sent` (microseconds, ascending), side +1 buys, sizes in base."""

    sent: Ints
    side: Ints
    qty: Floats

    def __post_init__(self) -> None:
        if (np.diff(self.sent) < 0).any():
            raise ValueError("need orders in the order of their sending")


@dataclass(frozen=True, slots=True)
class Account:
    """After each order was answered: position (base), cash before fees and fees paid so far (quote)."""

    position: Floats
    cash: Floats
    fees: Floats


def replay(
    feed: NDArray[Any], orders: Orders, *, latency_ms: float, taker_bps: float, tick: float, is_whole: bool
) -> Account:
    """Orders on events of hftbacktest, equally late to the venue and back.

    is_whole: filled whole at the best price, whatever size it shows; otherwise by what the levels show.
    """
    made = _backtest(feed, latency_ms=latency_ms, taker_bps=taker_bps, tick=tick, is_whole=is_whole)
    out = np.zeros((3, orders.sent.size))
    _send(made, orders.sent * 1_000, orders.side, orders.qty, out)
    made.close()
    return Account(*out)


def best_walk(feed: NDArray[Any], orders: Orders, *, latency_ms: float, tick: float) -> Floats:
    """What each order costs apiece, level by level through the engine's book at its arrival; NaN beyond what it shows.

    The account is not asked: of an order that takes several levels it books the last one alone (2.4.4).
    """
    made = _backtest(feed, latency_ms=latency_ms, taker_bps=0.0, tick=tick, is_whole=False)
    out = np.zeros(orders.sent.size)
    arrives = orders.sent * 1_000 + round(latency_ms * 1_000_000)
    _walk(made, arrives, orders.side, orders.qty, tick, out)
    made.close()
    return out


def _backtest(feed: NDArray[Any], *, latency_ms: float, taker_bps: float, tick: float, is_whole: bool) -> Any:
    import hftbacktest as hft

    late = round(latency_ms * 1_000_000)
    asset = (
        hft.BacktestAsset()
        .data([feed])
        .linear_asset(1.0)
        .constant_order_latency(late, late)
        .risk_adverse_queue_model()
        .trading_value_fee_model(0.0, taker_bps * 1e-4)
        .tick_size(tick)
        .lot_size(_LOT)
        .last_trades_capacity(0)
    )
    asset = asset.no_partial_fill_exchange() if is_whole else asset.partial_fill_exchange()
    return hft.HashMapMarketDepthBacktest([asset])


@njit
def _send(backtest, sent, side, qty, out):
    backtest.elapse(0)
    for k in range(sent.size):
        backtest.elapse(sent[k] - backtest.current_timestamp)
        if side[k] > 0:
            backtest.submit_buy_order(0, k, 0.0, qty[k], _IOC, _MARKET, True)
        else:
            backtest.submit_sell_order(0, k, 0.0, qty[k], _IOC, _MARKET, True)
        state = backtest.state_values(0)
        out[0, k], out[1, k], out[2, k] = state.position, state.balance, state.fee


@njit
def _walk(backtest, arrives, side, qty, tick, out):
    backtest.elapse(0)
    depth = backtest.depth(0)
    for k in range(arrives.size):
        backtest.elapse(arrives[k] - backtest.current_timestamp)
        at = depth.best_ask_tick if side[k] > 0 else depth.best_bid_tick
        left, paid = qty[k], 0.0
        for _ in range(100_000):
            if left <= 0.0:
                break
            shown = depth.ask_qty_at_tick(at) if side[k] > 0 else depth.bid_qty_at_tick(at)
            taken = min(left, shown)
            left, paid, at = left - taken, paid + taken * at * tick, at + side[k]
        out[k] = paid / qty[k] if left <= 0.0 else np.nan
