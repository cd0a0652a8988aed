"""What files of OKX's archive become."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import FootprintError
from pipeline.market import Market
from tests.pipeline.lakes import rows
from tests.pipeline.sources.case import Case
from tests.pipeline.sources.damage import check_ends_in_words, damaged
from tests.pipeline.sources.load import load
from tests.pipeline.sources.okx.payloads import (
    CANDLES,
    CASES,
    DAY,
    FILE_DAY,
    FUNDING,
    FUTURE,
    OLD_TRADES,
    PAID,
    SPOT,
    SWAP,
    TRADES,
    message,
    snapshot,
    trade,
    write_tar,
    write_zip,
)
from tests.pipeline.sources.read_whole import Whole, read_whole

TAPE = f"{SWAP.symbol}-trades-2024-06-03.zip"
BOOK = f"{SWAP.symbol}-L2orderbook-400lv-2024-06-03.tar.gz"
RATES = f"{SWAP.symbol}-fundingrates-2024-06.zip"
BARS = f"{SWAP.symbol}-candlesticks-2024-06-03.zip"


def at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1_000, UTC)


def table(folder: Path, header: str, lines: list[str], name: str = TAPE, market: Market = SWAP, **how: str) -> Whole:
    return read_whole("okx-archive", write_zip(folder / name, header, lines, **how), market)


def book(folder: Path, lines: list[str], name: str = BOOK) -> Whole:
    return read_whole("okx-archive", write_tar(folder / name, lines), SWAP)


def test_a_print(tmp_path: Path):
    """The size stays in contracts as sent; the day is one of UTC+8 and its edges slip by seconds."""
    found = table(tmp_path, TRADES, [trade(8, -14_474, "SELL", "100.1", "0.03"), trade(9, 86_399_999)])
    row = found.frames["trades"].row(0, named=True)
    assert (row["event_ts"], row["known_ts"]) == (at(FILE_DAY - 14_474), at(FILE_DAY - 14_424))
    assert (row["trade_id"], row["price"], row["qty"], row["taker_side"]) == ("8", 100.1, 0.03, -1)
    assert (row["clock"], row["is_rpi"], row["is_off_market"]) == ("match", None, False)
    assert (found.tick, found.qty_decimals, found.lines, found.lines_beside) == (100.1, 2, 2, 1)


def test_the_day_of_a_file_is_one_of_utc_plus_8(tmp_path: Path):
    lines = [trade(1, 0), trade(2, -61_000), trade(3, 86_461_000)]
    outside = "its time lies outside of the day 2024-06-03 UTC+8, which the file's name says"
    assert table(tmp_path, TRADES, lines).reasons == [outside, outside]


def test_sizes_in_scientific_notation_keep_their_decimals(tmp_path: Path):
    lines = [trade(1, 0, size="1.772e-05", symbol=SPOT.symbol)]
    found = table(tmp_path, TRADES, lines, f"{SPOT.symbol}-trades-2024-06-03.zip", SPOT)
    assert (found.frames["trades"]["qty"].to_list(), found.qty_decimals) == ([1.772e-05], 8)


def test_source_1_is_a_retail_order(tmp_path: Path):
    lines = [trade(1, 0) + ",0", trade(2, 0) + ",1"]
    assert table(tmp_path, TRADES + ",source", lines).frames["trades"]["is_rpi"].to_list() == [False, True]


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_old_headers_with_chinese_words(tmp_path: Path, encoding: str):
    name = f"{SPOT.symbol}-trades-2024-06-03.zip"
    found = table(tmp_path, OLD_TRADES, [f"1,SELL,2,100.1,{FILE_DAY}"], name, SPOT, encoding=encoding)
    assert found.frames["trades"].select("trade_id", "taker_side", "qty", "price").row(0) == ("1", -1, 2.0, 100.1)
    with pytest.raises(FootprintError, match="the lines name no instrument"):
        table(tmp_path, OLD_TRADES, [f"1,SELL,2,100.1,{FILE_DAY}"], "OTHER-USDT-trades-2024-06-03.zip", SPOT)


def test_a_file_that_lists_trades_twice_is_refused(tmp_path: Path):
    lines = [trade(n, n, side) for n in range(1, 20) for side in ("SELL", "BUY")]
    with pytest.raises(FootprintError, match="38 of 38 lines have the trade_id of another line and the other side"):
        table(tmp_path, TRADES, lines)


def test_one_id_on_two_sides_among_many_is_no_such_file(tmp_path: Path):
    lines = [trade(n, n) for n in range(1, 40)] + [trade(39, 39, "sell")]
    assert table(tmp_path, TRADES, lines).frames["trades"].height == 40


def test_of_a_file_of_all_swaps_only_the_own_lines_are_the_markets(tmp_path: Path):
    lines = [f"{symbol},0.0001,{FILE_DAY}" for symbol in ("A-USDT-SWAP", SWAP.symbol, "B-USDT-SWAP")]
    found = table(tmp_path, FUNDING, lines, "allswap-fundingrates-2024-06-03.zip")
    assert (found.lines, found.lines_beside, found.lines_told, found.quarantine.height) == (1, 3, 4, 0)
    with pytest.raises(FootprintError, match="found only A-USDT-SWAP, B-USDT-SWAP") as refused:
        table(tmp_path, FUNDING, [lines[0], lines[2]], "allswap-fundingrates-2024-06-03.zip")
    assert refused.value.fault.code == "FP003"


def test_settled_funding_is_what_was_paid(tmp_path: Path):
    """Rates have more digits than doubles; of two rates the realised one is taken."""
    paid = table(tmp_path, PAID, [f"{SWAP.symbol},{FILE_DAY},0.0009,-0.0000123456789012345678"], RATES)
    row = paid.frames["funding"].row(0, named=True)
    assert (row["event_ts"], row["next_ts"], row["known_ts"]) == (at(FILE_DAY), at(FILE_DAY), at(FILE_DAY + 5_000))
    assert (row["kind"], row["rate"], row["interval_h"]) == ("settled", -0.0000123456789012345678, None)
    stated = table(tmp_path, FUNDING, [f"{SWAP.symbol},-0.0000123456789012345678,{FILE_DAY}"], RATES)
    assert stated.frames["funding"]["digest"].to_list() == paid.frames["funding"]["digest"].to_list()


def test_a_bar_is_stamped_with_its_end(tmp_path: Path):
    lines = [
        f"{SWAP.symbol},1,3,0.5,2,100,10,15,{FILE_DAY},1",
        f"{SWAP.symbol},1,3,0.5,2,100,10,15,{FILE_DAY + 60_000},0",
        f"{SWAP.symbol},1,3,0.5,2,100,10,15,{FILE_DAY + 60_001},1",
    ]
    found = table(tmp_path, CANDLES, lines, BARS)
    row = found.frames["price_bars"].row(0, named=True)
    assert (row["open_ts"], row["event_ts"], row["known_ts"]) == tuple(at(FILE_DAY + ms) for ms in (0, 60_000, 120_000))
    assert [row[name] for name in ("open", "high", "low", "close")] == [1.0, 3.0, 0.5, 2.0]
    assert (row["price_kind"], row["interval_s"], row["volume_qty"], row["volume_quote"]) == ("trade", 60, 10.0, 15.0)
    assert found.reasons == [
        "the bar was not over when it was written (confirm is 0)",
        "open_time is no whole minute, and bars are of one",
    ]


def test_a_book(tmp_path: Path):
    """No message has a number; each snapshot replaces the book; the number of orders of a level is left out."""
    found = book(tmp_path, [snapshot(0), message(10, [["100.0", "0"]], [["100.2", "1.5"]])])
    frame = found.frames["book_updates"]
    assert frame.select("event_ts", "publish_ts", "known_ts", "clock").rows() == [
        (at(DAY), None, at(DAY + 500), "publish"),
        (at(DAY + 10), None, at(DAY + 110), "publish"),
    ]
    assert frame.select("update_id", "prev_update_id", "is_snapshot").rows() == [
        (None, None, True),
        (None, None, False),
    ]
    assert frame.select("side", "price", "qty").rows()[1] == ([1, -1], [100.0, 100.2], [0.0, 1.5])


def test_equal_messages_of_a_moment_are_not_copies(tmp_path: Path):
    """A level that went, came and went within a millisecond is gone: the third message is not the first again."""
    gone, came = message(10, [["100.0", "0"]]), message(10, [["100.0", "1"]])
    path = write_tar(tmp_path / BOOK, [snapshot(0), gone, came, gone])
    lake = load(tmp_path / "lake", "okx-archive", [path], SWAP)
    assert rows(lake, "book_close")["bid_px"].to_list() == [[99.9]]
    assert rows(lake, "accounts")["lines_duplicate"].sum() == 0


def test_a_lost_message_breaks_the_book_until_the_next_snapshot(tmp_path: Path):
    lines = [
        snapshot(0),
        "{}",
        message(10, [["100.0", "3"]]),
        message(20),
        snapshot(900_000),
        *[message(900_001)] * 200,
    ]
    lake = load(tmp_path / "lake", "okx-archive", [write_tar(tmp_path / BOOK, lines)], SWAP)
    breaks = rows(lake, "gaps").filter(reason="sequence_break")
    assert breaks.select("from_ts", "to_ts").rows() == [(at(DAY), at(DAY + 900_000))]


def test_an_event_at_midnight_after_a_silent_evening(tmp_path: Path):
    """Settled funding has one at every midnight."""
    tape = write_zip(tmp_path / TAPE, TRADES, [trade(n, n, price=f"100.{n}") for n in range(1, 5)])
    times = [FILE_DAY, DAY, DAY + 8 * 3_600_000]
    rates = write_zip(tmp_path / RATES, FUNDING, [f"{SWAP.symbol},0.0001,{time}" for time in times])
    lake = load(tmp_path / "lake", "okx-archive", [tape, rates], SWAP)
    silences = rows(lake, "gaps").filter(table_name="funding", reason="silence").select("from_ts", "to_ts").rows()
    assert (at(DAY), at(DAY + 8 * 3_600_000)) in silences
    assert all(begin < end for begin, end in silences)


@pytest.mark.parametrize(
    ("market", "name", "header", "lines", "code"),
    [
        (Market("okx-spot", SWAP.symbol), TAPE, TRADES, [trade(1, 0)], "FP003"),
        (Market("okx-swap", SPOT.symbol), TAPE, TRADES, [trade(1, 0)], "FP003"),
        (Market("okx-futures", "TEST-USD-260626-80000-C"), TAPE, TRADES, [trade(1, 0)], "FP003"),
        (FUTURE, TAPE, TRADES, [trade(1, 0)], "FP003"),
        (SWAP, TAPE, TRADES, [trade(1, 0, symbol="OTHER-USDT-SWAP")], "FP003"),
        (SWAP, TAPE, TRADES, [], "FP002"),
        (SWAP, TAPE, TRADES, ["?"], "FP002"),
        (SWAP, TAPE, "ts,bids_json,asks_json", ["1,[],[]"], "FP002"),
        (SWAP, f"{SWAP.symbol}-aggtrades-2024-06-03.zip", TRADES, [trade(1, 0)], "FP002"),
    ],
)
def test_files_that_are_none_of_this_market(tmp_path: Path, market, name: str, header: str, lines, code: str):
    with pytest.raises(FootprintError) as refused:
        table(tmp_path, header, lines, name, market)
    assert refused.value.fault.code == code


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.market}-{next(iter(case.rows))}")
def test_every_case_gives_the_rows_it_says(case: Case, tmp_path: Path):
    lake = load(tmp_path / "lake", case.source, case.write(tmp_path), case.market)
    assert {name: rows(lake, name).height for name in case.rows} == case.rows
    assert rows(lake, "accounts").select(pl.col("lines_quarantined").sum()).item() == 0


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_ends_in_words_or_quarantine(data: st.DataObject, tmp_path: Path):
    """Bytes changed in the text, or the file cut: every line is accounted for, or the file is refused."""
    kinds = {
        TAPE: [TRADES, *(trade(n, n) for n in range(5))],
        BOOK: [snapshot(0), *(message(10 * n, [["100.0", str(n)]]) for n in range(1, 5))],
        RATES: [FUNDING, *(f"{SWAP.symbol},0.0001,{FILE_DAY + 3_600_000 * n}" for n in range(5))],
    }
    name = data.draw(st.sampled_from(sorted(kinds)))
    path = tmp_path / name
    path.write_bytes(data.draw(damaged("\n".join(kinds[name]).encode() + b"\n")))
    check_ends_in_words("okx-archive", path, SWAP)
