"""The tick test itself, on prints whose side is known."""

from datetime import UTC, datetime, timedelta

import polars as pl

from signals.table import UTC_US
from tests.pipeline.sources.tick_test import Agreement, book_mids, quote_mids, tick_test

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)


def _at(*milliseconds: int) -> pl.Series:
    return pl.Series([NOON + timedelta(milliseconds=ms) for ms in milliseconds], dtype=UTC_US)


def _trades(at: tuple[int, ...], prices: tuple[float, ...], sides: tuple[int, ...]) -> pl.DataFrame:
    return pl.DataFrame(
        {"event_ts": _at(*at), "price": prices, "taker_side": pl.Series(sides, dtype=pl.Int8), "is_off_market": False}
    )


def test_a_print_is_judged_by_the_state_strictly_before_it():
    quotes = pl.DataFrame({"event_ts": _at(0, 10), "bid_px": [99.0, 104.0], "ask_px": [101.0, 106.0]})
    trades = _trades((10, 11), (101.0, 104.0), (1, -1))
    assert tick_test(trades, quote_mids(quotes)) == Agreement(judged=2, agreed=2)


def test_prints_without_a_side_at_the_mid_or_before_any_state_are_not_judged():
    quotes = pl.DataFrame({"event_ts": _at(5), "bid_px": [99.0], "ask_px": [101.0]})
    trades = _trades((1, 6, 7, 8), (101.0, 100.0, 101.0, 101.0), (1, 1, 0, -1))
    assert tick_test(trades, quote_mids(quotes)) == Agreement(judged=1, agreed=0)


def test_prints_after_an_unknown_state_are_not_judged():
    mids = pl.DataFrame({"event_ts": _at(0, 5), "mid": [100.0, None]})
    assert tick_test(_trades((3, 8), (101.0, 101.0), (1, 1)), mids) == Agreement(judged=1, agreed=1)


def test_a_book_is_replayed_message_by_message():
    updates = pl.DataFrame(
        {
            "seq": [0, 1, 2, 3, 4],
            "msg_id": [0, 0, 0, 1, 2],
            "event_ts": _at(0, 0, 0, 1, 2),
            "is_snapshot": [True, True, True, False, False],
            "side": pl.Series([1, 1, -1, 1, -1], dtype=pl.Int8),
            "price": [99.0, 98.0, 101.0, 99.0, 101.0],
            "qty": [1.0, 1.0, 1.0, 0.0, 0.0],
        }
    )
    assert book_mids(updates)["mid"].to_list() == [100.0, 99.5, None]
