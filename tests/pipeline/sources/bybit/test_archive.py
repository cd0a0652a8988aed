"""What files of Bybit's archive become."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import FootprintError
from pipeline.market import Market
from tests.pipeline.lakes import rows
from tests.pipeline.sources.bybit.payloads import (
    CASES,
    CONTRACTS,
    DAY,
    INVERSE,
    LINEAR,
    SPOT,
    SPOT_COLUMNS,
    contract,
    delta,
    snapshot,
    spot_lines,
    write_book,
    write_csv,
)
from tests.pipeline.sources.case import Case
from tests.pipeline.sources.damage import check_ends_in_words, damaged
from tests.pipeline.sources.load import load
from tests.pipeline.sources.read_whole import Whole, read_whole

BOOK = "2024-06-03_TESTUSDT_ob200.data.zip"
TAPE = "TESTUSDT2024-06-03.csv.gz"
REAL = Path(__file__).parents[5] / "shared" / "market-data" / "bybit" / "xrpusdt-ob500.data.zip"


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(DAY + seconds, UTC)


def book(folder: Path, lines: list[str], name: str = BOOK) -> Whole:
    return read_whole("bybit-archive", write_book(folder / name, lines), LINEAR)


def tape(folder: Path, lines: list[str], header: str | None = CONTRACTS, name: str = TAPE) -> Whole:
    return read_whole("bybit-archive", write_csv(folder / name, header, lines), LINEAR)


def ids(found: Whole) -> list[tuple[int | None, int | None, bool]]:
    return found.frames["book_updates"].select("update_id", "prev_update_id", "is_snapshot").rows()


def test_a_print_of_contracts(tmp_path: Path):
    """Tenths of milliseconds are kept exactly; the side is the taker's."""
    found = tape(tmp_path, [contract(7, f"{DAY}.0683", "Sell", "0.25", "100.5")])
    row = found.frames["trades"].row(0, named=True)
    assert row["event_ts"] == at(0.0683)
    assert row["known_ts"] == at(0.1183)
    assert (row["price"], row["qty"], row["taker_side"], row["is_off_market"]) == (100.5, 0.25, -1, False)
    assert row["trade_id"] == "00000000-0000-0000-0000-000000000007"
    assert (row["clock"], row["recv_ts"], row["is_rpi"]) == ("match", None, None)
    assert (found.tick, found.qty_decimals, found.lines, found.lines_beside) == (100.5, 2, 1, 1)


def test_a_retail_print_is_marked_where_the_column_is_there(tmp_path: Path):
    lines = [contract(n, f"{DAY + n}", rpi=rpi) for n, rpi in enumerate(("0", "1", ""))]
    assert tape(tmp_path, lines, CONTRACTS + ",RPI").frames["trades"]["is_rpi"].to_list() == [False, True, None]


@pytest.mark.parametrize("rpi", [{}, {"rpi": "1"}])
def test_a_file_without_a_header_is_read_by_the_usual_columns(tmp_path: Path, rpi: dict[str, str]):
    found = tape(tmp_path, [contract(1, f"{DAY}.5", **rpi)], None)
    assert (found.frames["trades"].height, found.lines_beside) == (1, 0)


def test_a_descending_file_is_turned(tmp_path: Path):
    """Prints of one moment stand in the order opposite to the file's, and none has gone back in time."""
    lines = [contract(n, f"{DAY + seconds}.5") for n, seconds in ((5, 9), (4, 7), (3, 7), (2, 7), (1, 6))]
    found = tape(tmp_path, lines).frames["trades"].sort("event_ts", "position")
    assert [int(one[-2:], 16) for one in found["trade_id"]] == [1, 2, 3, 4, 5]
    assert not found["is_backwards"].any()


def test_an_ascending_file_stays_and_a_step_back_is_marked(tmp_path: Path):
    lines = [contract(n, f"{DAY + seconds}.5") for n, seconds in ((1, 6), (2, 7), (3, 7), (4, 5), (5, 9))]
    found = tape(tmp_path, lines).frames["trades"]
    assert found["is_backwards"].to_list() == [False, False, False, True, False]
    assert found["position"].to_list() == [0, 1, 2, 3, 4]


