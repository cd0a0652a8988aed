"""Settlements from what was stated before them; times in seconds, settlements at 1000 and 2000."""

import pytest

from backtest.trading.settlements import SCHEMA, priced_by_bars, settlements, with_scheduled
from signals.inputs.statements import FUNDING, PRICE_BARS
from tests.signals.rows import rows_of, seconds


def stated(*rows):
    names = ("event_ts", "next_ts", "kind", "rate", "mark_price")
    return rows_of(FUNDING, [dict(zip(names, row, strict=True)) | {"interval_h": 8.0} for row in rows])


def made(*rows, max_age_s=60):
    return settlements(stated(*rows), reference="mark_price", max_age_s=max_age_s)


def test_the_last_estimate_before_the_settlement_counts():
    found = made(
        (990, 1000, "predicted", 1e-4, 100.0),
        (995, 1000, "predicted", 2e-4, None),
        (1000, 1000, "predicted", 9e-4, 999.0),  # too late
        (1990, 2000, "predicted", -1e-4, 101.0),
    )
    assert found.schema == SCHEMA
    assert seconds(found, "settle_ts") == [1000, 2000]
    assert found.drop("settle_ts").rows() == [(2e-4, 8, 100, True), (-1e-4, 8, 101, True)]


def test_a_settled_rate_stands_before_estimates():
    found = made((990, 1000, "predicted", 1e-4, 100.0), (1003, 1000, "settled", 3e-4, 200.0))
    assert found.drop("settle_ts").rows() == [(3e-4, 8, 100, False)]


@pytest.mark.parametrize(("max_age_s", "rate"), [(10, 1e-4), (9, None)])
def test_what_is_old_is_not_known(max_age_s, rate):
    found = made((990, 1000, "predicted", 1e-4, 100.0), max_age_s=max_age_s)
    assert found["rate"].to_list() == [rate]
    assert found["ref_px"].is_null().to_list() == [rate is None]


def test_nothing_stated_no_settlements():
    assert made().is_empty()
    assert made((990, None, "predicted", 1e-4, 100.0)).schema == SCHEMA


def test_a_settlement_that_was_due_and_not_recorded_is_a_row_without_a_rate():
    stated_one = made((990, 1000, "predicted", 1e-4, 100.0))
    found = with_scheduled(stated_one, interval_h=1 / 3.6, since=0, until=3_000_000_000)  # every 1,000 s
    assert found.schema == SCHEMA
    assert seconds(found, "settle_ts") == [1000, 2000, 3000]
    assert found["rate"].to_list() == [1e-4, None, None]
    later = with_scheduled(stated_one.clear(), interval_h=1 / 3.6, since=1_000_000_000, until=2_999_000_000)
    assert seconds(later, "settle_ts") == [2000]
    with pytest.raises(ValueError, match="above 0 h"):
        with_scheduled(stated_one, interval_h=0, since=0, until=1)


def test_where_no_price_was_stated_the_last_bar_of_marks_before_it_prices_the_settlement():
    paid = made((1003, 1000, "settled", 3e-4, None), (1990, 2000, "predicted", 1e-4, 101.0))
    closes = rows_of(PRICE_BARS, [{"event_ts": at, "close": at / 10} for at in (939, 1000, 1060, 2000)])
    assert priced_by_bars(paid, closes, max_age_s=60)["ref_px"].to_list() == [100.0, 101.0]
    assert priced_by_bars(paid, closes[:1], max_age_s=60)["ref_px"].to_list() == [None, 101.0], "61 s old"
    assert priced_by_bars(paid, closes, max_age_s=60).schema == SCHEMA
    assert priced_by_bars(paid, closes[2:3], max_age_s=60)["ref_px"].to_list() == [None, 101.0], "after it"
