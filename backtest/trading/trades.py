"""From decisions to trades: fills after a latency, and a profit or loss that is split and adds up.

Linear contracts: sizes in base, money in quote. The decisions are given: a later fill does not change them.
"""

from collections.abc import Mapping
from math import isnan
from typing import Any

import polars as pl

from backtest.trading.history import History
from backtest.trading.reversion_episodes import episodes
from backtest.trading.terms import Terms
from backtest.trading.trade import trade
from backtest.trading.trade_table import TRADES
from signals.table import UTC_US

__all__ = ["Terms", "trades", "trades_met"]


def trades(rows: pl.DataFrame, book: pl.DataFrame, settlements: pl.DataFrame, *, terms: Terms) -> pl.DataFrame:
    """TRADES of one market.

    rows: of reversion_signal (or of a control); book: of book_state; settlements: settle_ts, rate (fraction per
    interval), ref_px (the venue's reference price), ascending, null where not known; no rows if the market has none.
    """
    return trades_met(rows, History.of(book, settlements), terms=terms)


def trades_met(rows: pl.DataFrame, met: History, *, terms: Terms) -> pl.DataFrame:
    """TRADES of one market, whose history was made before: once for many sets of rows."""
    markets = rows.select("venue", "symbol").unique()
    if markets.height > 1:
        raise ValueError(f"expected rows of one market, got {markets.height}")
    decided = list(episodes(rows))
    made = [
        {"latency_ms": float(latency_ms), **trade(episode, met, terms, latency_ms)}
        for latency_ms in sorted(set(terms.latencies_ms))
        for episode in decided
    ]
    if not made:
        return TRADES.empty()
    names = dict(markets.row(0, named=True))
    return TRADES.check(pl.DataFrame([_physical({**names, **one}) for one in made], _STORED).cast(_SCHEMA))


_SCHEMA = TRADES.schema
_STORED = pl.Schema({name: pl.Int64() if dtype == UTC_US else dtype for name, dtype in _SCHEMA.items()})


def _physical(made: Mapping[str, Any]) -> dict[str, Any]:
    """All columns; NaN becomes null."""
    values = {name: made.get(name) for name in _STORED}
    return {name: None if isinstance(value, float) and isnan(value) else value for name, value in values.items()}
