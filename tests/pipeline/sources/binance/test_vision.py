"""What each row of Binance's public archive becomes."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.lake import Lake
from tests.pipeline.lakes import rows
from tests.pipeline.sources.binance.payloads_vision import (
    AGGREGATES,
    CASES,
    COINM,
    SPOT,
    TICKER,
    TRADES,
    USDM,
    aggregate,
    archive_path,
    ms,
    write_zip,
)
from tests.pipeline.sources.binance.vision_lakes import add, after, made
from tests.pipeline.sources.case import Case


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.market}-{sorted(case.rows)[0]}")
def test_every_row_of_every_kind_of_file_is_taken(lake: Lake, tmp_path: Path, case: Case):
    add(lake, *case.write(tmp_path), market=case.market, source=case.source)
    assert {table: rows(lake, table).height for table in case.rows} == case.rows
    assert rows(lake, "quarantine").is_empty()


def test_an_aggregate_is_one_print_with_the_ids_it_sums_up(lake: Lake):
    lines = ["7,100.1,0.5,14,15,1717372801000,true", "8,100.2,0.25,16,16,1717372802000,false"]
    found = made(lake, "trades", USDM, "aggTrades", AGGREGATES, lines)
    names = ("event_ts", "known_ts", "trade_id", "price", "qty", "taker_side", "first_trade_id", "last_trade_id")
    assert found.select(names).rows() == [
        (after(1), after(1.05), "7", 100.1, 0.5, -1, 14, 15),
        (after(2), after(2.05), "8", 100.2, 0.25, 1, 16, 16),
    ]
    assert (set(found["is_aggregate"]), set(found["is_off_market"]), set(found["clock"])) == (
        {True},
        {False},
        {"match"},
    )
    assert rows(lake, "manifest").select("lines", "lines_beside").row(0) == (2, 1)


def test_contracts_of_coin_m_become_coin(lake: Lake):
    found = made(lake, "trades", COINM, "aggTrades", AGGREGATES, [aggregate(1, 1, "50000.0", "20")])
    assert found.select("qty", "qty_native").row(0) == (0.04, 20.0)


def test_spot_has_no_header_and_changed_its_unit(lake: Lake, tmp_path: Path):
    """Milliseconds in December, microseconds in January, whose last three digits are kept."""
    new_year = datetime(2025, 1, 1, tzinfo=UTC)
    old = write_zip(
        archive_path(tmp_path, SPOT, "aggTrades", "2024-12-31"),
        "",
        [f"1,93000.01000000,0.00010000,5,5,{ms(-1, new_year)},True,True"],
    )
    new = write_zip(
        archive_path(tmp_path, SPOT, "aggTrades", "2025-01-01"),
        "",
        [f"2,93000.02000000,0.00020000,6,6,{ms(1, new_year)}123,False,True"],
    )
    add(lake, old, new, market=SPOT, tick=None)
    found = rows(lake, "trades")
    assert found["event_ts"].to_list() == [after(-1, new_year), after(1.000123, new_year)]
    assert found["taker_side"].to_list() == [-1, 1]
    assert rows(lake, "instruments").select("tick_size", "qty_decimals").row(0) == (0.01, 4)


def test_zeros_that_pad_a_size_or_price_say_nothing(lake: Lake, tmp_path: Path):
    """More digits than a double has, and they are zeros."""
    line = f"{aggregate(1, 1, '12345.000000000000000', '10000000000.00000000')},True"
    add(lake, write_zip(archive_path(tmp_path, SPOT, "aggTrades"), "", [line]), market=SPOT, tick=None)
    assert rows(lake, "quarantine").is_empty()
    assert rows(lake, "trades").select("price", "qty").row(0) == (12345.0, 1e10)


def test_single_trades_are_no_aggregates(lake: Lake):
    found = made(lake, "trades", USDM, "trades", TRADES, [f"5,100.1,0.5,50.05,{ms(1)},false"])
    assert found.select("trade_id", "taker_side", "is_aggregate", "source").row(0) == (
        "5",
        1,
        False,
        "binance-vision-trades",
    )
    assert found.select("first_trade_id", "last_trade_id").null_count().row(0) == (1, 1)


def test_a_quote_is_known_no_earlier_than_it_was_sent(lake: Lake):
    quotes = [f"11,100.0,2.5,100.1,1,{ms(1)},{ms(1) + 4}", f"12,100.0,2,100.1,1,{ms(2)},{ms(2) + 900}"]
    found = made(lake, "book_ticker", USDM, "bookTicker", TICKER, quotes)
    assert found.select("event_ts", "publish_ts", "known_ts", "update_id", "bid_px", "ask_qty").rows() == [
        (after(1), after(1.004), after(1.1), 11, 100.0, 1.0),
        (after(2), after(2.9), after(2.9), 12, 100.0, 1.0),
    ]


def test_quotes_out_of_order_are_sorted_and_flagged(lake: Lake):
    """As on 2024-02-15, where two streams are interleaved."""
    quotes = [f"{number},100.0,2.5,100.1,1,{ms(at)},{ms(at)}" for number, at in ((13, 3), (11, 1), (12, 2), (14, 4))]
    found = made(lake, "book_ticker", USDM, "bookTicker", TICKER, quotes)
    assert found.select("update_id", "is_backwards").rows() == [(11, True), (12, False), (13, False), (14, False)]


def test_rows_twice_in_a_month_and_again_in_a_day_are_one(lake: Lake, tmp_path: Path):
    """As um aggTrades of 2022-09 from the 12th on."""
    tape = [aggregate(number, number) for number in range(1, 5)]
    month = write_zip(archive_path(tmp_path, USDM, "aggTrades", "2024-06"), "", [*tape, *tape[2:]])
    day = write_zip(archive_path(tmp_path, USDM, "aggTrades"), AGGREGATES, tape)
    add(lake, month, day)
    assert rows(lake, "trades")["trade_id"].to_list() == ["1", "2", "3", "4"]
    accounts = rows(lake, "accounts").filter(table_name="trades")
    assert (accounts["lines_kept"].sum(), accounts["lines_duplicate"].sum()) == (4, 6)
    assert rows(lake, "quarantine").is_empty()


def test_a_month_that_lacks_a_day_is_filled_by_the_day(lake: Lake, tmp_path: Path):
    """As um ETHUSDT 2022-06, whose monthly file lacks days that stand in daily ones."""
    month = write_zip(
        archive_path(tmp_path, USDM, "aggTrades", "2024-06"), "", [aggregate(1, -86_400), aggregate(3, 86_400)]
    )
    add(lake, month, write_zip(archive_path(tmp_path, USDM, "aggTrades"), "", [aggregate(2, 5)]))
    assert rows(lake, "trades")["trade_id"].sort().to_list() == ["1", "2", "3"]


def test_one_aggregate_id_with_other_content_across_a_month_end_stays_twice(lake: Lake, tmp_path: Path):
    """As spot ZILBTC 12027555: two prints of one id, the last of one month and the first of the next."""
    first = datetime(2024, 7, 1, tzinfo=UTC)
    for date, at, qty in (("2024-06", -1, "0.5"), ("2024-07", 1, "0.7")):
        line = f"7,100.1,{qty},14,15,{ms(at, first)},true"
        add(lake, write_zip(archive_path(tmp_path, USDM, "aggTrades", date), "", [line]))
    assert rows(lake, "trades")["qty"].sort().to_list() == [0.5, 0.7]
