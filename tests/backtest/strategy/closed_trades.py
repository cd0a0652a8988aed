"""Closed trades written as what matters of them; times in minutes since 1970."""

import polars as pl

from backtest.trading.trade_table import TRADES
from signals.table import UTC_US

_MINUTE = 60_000_000


def trades(*rows: tuple, symbol: str = "s", status: str = "closed", **same) -> pl.DataFrame:
    """Of (entered, left, gross bps, net bps): one base at 100, so that a bp is a hundredth."""
    made = [
        {
            "venue": "v",
            "symbol": symbol,
            "latency_ms": 50.0,
            "side": 1,
            "status": status,
            "size_qty": 1.0,
            "filled_qty": 1.0,
            "entry_decided_ts": entered * _MINUTE,
            "entry_known_ts": entered * _MINUTE,
            "entry_ts": entered * _MINUTE,
            "exit_ts": left * _MINUTE,
            "entry_px": 100.0,
            "gross_bps": float(gross),
            "net_bps": float(net),
            "net_quote": net / 100,
            "break_even_bps": float(net) + 9,
        }
        | same
        for entered, left, gross, net in rows
    ]
    stored = {name: pl.Int64() if dtype == UTC_US else dtype for name, dtype in TRADES.schema.items()}
    full = [{name: row.get(name) for name in stored} for row in made]
    return pl.DataFrame(full, stored).cast(dict(TRADES.schema))


def apart(count: int, gross: float, net: float, *, symbol: str = "s") -> pl.DataFrame:
    """So many trades that do not overlap, a basis point above and below their mean in turn."""
    return trades(
        *((10 * at, 10 * at + 5, gross + (-1) ** at, net + (-1) ** at) for at in range(count)),
        symbol=symbol,
    )
