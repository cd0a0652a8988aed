"""Hand-made books and prints for the ledger of quotes: tick 0.1, lots of 0.1, times in milliseconds."""

import polars as pl

from signals.book_pass import BOOK_PASS
from signals.inputs.trading import TRADES
from tests.signals.book_frames import Message, snapshot, updates
from tests.signals.test_book_pass import run
from tests.signals.test_taker_flow import gaps, prints

NAMES = ("increased_qty", "decreased_qty", "traded_qty", "cancelled_qty", "unattributable_qty")
BIDS = [(1000.0, 10), (999.9, 3), (999.6, 4), (999.0, 7), (998.0, 9)]
ASKS = [(1000.2, 8), (1000.3, 3), (1000.8, 5), (1001.0, 7), (1003.0, 9)]
"""Mid 1000.1: the band of 10 bps reaches from 999.1 to 1001.1."""


def book(*diffs, first=900):
    """A snapshot at `first` and diffs of (ms, bids, asks)."""
    messages = [snapshot(first, BIDS, ASKS, 1)]
    messages += [Message(at, bids, asks, n + 2, n + 1) for n, (at, bids, asks) in enumerate(diffs)]
    return updates(messages)


def tape(*rows, labels=None, is_rpi=None) -> pl.DataFrame:
    """TRADES of (ms, price, qty, taker side)."""
    made = prints(*rows)
    if labels is not None:
        made = made.with_columns(print_type=pl.Series(labels, dtype=pl.String))
    if is_rpi is not None:
        made = made.with_columns(is_rpi=pl.Series(is_rpi, dtype=pl.Boolean))
    return TRADES.check(made)


def passed(updates_, trades, *missing, until=4.0, **options):
    return run({"book_updates": updates_, "trades": trades, "gaps": gaps(*missing)}, until=until, **options)


def ledger(trades, *diffs, missing=(), until=4.0, **options):
    """Rows of quote_ledger by the end of their second."""
    rows = passed(book(*diffs), tape(*trades), *missing, until=until, **options)["quote_ledger"]
    return {round(row["bar_end"].timestamp()): row for row in rows.to_dicts()}


def side(row, name):
    """The five amounts of a side: increased, decreased, traded, cancelled, unattributable."""
    return tuple(row[f"{name}_{amount}"] for amount in NAMES)


PARAMS = BOOK_PASS.params
