"""The rule itself, on random walks with gaps, and the trades that are made of its rows."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from backtest.trading.reversion_episodes import GONE
from backtest.trading.trades import trades
from signals.bars import MINUTE
from signals.maker_inventory import MAKER_INVENTORY
from signals.reversion import REVERSION_SIGNAL
from signals.table import Span
from tests.backtest.reversion_rows import TERMS, books, settlements
from tests.signals.rows import rows_of

MINUTES = 180
QUICK = {"pullback": 2e-4, "stop": 4e-4, "hold_h": 0.1, "cooldown_h": 0.02, "arm_h": 0.2, "lookback_min": 5}


def told(rng) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of reversion_signal and the book they were made from: two hundredths of its seconds are not OK."""
    mids = 10_000 + np.cumsum(rng.normal(0, 0.3, 60 * MINUTES))
    book = books(*((at, None if rng.random() < 0.02 else mid) for at, mid in enumerate(mids.tolist(), 1)))
    z = np.tile([0, 0, 3, 3, 3, 3, 0, -3, -3, -3, -3, 0], MINUTES // 12)
    inventory = rows_of(
        MAKER_INVENTORY,
        [
            {"bar_end": 60 * at, "half_life_min": 30, "z_level": level, "q_level": (level > 0) if level else 0.5}
            for at, level in enumerate(z.tolist(), 1)
        ],
    )
    span = Span(datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 2, tzinfo=UTC))
    inputs = {"maker_inventory": inventory.lazy(), "book_state": book.lazy()}
    rows = REVERSION_SIGNAL.compute(inputs, span=span, chunk_rows=1, **(REVERSION_SIGNAL.params | QUICK))
    return rows["reversion_signal"], book


@pytest.mark.parametrize("seed", [1, 2])
def test_small_trades_at_the_rules_latency_are_the_rules_own(seed):
    rows, book = told(np.random.default_rng(seed))
    small = replace(TERMS, latencies_ms=(REVERSION_SIGNAL.params["latency_ms"],), capital_quote=1)
    made = trades(rows, book, settlements(), terms=small)
    in_market = rows.filter(pl.col("reason").str.contains("filled"))
    filled = made.filter(pl.col("status") != "no_fill")
    assert filled.height > 8
    assert filled["entry_px"].to_list() == in_market["entry_px"].to_list()
    assert filled["side"].to_list() == in_market["direction"].to_list()
    no_fills = rows.filter(pl.col("reason").str.contains("no_fill")).height
    assert (made["status"] == "no_fill").sum() == no_fills
    closed = made.filter(pl.col("status") == "closed")
    assert set(closed["side"]) == {1, -1}
    assert GONE not in set(closed["exit_reason"])
    flat = rows.filter(pl.col("reason").str.contains("flat"))["bar_end"].to_physical()
    left = closed["exit_ts"].to_physical()
    assert (-(-left // MINUTE) * MINUTE).to_list() == flat.to_list()
