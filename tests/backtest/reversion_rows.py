"""Rows of reversion_signal, books and settlements a person can check by hand; times in seconds since 1970."""

import polars as pl

from backtest.trading.fees import FeeSchedule
from backtest.trading.trades import Terms
from signals.book_state import BOOK_STATE
from signals.reversion import REVERSION
from tests.backtest.events import times
from tests.signals.rows import rows_of

TERMS = Terms(
    latencies_ms=(50,),
    fees=FeeSchedule("v", "base", maker_bps=1, taker_bps=5, source="made up"),
    capital_quote=600,
    risk_share=0.0025,
    stop=0.015,
    depth_share=0.1,
    depth_bps=10,
    borrow_apr=0,
)
"""A stop of 1.5 % is to lose 1.5: at a price of 100, one is bought."""


def signal_rows(*minutes: tuple, **same) -> pl.DataFrame:
    """A minute each of (state, direction, reason, mid), the first at 60 s."""
    return rows_of(
        REVERSION,
        [
            {"bar_end": 60 * at, "state": state, "direction": direction, "reason": reason, "mid": mid} | same
            for at, (state, direction, reason, mid) in enumerate(minutes, 1)
        ],
    )


def books(*seconds: tuple, **same) -> pl.DataFrame:
    """Books of (second, mid), 0.2 wide and five at the best prices; a mid of None is a book that is not OK."""
    return rows_of(
        BOOK_STATE,
        [
            {"bar_end": second, "state": "STALE"}
            if mid is None
            else {"bar_end": second, "state": "OK", "bid_px": mid - 0.1, "ask_px": mid + 0.1}
            | {"bid_qty": 5.0, "ask_qty": 5.0}
            | same
            for second, mid in seconds
        ],
    )


def settlements(*stamps: tuple) -> pl.DataFrame:
    """Settlements of (second, rate, reference price)."""
    second, rate, ref_px = zip(*stamps, strict=True) if stamps else ((),) * 3
    return pl.DataFrame(
        {
            "settle_ts": times(second),
            "rate": pl.Series(rate, dtype=pl.Float64),
            "ref_px": pl.Series(ref_px, dtype=pl.Float64),
        }
    )