def test_what_is_wrong_with_a_print_is_said(tmp_path: Path):
    lines = [
        contract(1, f"{DAY}.5"),
        contract(2, f"{DAY}.5", size="0"),
        "x",
        contract(4, f"{DAY * 1000}"),
        contract(5, f"{DAY - 120}.5"),
        contract(6, f"{DAY}.5", "Bought"),
        contract(7, f"{DAY}.5", symbol="OTHERUSDT"),
        contract(8, f"{DAY}.5"),
    ]
    found = tape(tmp_path, lines)
    assert found.reasons == [
        "size is '0', expected a number > 0",
        "expected 10 fields of plain text, found 1",
        f"timestamp is '{DAY}000', expected seconds since 1970, between 2009 and 2100",
        "its time lies outside of the day 2024-06-03 UTC, which the file's name says",
        "side is 'Bought', expected Buy or Sell or buy or sell",
        "foreign symbol, expected 'TESTUSDT'",
    ]
    assert (found.lines_told, found.frames["trades"].height) == (9, 2)


def test_inverse_sizes_stay_as_sent_and_linear_ones_are_refused(tmp_path: Path):
    lines = [contract(n, f"{DAY + n}.5", size="100", symbol="TESTUSD", is_inverse="yes") for n in range(3)]
    path = write_csv(tmp_path / TAPE, CONTRACTS, lines)
    assert read_whole("bybit-archive", path, INVERSE).frames["trades"]["qty"].to_list() == [100.0] * 3
    wrong = write_csv(tmp_path / TAPE, CONTRACTS, [contract(1, f"{DAY}.5", symbol="TESTUSD")])
    with pytest.raises(FootprintError, match="linear contracts") as refused:
        read_whole("bybit-archive", wrong, INVERSE)
    assert refused.value.fault.code == "FP003"


def test_spot_prints_of_day_and_month_are_the_same_and_equal_ones_of_a_file_are_two(tmp_path: Path):
    """Ids begin anew in each file, and only the month's has the column rpi: neither tells prints apart."""
    day = write_csv(tmp_path / "TESTUSDT_2024-06-03.csv.gz", SPOT_COLUMNS, spot_lines())
    month = write_csv(tmp_path / "TESTUSDT-2024-06.csv.gz", SPOT_COLUMNS + ",rpi", spot_lines(900, ",0"))
    one, other = (read_whole("bybit-archive", path, SPOT).frames["trades"] for path in (day, month))
    assert one["digest"].to_list() == other["digest"].to_list()
    assert one["digest"].n_unique() == 4
    assert one["trade_id"].null_count() == 4
    assert one["taker_side"].to_list() == [1, 1, -1, -1]


def test_a_book(tmp_path: Path):
    """Times of matching and of sending; a snapshot is usable at once, a change continues from the number before."""
    found = book(tmp_path, [snapshot(10, 129), delta(11, 230, [["100.0", "0"]], [["100.5", "2.25"]])])
    frame = found.frames["book_updates"]
    assert frame.select("event_ts", "publish_ts", "known_ts", "clock").rows() == [
        (at(0.129), at(0.133), at(0.629), "match"),
        (at(0.230), at(0.234), at(0.330), "match"),
    ]
    assert ids(found) == [(10, 10, True), (11, 10, False)]
    assert frame.select("side", "price", "qty").rows() == [
        ([1, 1, -1], [100.0, 99.5, 100.5], [2.5, 4.0, 1.5]),
        ([1, -1], [100.0, 100.5], [0.0, 2.25]),
    ]
    assert (found.lines_told, found.tick, found.qty_decimals) == (2, 0.5, 2)


def test_a_message_is_known_no_earlier_than_it_was_sent(tmp_path: Path):
    late = delta(11, 230).replace(f'"ts":{DAY}234', f'"ts":{DAY}900')
    assert book(tmp_path, [snapshot(10, 129), late]).frames["book_updates"]["known_ts"][1] == at(0.9)


