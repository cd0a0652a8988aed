"""options_chain of Tardis.dev becomes option_quotes of one chain."""

import gzip
from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.sources.tardis.options import read
from tests.pipeline.sources.damage import check_ends_in_words, damaged
from tests.pipeline.sources.tardis.payloads_options import COLUMNS, EVENT_US, EXPIRY_US, MARKET, NAME, line, write

EVENT = datetime(2024, 1, 3, 0, 10, tzinfo=UTC)


def quotes(path, market: Market = MARKET) -> pl.DataFrame:
    return pl.concat([batch.frames["option_quotes"] for batch in read(path, market) if batch.frames])


def test_every_field_arrives_in_its_unit(tmp_path):
    row = quotes(write(tmp_path, [line()])).row(0, named=True)
    assert row["event_ts"] == EVENT
    assert row["recv_ts"] == EVENT.replace(microsecond=12_345)
    assert row["known_ts"] == EVENT.replace(microsecond=100_000)
    assert (row["clock"], row["instrument"], row["px_ccy"]) == ("publish", "BTC-26JAN24-42000-C", "BTC")
    assert (row["strike"], row["option_type"]) == (42_000, "C")
    assert row["expiry_ts"] == datetime(2024, 1, 26, 8, tzinfo=UTC)
    assert (row["bid_px"], row["bid_qty"], row["ask_px"], row["ask_qty"]) == (0.0515, 3.1, 0.0525, 7)
    assert [row[name] for name in ("bid_iv", "ask_iv", "mark_iv")] == pytest.approx([0.542, 0.556, 0.5491])
    assert (row["mark_px"], row["last_px"], row["underlying_px"]) == (0.0521, 0.05, 42_100.55)
    assert (row["underlying_index"], row["open_interest_qty"]) == ("BTC-26JAN24", 120.5)
    greeks = [row[name] for name in ("delta", "gamma", "vega", "theta", "rho")]
    assert greeks == [0.53021, 0.00004, 42.1, -50.2, 12.3]


def test_lines_of_other_chains_stand_beside_and_keep_the_others_numbers(tmp_path):
    (batch,) = read(write(tmp_path, [line(symbol="ETH-26JAN24-2200-C"), line(), line(symbol="X"), line()]), MARKET)
    assert (batch.lines, batch.lines_beside) == (3, 1)
    assert batch.frames["option_quotes"]["line"].to_list() == [3, 5]
    assert batch.quarantine["line"].to_list() == [4]  # nobody can tell whose it is


def test_columns_are_found_by_name(tmp_path):
    turned = tuple(reversed(COLUMNS))
    frame = quotes(write(tmp_path, [line(turned)], columns=turned))
    assert frame["ask_px"].to_list() == [0.0525]


def test_empty_and_zero_are_not_stated(tmp_path):
    blank = line(bid_price="", bid_iv="0", ask_price="0", ask_iv="", underlying_index="", delta="")
    row = quotes(write(tmp_path, [line(), blank])).row(1, named=True)
    assert [row[name] for name in ("bid_px", "bid_iv", "ask_px", "ask_iv", "underlying_index", "delta")] == [None] * 6


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"exchange": "okex-options"}, "exchange is not deribit"),
        ({"timestamp": str(EVENT_US // 1_000)}, "timestamp is '1704240600000', expected microseconds"),
        ({"timestamp": str(EVENT_US + 120_000_000)}, "timestamp lies more than a minute after local_timestamp"),
        ({"local_timestamp": str(EVENT_US + 2 * 86_400_000_000)}, "local_timestamp lies outside the day"),
        ({"type": "put"}, "type is not call or put as the symbol says"),
        ({"strike_price": "41000"}, "strike_price is not that of the symbol"),
        ({"expiration": str(EXPIRY_US + 86_400_000_000)}, "expiration is not on the day of the symbol"),
        ({"bid_iv": "-1"}, "bid_iv is '-1', expected a number >= 0"),
        ({"gamma": "x"}, "gamma is 'x', expected a number"),
    ],
)
def test_a_bad_line_says_why(tmp_path, changes, reason):
    (batch,) = read(write(tmp_path, [line(), line(**changes)]), MARKET)
    assert batch.quarantine["line"].to_list() == [3]
    assert batch.quarantine["reason"][0].startswith(reason)


def test_another_exchange_or_chain_throughout_is_refused(tmp_path):
    other = write(tmp_path, [line(exchange="okex-options")])
    with pytest.raises(FootprintError, match="found those of okex-options") as refused:
        list(read(other, MARKET))
    assert refused.value.fault.code == "FP003"
    with pytest.raises(FootprintError, match="found only those of BTC") as refused:
        list(read(write(tmp_path, [line()]), Market("deribit-options", "SOL_USDC")))
    assert refused.value.fault.code == "FP003"


def test_a_file_that_is_cut_is_refused(tmp_path):
    path = write(tmp_path, [line()] * 200, name=f"{NAME}.gz")
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(FootprintError) as refused:
        list(read(path, MARKET))
    assert refused.value.fault.code == "FP002"


def test_a_header_of_another_data_set_is_refused(tmp_path):
    path = tmp_path / "trades.csv.gz"
    path.write_bytes(gzip.compress(b"exchange,symbol,timestamp,local_timestamp,id,side,price,amount\n"))
    with pytest.raises(FootprintError, match="expected a header with") as refused:
        list(read(path, MARKET))
    assert refused.value.fault.code == "FP002"


@given(st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damage_ends_in_words(tmp_path, data):
    path = write(tmp_path)
    path.write_bytes(data.draw(damaged(path.read_bytes())))
    check_ends_in_words("tardis-options", path, MARKET)
