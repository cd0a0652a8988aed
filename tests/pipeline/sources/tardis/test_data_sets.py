"""What each row of a Tardis CSV becomes."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.lake import Lake
from pipeline.market import Market
from pipeline.sources.tardis.data_sets import read
from tests.pipeline.captures import NOON
from tests.pipeline.lakes import MARKET, digests, rows
from tests.pipeline.tardis_files import BOOK, LENIENT, TRADES, add, book, fill, level, write_csv

HYPERLIQUID = Market("hyperliquid", "kPEPE")


def at(ms: float) -> datetime:
    return datetime.fromtimestamp((NOON + ms) / 1_000, UTC)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def book_of(lake: Lake, tmp_path: Path, lines: list[str], **options: Market) -> pl.DataFrame:
    add(lake, write_csv(tmp_path / "book.csv.gz", BOOK, lines), **options)
    return rows(lake, "book_updates")


def states(lake: Lake) -> list[tuple[str, float | None, float | None]]:
    return rows(lake, "book_state").select("state", "bid_px", "ask_px").rows()


def test_rows_of_a_book(lake: Lake, tmp_path: Path):
    """A snapshot of two levels, a message of two changes of which one is received late, one of a change alone."""
    lines = [
        *book(),
        level(100, "bid", "99.8", "1.5", recv="350"),
        level(100, "ask", "100.1", "0", recv="350"),
        level(200, "ask", "100.2", "0.25", recv="351"),
    ]
    found = book_of(lake, tmp_path, lines)
    values = found.select("event_ts", "recv_ts", "known_ts", "seq", "msg_id", "is_snapshot", "side", "price", "qty")
    assert values.rows() == [
        (at(0), at(5), at(100), 0, 0, True, 1, 99.9, 2.0),
        (at(0), at(5), at(100), 1, 0, True, -1, 100.1, 3.0),
        (at(100), at(350), at(350), 2, 1, False, 1, 99.8, 1.5),
        (at(100), at(350), at(350), 3, 1, False, -1, 100.1, 0.0),
        (at(200), at(351), at(351), 4, 2, False, -1, 100.2, 0.25),
    ]
    assert found["qty_native"].to_list() == found["qty"].to_list()
    assert set(found["clock"]) == {"publish"}
    assert set(found["source"]) == {"tardis"}
    unstated = found.select("publish_ts", "update_id", "first_update_id", "prev_update_id")
    assert unstated.null_count().row(0) == (5, 5, 5, 5)


def test_rows_of_a_tape(lake: Lake, tmp_path: Path):
    """`side` is the taker's; a print of which the venue sent no time has that of the recorder."""
    lines = [
        fill(7, 0, "buy", "100.1", "0.5"),
        fill(8, 1, "sell", "99.9", "1.25", recv="99"),
        fill("a1-9", 120, "unknown", "100", "3", recv="120"),
    ]
    add(lake, write_csv(tmp_path / "trades.csv", TRADES, lines))
    found = rows(lake, "trades").select("event_ts", "recv_ts", "known_ts", "clock", "trade_id", "taker_side", "price")
    assert found.rows() == [
        (at(0), at(5), at(50), "match", "7", 1, 100.1),
        (at(1), at(99), at(99), "match", "8", -1, 99.9),
        (at(120), at(120), at(170), "recv", "a1-9", 0, 100.0),
    ]
    flags = rows(lake, "trades").select("qty", "qty_native", "is_off_market", "print_type").rows()
    assert flags == [(0.5, 0.5, False, None), (1.25, 1.25, False, None), (3.0, 3.0, False, None)]


def test_columns_are_known_by_their_names(tmp_path: Path):
    """In another order, and with one that is not wanted, the same rows are the same tables."""
    lines = [*book(), level(100, "bid", "99.8", "1.5"), level(100, "ask", "100.1", "0")]
    plain = add(Lake(tmp_path / "plain"), write_csv(tmp_path / "plain.csv", BOOK, lines))
    order = [7, 2, 5, 3, 0, 6, 4, 1]
    mixed = [",".join([*(line.split(",")[place] for place in order), "x"]) for line in [BOOK, *lines]]
    other = add(Lake(tmp_path / "other"), write_csv(tmp_path / "mixed.csv", mixed[0], mixed[1:]))
    assert digests(other) == digests(plain)