def test_the_oldest_books_have_only_the_time_of_sending(tmp_path: Path):
    old = snapshot(10, 129).replace(f',"cts":{DAY}129', "")
    frame = book(tmp_path, [old]).frames["book_updates"]
    assert frame.select("event_ts", "publish_ts", "clock").rows() == [(at(0.133), at(0.133), "publish")]


def test_a_hole_in_the_count_shows(tmp_path: Path):
    assert ids(book(tmp_path, [snapshot(10, 129), delta(12, 230)])) == [(10, 10, True), (12, 11, False)]


def test_after_a_restart_messages_have_no_number_and_holes_still_show(tmp_path: Path):
    """Two restarts in ten minutes would give two messages one number; the count is watched while reading."""
    lines = [
        snapshot(500, 129),
        delta(501, 200),
        snapshot(1, 300),
        delta(2, 400),
        delta(4, 500),
        snapshot(1, 600),
        delta(2, 700),
    ]
    found = book(tmp_path, lines)
    again = [(None, None, True), (None, None, False)]
    assert ids(found) == [(500, 500, True), (501, 500, False), *again, (None, 0, False), *again]
    assert found.frames["book_updates"]["digest"].n_unique() == 7


def test_a_message_stamped_before_another_happens_when_that_did(tmp_path: Path):
    lines = [snapshot(10, 129), delta(11, 300), delta(12, 250), delta(13, 400)]
    frame = book(tmp_path, lines).frames["book_updates"]
    assert frame["event_ts"].to_list() == [at(0.129), at(0.3), at(0.3), at(0.4)]
    assert frame["clock"].to_list() == ["match", "match", "carried", "match"]
    assert frame["is_backwards"].to_list() == [False, False, True, False]
    assert frame["known_ts"][2] == at(0.35)


def test_what_is_wrong_with_a_message_is_said(tmp_path: Path):
    good = [snapshot(10, 129), delta(11, 230)]
    bad = {
        "{": "not JSON: unexpected end of data: line 1 column 3 (char 2)",
        "[1]": "expected a JSON object, got list",
        delta(12, 300, symbol="OTHERUSDT"): "foreign symbol 'OTHERUSDT', expected 'TESTUSDT'",
        delta(12, 300, depth=500): "topic is 'orderbook.500.TESTUSDT', expected orderbook.200.TESTUSDT",
        delta(12, 300, kind="other"): "type is 'other', expected snapshot or delta",
        delta(12, 300).replace('"u":12', '"u":"12"'): "u is '12', expected a whole number > 0",
        delta(12, 300).replace('"b":[],', ""): "the message lacks field 'b'",
        delta(12, 300).replace('"b":[]', '"b":[["1"]]'): "expected levels of [price, size]",
        delta(12, 300).replace('"b":[]', '"b":{}'): "expected a list of levels, got dict",
        delta(12, 300, [["-1", "2"]]): "level ['-1', '2'], expected a price > 0 and a quantity >= 0 as text",
        delta(12, 90_000_000): "its time lies outside of the day 2024-06-03 UTC, which the file's name says",
        delta(12, 300).replace(
            f'"cts":{DAY}300', f'"cts":{DAY + 90}300'
        ): "cts lies 90 s after ts, expected at most 60",
    }
    found = book(tmp_path, [*good, *bad, "", delta(12, 300)])
    assert found.reasons == list(bad.values())
    assert ids(found)[-1] == (12, 11, False)
    assert (found.lines_beside, found.lines_told) == (1, len(bad) + 4)


def test_a_time_far_behind_the_others_is_no_order(tmp_path: Path):
    found = book(tmp_path, [snapshot(10, 100_000), delta(11, 200)])
    assert found.reasons == ["its time lies 100 s before that of a message before it, expected at most 60"]


