"""Trades in numbers."""

import pytest

from backtest.trading.trade_summary import trade_summary
from backtest.trading.trade_table import TRADES
from tests.signals.rows import rows_of

CLOSED = {"status": "closed", "gross_bps": 12.0, "entry_slippage_bps": 1.0}
TRADED = rows_of(
    TRADES,
    [
        {"latency_ms": 50, "entry_decided_ts": at, "event_ts": 0} | trade
        for at, trade in enumerate(
            [
                CLOSED | {"net_bps": 3.0, "break_even_bps": 12.0, "waited": True},
                CLOSED | {"net_bps": -1.0, "break_even_bps": 8.0, "waited": True},
                CLOSED | {"net_bps": -5.0, "break_even_bps": 4.0, "waited": False},
                {"status": "no_fill", "waited": False},
                {"status": "unpriced", "waited": False, "entry_slippage_bps": 99.0},
            ]
        )
    ],
)


def test_counts_and_means_of_all_and_of_those_that_waited_apart():
    made = trade_summary(TRADED)
    counts = made.select("waited", "ordered", "closed", "no_fill", "unpriced", "open")
    assert counts.rows() == [(None, 5, 3, 1, 1, 0), (False, 3, 1, 1, 1, 0), (True, 2, 2, 0, 0, 0)]
    assert made["mean_net_bps"].to_list() == [-1, -5, 1]
    assert made["mean_break_even_bps"].to_list() == [8, 4, 10]
    assert made["mean_entry_slippage_bps"].to_list() == [1, 1, 1]
    assert made["win_rate"].to_list() == pytest.approx([1 / 3, 0, 1 / 2])


def test_without_closed_trades_there_are_no_means():
    made = trade_summary(TRADED.tail(2))
    assert made["closed"].to_list() == [0, 0]
    assert made["mean_net_bps"].to_list() == made["win_rate"].to_list() == [None, None]
    assert trade_summary(TRADED.clear()).is_empty()