def test_messages_are_rows_of_equal_times(lake: Lake, tmp_path: Path):
    """Neither equal timestamps alone nor equal local_timestamps alone make one message."""
    lines = [
        *book(),
        level(100, "bid", "99.8", "1", recv="105"),
        level(100, "bid", "99.7", "1", recv="106"),
        level(101, "bid", "99.6", "1", recv="106"),
        level(101, "bid", "99.5", "1", recv="106"),
    ]
    assert book_of(lake, tmp_path, lines)["msg_id"].to_list() == [0, 0, 1, 2, 3, 3]


def test_a_snapshot_in_mid_file_replaces_the_book(lake: Lake, tmp_path: Path):
    """What the new snapshot does not list is gone: the bid of 99.9 with it."""
    lines = [*book(), level(500, "bid", "99.8", "1"), *book("99.5", "100.3", at=1_100), level(2_500, "bid", "99", "1")]
    book_of(lake, tmp_path, lines)
    assert states(lake) == [("OK", 99.9, 100.1), ("OK", 99.5, 100.3)]


def test_a_snapshot_in_parts_replaces_the_book_once(lake: Lake, tmp_path: Path):
    """Parts of one snapshot are stamped alike: the second, received a millisecond later, adds to the first."""
    parts = [
        level(0, "bid", "99.9", "2", snapshot=True, recv="5"),
        level(0, "ask", "100.1", "3", snapshot=True, recv="6"),
    ]
    found = book_of(lake, tmp_path, [*parts, level(1_500, "bid", "99", "1")])
    assert found["is_snapshot"].to_list() == [True, False, False]
    assert states(lake) == [("OK", 99.9, 100.1)]


def test_a_feed_of_snapshots_alone_replaces_the_book_each_time(lake: Lake, tmp_path: Path):
    """As Hyperliquid sends it; the vendor writes its symbols in capitals."""
    named = {"exchange": "hyperliquid", "symbol": "KPEPE"}
    lines = [row for n in range(4) for row in book(f"{10 - n}.5", f"{11 - n}.5", at=500 * n, **named)]
    found = book_of(lake, tmp_path, lines, market=HYPERLIQUID)
    assert found["is_snapshot"].all()
    assert states(lake) == [("OK", 9.5, 10.5)]


def test_rows_before_the_first_snapshot_are_no_book(lake: Lake, tmp_path: Path):
    lines = [
        level(0, "bid", "99.8", "1"),
        level(600, "ask", "100.2", "1"),
        *book(at=1_100),
        level(2_500, "bid", "99", "1"),
    ]
    assert book_of(lake, tmp_path, lines).height == 5
    assert states(lake) == [("RESYNC", None, None), ("OK", 99.9, 100.1)]
    gaps = rows(lake, "gaps").filter(reason="no_snapshot").select("from_ts", "to_ts").rows()
    assert gaps == [(at(0), at(1_100))]


def test_a_book_changes_in_the_order_of_receipt(lake: Lake, tmp_path: Path):
    """A change stamped 20 ms before the snapshot it follows happened when that did, and is not lost in it."""
    lines = [*book(at=100), level(80, "bid", "99.9", "7", recv="106"), level(1_500, "bid", "99", "1")]
    found = book_of(lake, tmp_path, lines)
    columns = found.select("event_ts", "clock", "is_backwards", "qty").rows()
    assert columns[2] == (at(100), "carried", True, 7.0)
    assert rows(lake, "book_state")["bid_qty"].to_list() == [7.0]
    assert rows(lake, "manifest")["backwards_events"].to_list() == [1]


@pytest.mark.parametrize("amount", ["5", "6", "7", "8"])
def test_a_snapshot_stands_before_what_came_with_it(amount: str, lake: Lake, tmp_path: Path):
    """Equal in both times, whatever the order of their digests."""
    book_of(lake, tmp_path, [*book(), level(0, "bid", "99.9", amount), level(1_500, "bid", "99", "1")])
    assert rows(lake, "book_state")["bid_qty"].to_list() == [float(amount)]


def test_a_number_with_more_digits_than_a_double_counts(tmp_path: Path):
    """Digits beyond 2^53 are read as Python reads them, and the grid is that of the text."""
    lines = [*book(), level(1, "bid", "6989556.5009949919", "27803103.760915274"), level(2, "bid", "99.9", "1")]
    (batch, _) = read(write_csv(tmp_path / "long.csv", BOOK, lines), MARKET)
    assert batch.frames["book_updates"]["price"].to_list()[1:] == [[float("6989556.5009949919")]]
    assert batch.frames["book_updates"]["qty"].to_list()[1:] == [[float("27803103.760915274")]]
    assert (batch.grid.divisor, batch.grid.decimals, batch.qty_decimals) == (1, 10, 9)


