"""Days, and a fifth of the time set aside."""

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from backtest.strategy.daily_returns import daily_bps
from backtest.strategy.figure import closed
from backtest.strategy.split import split
from tests.backtest.strategy.closed_trades import trades

START = datetime(1970, 1, 1, tzinfo=UTC)
DAY_MIN = 1_440


def test_a_trade_held_over_the_cut_is_in_neither_part():
    made = closed(trades((0, 5, 1, 1), (70, 80, 2, 2), (75, 81, 3, 3), (80, 85, 4, 4), (81, 90, 5, 5)))
    found = split(made, first=START, last=START + timedelta(minutes=100))
    assert found.cut == START + timedelta(minutes=80)
    assert found.before["gross_bps"].to_list() == [1, 2]
    assert found.later["gross_bps"].to_list() == [5]  # decided at the cut itself: what was known then is of before
    assert found.across == 2


def test_a_day_has_what_was_closed_in_it():
    days = [date(1970, 1, 1), date(1970, 1, 2), date(1970, 1, 3)]
    made = pl.concat(
        [
            trades((0, 5, 9, 30), (10, DAY_MIN + 1, 9, 20), (DAY_MIN + 2, DAY_MIN + 9, 9, -50)),
            trades((1, 4, 9, 40), symbol="t"),
            trades((2, 3, 9, 999), status="unpriced"),
        ]
    )
    # one base at 100: 70 bps are 0.7, of a capital of 1,000
    found = daily_bps(made, days, capital_quote=1_000)
    assert found == pytest.approx({days[0]: 7, days[1]: -3, days[2]: 0})
    assert daily_bps(made.clear(), days, capital_quote=1_000) == dict.fromkeys(days, 0.0)
