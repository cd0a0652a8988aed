"""Book summaries as CSV become option_quotes of one chain."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.sources.deribit.summary import read
from tests.pipeline.command import footprint
from tests.pipeline.sources.damage import check_ends_in_words, damaged
from tests.pipeline.sources.deribit.payloads import MARKET, MS, WHOLE, summary, write

RECORDED = Path(__file__).parents[5] / "shared" / "market-data" / "deribit" / "eth_book_summary_2024-01-08.csv"
AT = datetime(2024, 1, 3, 0, 10, 0, 123_000, tzinfo=UTC)


def quotes(path: Path, market: Market = MARKET) -> pl.DataFrame:
    return pl.concat([batch.frames["option_quotes"] for batch in read(path, market) if batch.frames])


def reasons(path: Path, market: Market = MARKET) -> list[tuple[int, str]]:
    found = [batch.quarantine.select("line", "reason").rows() for batch in read(path, market)]
    return [row for rows in found for row in rows]


def test_every_field_arrives_in_its_unit(tmp_path):
    row = quotes(write(tmp_path, [summary()])).row(0, named=True)
    assert row["event_ts"] == AT
    assert row["known_ts"] == AT + timedelta(milliseconds=500)
    assert row["recv_ts"] is None
    assert row["clock"] == "publish"
    assert (row["instrument"], row["strike"], row["option_type"]) == ("ETH-26JAN24-2200-C", 2200, "C")
    assert row["expiry_ts"] == datetime(2024, 1, 26, 8, tzinfo=UTC)
    assert row["px_ccy"] == "ETH"
    assert (row["bid_px"], row["ask_px"], row["mark_px"], row["last_px"]) == (0.0505, 0.051, 0.050853, 0.0512)
    assert row["mark_iv"] == pytest.approx(0.5491)
    assert (row["underlying_px"], row["underlying_index"]) == (2241.65, "ETH-26JAN24")
    assert (row["open_interest_qty"], row["interest_rate"]) == (965, 0)
    assert row["bid_iv"] is None


def test_lines_of_other_chains_stand_beside_and_empty_prices_are_null(tmp_path):
    (batch,) = read(write(tmp_path), MARKET)
    assert (batch.lines, batch.lines_beside) == (2, 1)
    frame = batch.frames["option_quotes"]
    assert frame["line"].to_list() == [2, 3]
    assert frame["bid_px"].to_list() == [0.0505, None]
    (other,) = read(write(tmp_path), Market("deribit-options", "AVAX_USDC"))
    assert other.frames["option_quotes"]["line"].to_list() == [4]
    assert other.frames["option_quotes"].select("strike", "px_ccy").row(0) == (8.6, "USDC")


def test_volatilities_that_are_fractions_already_stay(tmp_path):
    assert quotes(write(tmp_path, [summary(mark_iv=0.55)]))["mark_iv"].to_list() == [0.55]


def test_a_price_of_zero_is_an_empty_side_but_a_mark_of_zero_is_a_mark(tmp_path):
    row = quotes(write(tmp_path, [summary(bid_price=0.0, mark_price=0.0, mark_iv=0.0)])).row(0, named=True)
    assert (row["bid_px"], row["mark_px"], row["mark_iv"]) == (None, 0.0, None)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"instrument_name": "ETH-PERPETUAL"}, "instrument_name is not the name of an option as BTC-28MAR25-90000-C"),
        ({"creation_timestamp": 5}, "creation_timestamp is '5', expected milliseconds since 1970"),
        ({"bid_price": -1}, "bid_price is '-1', expected a number >= 0"),
        ({"underlying_price": "much"}, "underlying_price is 'much', expected a number >= 0"),
        ({"quote_currency": "USDC"}, "quote_currency is not the currency in which the name says it is priced"),
    ],
)
def test_a_bad_line_says_why(tmp_path, changes, reason):
    ((line, said),) = reasons(write(tmp_path, [summary(), summary(**changes)]))
    assert line == 3
    assert said.startswith(reason)


def test_a_file_of_other_chains_is_refused_with_the_symbol_to_name(tmp_path):
    with pytest.raises(FootprintError, match="ETH, AVAX_USDC") as refused:
        list(read(write(tmp_path), Market("deribit-options", "BTC")))
    assert refused.value.fault.code == "FP003"
    assert "--symbol ETH" in (refused.value.hint or "")


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", ",".join(WHOLE) + "\n", "\x00\xff" * 50])
def test_what_is_no_such_file_is_refused(tmp_path, text):
    path = tmp_path / "other.csv"
    path.write_text(text)
    with pytest.raises(FootprintError) as refused:
        list(read(path, MARKET))
    assert refused.value.fault.code == "FP002"


@given(st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damage_ends_in_words(tmp_path, data):
    path = write(tmp_path)
    path.write_bytes(data.draw(damaged(path.read_bytes())))
    check_ends_in_words("deribit-summary", path, MARKET)


@pytest.mark.skipif(not RECORDED.exists(), reason="real recordings are not here")
def test_the_recorded_chain():
    frame = quotes(RECORDED)
    assert frame.height == 684
    assert frame["bid_px"].null_count() == 230
    assert frame["ask_px"].null_count() == 253
    assert frame["event_ts"].n_unique() == 15
    assert frame["expiry_ts"].n_unique() == 11
    assert frame["px_ccy"].unique().to_list() == ["ETH"]


def test_the_command_takes_it(tmp_path):
    path = write(tmp_path, [summary(), summary(creation_timestamp=MS + 60_000)])
    lake = tmp_path / "lake"
    done = footprint(
        "ingest",
        "deribit-summary",
        path,
        "--venue",
        "deribit-options",
        "--symbol",
        "ETH",
        "--lake",
        lake,
        "--workers",
        1,
    )
    assert done.code == 0, done.err
    computed = footprint("compute", "--lake", lake, "--workers", 1)
    assert computed.code == 0, computed.err
    assert "implied_volatility" in computed.err
    assert "book_pass" not in computed.err