def _digests(path: Path, header: str, *rows: str) -> list[int]:
    found = [batch.frames for batch in read(write_csv(path, header, rows), MARKET)]
    return [digest for frames in found for frame in frames.values() for digest in frame["digest"]]


def test_the_digest_of_a_book_message_tells_all_that_is_in_it(tmp_path: Path):
    """Nothing else says whether two messages are copies; written otherwise, a number is the same."""
    one, other = level(1, "bid", "99.8", "1"), level(1, "bid", "99.7", "1")
    variants = [
        [one], [one, other], [other, one], [one, one], [level(1, "ask", "99.8", "1")], [level(1, "bid", "99.8", "2")],
        [level(1, "bid", "99.9", "1")], [level(1, "bid", "99.8", "1", recv="7")],
        [level(1, "bid", "99.8", "1", snapshot=True)], [level(1.5, "bid", "99.8", "1", recv="6")],
    ]  # fmt: skip
    told = [_digests(tmp_path / "book.csv", BOOK, *rows) for rows in variants]
    assert all(len(digests) == 1 for digests in told)
    assert len({digest for (digest,) in told}) == len(variants)
    assert _digests(tmp_path / "book.csv", BOOK, level(1, "bid", "99.80", "1.0")) == told[0] == [-3381966745488242373]


def test_the_digest_of_a_print_tells_a_conflict_from_a_copy(tmp_path: Path):
    """When a print was received is no part of it."""
    conflicts = [fill(7, 1, "sell"), fill(7, 2), fill(7, 1, price="101"), fill(7, 1, amount="2")]
    one, again, *others = _digests(tmp_path / "trades.csv", TRADES, fill(7, 1), fill(7, 1, recv="9"), *conflicts)
    assert one == again
    assert len({one, *others}) == len(others) + 1


def _lines() -> list[str]:
    """Sixty rows with everything in them that may stand at the edge of a block."""
    lines = [*book(), *(level(10 + n // 7, "bid", f"{90 + n / 10:.1f}", f"{n}") for n in range(40))]
    lines += [*book(at=100), "", "garbage", level(101, "bid", "99.8", "1", symbol="ETHUSDT")]
    lines += [level(102, "ask", "100.2", amount) for amount in ("1", "?", "2")]
    return [*lines, level(103, "ask", "123456789.123456789", "1"), *book(at=104), level(104, "bid", "9", "1")]


@pytest.mark.parametrize("margin", [1, 4_096])
@pytest.mark.parametrize("size", [1, 90, 200, 401, 1_000])
def test_a_file_says_the_same_wherever_it_is_cut(
    size: int, margin: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("pipeline.sources.tardis.data_sets._MARGIN", margin)  # a message is held in it, or copied
    path = write_csv(tmp_path / "book.csv.gz", BOOK, _lines())
    whole, cut = list(read(path, MARKET)), list(read(path, MARKET, block_bytes=size))
    assert len(cut) > len(whole)
    assert_frame_equal(_joined(cut), _joined(whole))
    assert_frame_equal(pl.concat(b.quarantine for b in cut).sort("line"), pl.concat(b.quarantine for b in whole))
    assert sum(batch.lines for batch in cut) == sum(batch.lines for batch in whole) == len(_lines())
    assert sum((Counter(b.offsets_ms) for b in cut), Counter()) == sum(
        (Counter(b.offsets_ms) for b in whole), Counter()
    )


def _joined(batches: list) -> pl.DataFrame:
    return pl.concat(batch.frames["book_updates"] for batch in batches if batch.frames)


def test_a_file_reaches_into_the_day_before(lake: Lake, tmp_path: Path):
    """The vendor cuts files by local_timestamp: the first rows may be stamped before midnight."""
    midnight = -12 * 3_600_000
    lines = [*book(at=midnight - 1, recv=str(midnight + 2)), level(midnight + 50, "bid", "99.8", "1")]
    book_of(lake, tmp_path, lines)
    days = {file.day.isoformat(): file.rows for file in lake.live("book_updates")}
    assert days == {"2024-03-04": 2, "2024-03-05": 1}


def test_the_default_tick_is_that_of_the_texts(lake: Lake, tmp_path: Path):
    """Of 99.5, 100 and 100.25 the common grid is 0.25; sizes are counted in what the finest shows."""
    lines = [*book("99.5", "100.25"), level(1, "bid", "99", "0.125"), level(2, "bid", "98.75", "10")]
    add(lake, write_csv(tmp_path / "book.csv", BOOK, lines), wanted=LENIENT.__class__())
    assert rows(lake, "instruments").select("tick_size", "qty_decimals").row(0) == (0.25, 3)