@pytest.mark.parametrize(
    ("name", "lines", "code"),
    [
        (BOOK, [snapshot(1, 129, symbol="OTHERUSDT")], "FP003"),
        (f"spot/TESTUSDT/{BOOK}", [snapshot(1, 129)], "FP003"),
        (BOOK, ['{"a":1}'], "FP002"),
        (BOOK, ["open_time,open,high"], "FP002"),
        (BOOK, [""], "FP002"),
    ],
)
def test_files_that_are_no_book_of_this_market(tmp_path: Path, name: str, lines: list[str], code: str):
    with pytest.raises(FootprintError) as refused:
        book(tmp_path, lines, name)
    assert refused.value.fault.code == code


@pytest.mark.parametrize(
    ("name", "header", "lines", "market", "code"),
    [
        ("TESTUSDT_2024-06-03.csv.gz", SPOT_COLUMNS, spot_lines(), LINEAR, "FP003"),
        (TAPE, CONTRACTS, [contract(1, f"{DAY}.5")], SPOT, "FP003"),
        ("OTHERUSDT_2024-06-03.csv.gz", SPOT_COLUMNS, spot_lines(), SPOT, "FP003"),
        (TAPE, CONTRACTS, [contract(1, f"{DAY}.5", symbol="OTHERUSDT")], LINEAR, "FP003"),
        (TAPE, CONTRACTS, [], LINEAR, "FP002"),
        (TAPE, CONTRACTS, [contract(1, "today")], LINEAR, "FP002"),
        (TAPE, "a,b,c", ["1,2,3"], LINEAR, "FP002"),
    ],
)
def test_files_that_are_no_tape_of_this_market(tmp_path: Path, name: str, header, lines, market, code):
    with pytest.raises(FootprintError) as refused:
        read_whole("bybit-archive", write_csv(tmp_path / name, header, lines), market)
    assert refused.value.fault.code == code


def test_two_days_join_where_one_closes_with_the_snapshot_that_opens_the_next(tmp_path: Path):
    lake = load(tmp_path / "lake", "bybit-archive", CASES[3].write(tmp_path), LINEAR)
    accounts = rows(lake, "accounts").filter(table_name="book_updates")
    assert accounts.select(pl.col("lines_kept", "lines_duplicate", "lines_quarantined").sum()).row(0) == (6, 1, 0)
    gaps = rows(lake, "gaps").filter(pl.col("table_name") == "book_updates", pl.col("reason") != "silence")
    assert gaps.select("reason", "from_ts", "to_ts").rows() == [("no_snapshot", at(0.02), at(0.129))]
    (check,) = rows(lake, "book_checks").select("event_ts", "compared", "missing", "stale", "resized").rows()
    assert check == (at(86_400.129), 3, 0, 0, 0), "the snapshot that closes the file is the book of its changes"


def test_a_book_of_another_depth_from_midnight_on_counts_anew(tmp_path: Path):
    """The archive went from 500 to 200 levels from one day to the next; their numbers have nothing in common."""
    midnight = 86_400_000
    first = [snapshot(900, 129, depth=500), delta(901, midnight - 1_000, depth=500)]
    second = [snapshot(10, midnight + 129, bid="99.0"), delta(11, midnight + 1_500, [["99.0", "0"]])]
    files = [
        write_book(tmp_path / "2024-06-03_TESTUSDT_ob500.data.zip", first),
        write_book(tmp_path / "2024-06-04_TESTUSDT_ob200.data.zip", second),
    ]
    close = rows(load(tmp_path / "lake", "bybit-archive", files, LINEAR), "book_close").row(-1, named=True)
    assert (close["last_update_id"], close["bid_px"], close["is_in_gap"]) == (11, [99.5], False)


