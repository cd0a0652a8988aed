"""Bookkeeping of positions, by hand."""

import polars as pl
import pytest

from backtest.scores.positions import Links, changes, maker_shares, position_links


@pytest.fixture
def prints() -> pl.DataFrame:
    """A buys 2 of B as a taker, C sells 1 to A as a taker, and B buys 3 of C, nobody knows who took."""
    return pl.DataFrame(
        {
            "trade_id": [1, 2, 3],
            "event_ts": [10, 20, 30],
            "price": [100.0, 99.0, 100.0],
            "qty": [2.0, 1.0, 3.0],
            "taker_side": [1, -1, 0],
            "buyer": ["A", "A", "B"],
            "seller": ["B", "C", "C"],
        },
        schema_overrides={"taker_side": pl.Int8()},
    )


def test_every_print_is_two_changes(prints: pl.DataFrame) -> None:
    rows = changes(prints).sort("trade_id", "account").select("trade_id", "account", "signed_qty", "is_maker").rows()
    assert rows == [
        (1, "A", 2.0, False),
        (1, "B", -2.0, True),
        (2, "A", 1.0, True),
        (2, "C", -1.0, False),
        (3, "B", 3.0, None),
        (3, "C", -3.0, None),
    ]


def test_all_accounts_together_hold_nothing(prints: pl.DataFrame) -> None:
    assert changes(prints)["signed_qty"].sum() == 0.0


def test_makers_shares_count_what_makers_made(prints: pl.DataFrame) -> None:
    rows = maker_shares(changes(prints)).select("rank", "account", "qty", "share", "net_qty").rows()
    assert rows == [(1, "B", 2.0, 2 / 3, -2.0), (2, "A", 1.0, 1 / 3, 1.0)]


def fills(*rows: tuple[int, float, float], market: str = "X") -> pl.DataFrame:
    """(time, start, signed size)."""
    schema = {"event_ts": pl.Int64(), "start_qty": pl.Float64(), "signed_qty": pl.Float64()}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(market=pl.lit(market))


def test_a_chain_that_holds() -> None:
    assert position_links(fills((1, 0.0, 2.0), (2, 2.0, -5.0), (3, -3.0, 3.0))) == [Links("X", 2, 0, 0)]


def test_a_missing_fill_is_one_break_and_the_chain_goes_on() -> None:
    found = position_links(fills((1, 0.0, 2.0), (2, 7.0, 1.0), (3, 8.0, 1.0), (4, 9.0, 1.0)))
    assert found == [Links("X", 3, 1, 0)]


def test_fills_of_one_time_may_come_in_any_order() -> None:
    found = position_links(fills((1, 0.0, 1.0), (2, 4.0, 1.0), (2, 1.0, 3.0), (3, 5.0, -5.0)))
    assert found == [Links("X", 3, 0, 0)]


def test_decimals_are_no_breaks() -> None:
    assert position_links(fills((1, 0.1, 0.2), (2, 0.3, -0.3), (3, 0.0, 1.0))) == [Links("X", 2, 0, 0)]


def test_a_trade_with_oneself_is_two_fills_from_one_start() -> None:
    found = position_links(fills((1, 0.0, 5.0), (2, 5.0, 3.0), (2, 5.0, -3.0), (3, 5.0, -5.0)))
    assert found == [Links("X", 2, 0, 1)]


def test_markets_are_apart() -> None:
    both = pl.concat([fills((1, 0.0, 1.0), (2, 1.0, 1.0)), fills((1, 9.0, 1.0), (3, 9.0, 1.0), market="Y")])
    assert position_links(both) == [Links("X", 1, 0, 0), Links("Y", 1, 1, 0)]
