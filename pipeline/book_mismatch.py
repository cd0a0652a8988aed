"""Snapshots that found the running book wrong: rows of BOOK_CHECKS, and of GAPS where too much was."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import polars as pl

from pipeline.market import Market
from pipeline.quality import GapRow, gap_rows
from pipeline.recording import day_start
from signals.bars import instant
from signals.book_checks import BookCheck
from signals.inputs.bookkeeping import BOOK_CHECKS

TOLERATED: Final = 0.01
"""Share of the levels compared that may be wrong without a gap."""


def check_rows(checks: Sequence[BookCheck], market: Market) -> pl.DataFrame:
    """BOOK_CHECKS of a market-day."""
    rows = [
        {
            "venue": market.venue,
            "symbol": market.symbol,
            "event_ts": instant(one.event_us),
            "known_ts": instant(one.known_us),
            "since_ts": None if one.since_us is None else instant(one.since_us),
            "before_ts": None if one.before_us is None else instant(one.before_us),
            "compared": one.compared,
            "missing": one.missing,
            "stale": one.stale,
            "resized": one.resized,
        }
        for one in checks
    ]
    return pl.DataFrame(rows, schema=BOOK_CHECKS.schema)


def mismatches(checks: Sequence[BookCheck], day: date) -> pl.DataFrame:
    """Rows of GAPS without their market: from the last message before each snapshot that found more than TOLERATED
    wrong to the snapshot. When the loss was, nobody knows, and nobody knew of it before."""
    rows: list[GapRow] = []
    for one in checks:
        if one.wrong > TOLERATED * one.compared:
            begin = day_start(day) if one.before_us is None else max(instant(one.before_us), day_start(day))
            rows.append(("book_updates", begin, instant(one.event_us), instant(one.known_us), "snapshot_mismatch"))
    return gap_rows(rows)