@pytest.mark.parametrize(
    ("venue", "symbol", "right"),
    [
        ("bybit-inverse", "TESTUSDT", "bybit-linear"),
        ("bybit-inverse", "TESTPERP", "bybit-linear"),
        ("bybit-inverse", "TEST-27JUN25", "bybit-linear"),
        ("bybit-linear", "TESTUSD", "bybit-inverse"),
        ("bybit-linear", "TESTUSDM25", "bybit-inverse"),
    ],
)
def test_a_book_of_the_other_kind_of_contract_is_told_by_its_symbol(
    tmp_path: Path, venue: str, symbol: str, right: str
):
    """Lines of a book do not say in what its sizes are."""
    path = write_book(tmp_path / f"2024-06-03_{symbol}_ob200.data.zip", [snapshot(10, 129, symbol=symbol)])
    assert read_whole("bybit-archive", path, Market(right, symbol)).frames["book_updates"].height == 1
    with pytest.raises(FootprintError, match=f"is not named as contracts of {venue}") as refused:
        read_whole("bybit-archive", path, Market(venue, symbol))
    assert refused.value.hint == f"--venue {right}"


def test_a_day_of_empty_snapshots_is_a_book_without_levels(tmp_path: Path):
    found = book(tmp_path, [delta(n, 1_000 * n, kind="snapshot") for n in (1, 2)])
    assert found.frames["book_updates"]["side"].to_list() == [[0], [0]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.market.venue}-{next(iter(case.rows))}")
def test_every_case_gives_the_rows_it_says(case: Case, tmp_path: Path):
    lake = load(tmp_path / "lake", case.source, case.write(tmp_path), case.market)
    assert {table: rows(lake, table).height for table in case.rows} == case.rows


@pytest.mark.skipif(not REAL.exists(), reason="real recordings are not here")
def test_a_real_file():
    """Fifty messages in an unbroken count; the times of matching ascend, sending is never before it."""
    found = read_whole("bybit-archive", REAL, Market("bybit-linear", "XRPUSDT"))
    frame = found.frames["book_updates"]
    assert (found.lines, found.lines_told, frame.height, found.quarantine.height) == (50, 50, 50, 0)
    assert frame["update_id"].to_list() == list(range(20254869, 20254919))
    assert (frame["prev_update_id"][1:] == frame["update_id"][:-1]).all()
    assert frame["event_ts"].is_sorted()
    assert (frame["publish_ts"] >= frame["event_ts"]).all()
    assert frame["side"].list.len()[0] == 1_000
    assert (found.tick, found.qty_decimals) == (0.0001, 0)


@pytest.mark.skipif(not REAL.exists(), reason="real recordings are not here")
def test_a_real_book_closes_as_a_plain_replay_does(tmp_path: Path):
    """The levels after the last message, replayed from the file's text without any of our code."""
    market = Market("bybit-linear", "XRPUSDT")
    close = rows(load(tmp_path / "lake", "bybit-archive", [REAL], market), "book_close").row(0, named=True)
    sides: dict[str, dict[float, float]] = {"b": {}, "a": {}}
    with zipfile.ZipFile(REAL) as archive:
        for line in archive.read(archive.namelist()[0]).splitlines():
            message = json.loads(line)
            for name, levels in sides.items():
                if message["type"] == "snapshot":
                    levels.clear()
                levels |= {float(price): float(size) for price, size in message["data"][name]}
    bids, asks = (sorted((level for level in sides[name].items() if level[1]), reverse=name == "b") for name in "ba")
    assert bids[0][0] < asks[0][0]
    assert list(zip(close["bid_px"], close["bid_qty"], strict=True)) == bids
    assert list(zip(close["ask_px"], close["ask_qty"], strict=True)) == asks
    assert (close["last_update_id"], close["is_in_gap"]) == (20254918, False)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_ends_in_words_or_quarantine(data: st.DataObject, tmp_path: Path):
    """A byte changed in the text, or the file cut: every line is accounted for, or the file is refused."""
    lines = [snapshot(10, 129), *(delta(11 + n, 230 + 100 * n, [["100.0", str(n)]]) for n in range(4))]
    if data.draw(st.booleans()):
        path, lines = tmp_path / TAPE, [CONTRACTS, *(contract(n, f"{DAY + n}.5") for n in range(5))]
    else:
        path = tmp_path / BOOK
    path.write_bytes(data.draw(damaged("\n".join(lines).encode() + b"\n")))
    check_ends_in_words("bybit-archive", path, LINEAR)
