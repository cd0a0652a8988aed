"""Spot: order ids of both sides, the chain without `pu`, and times for messages that have none."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.lake import Lake
from pipeline.market import MarketSettings
from pipeline.plan import Wanted
from pipeline.sources.reading.carried import CarriedClock
from tests.pipeline.captures import NOON, line, write_capture
from tests.pipeline.dialect_captures import (
    spot_depth,
    spot_lines,
    spot_session,
    spot_snapshot,
    spot_ticker,
    spot_trade,
)
from tests.pipeline.lakes import SPOT, add, digests, rows

_LENIENT = Wanted({SPOT: MarketSettings(max_quarantine=0.9)})
_NOON = datetime.fromtimestamp(NOON // 1_000, UTC)


def _ms(values) -> list[int]:
    """Times as milliseconds after noon."""
    return [(value - _NOON) // timedelta(milliseconds=1) for value in values]


def _lake(folder: Path, *files: list[bytes]) -> Lake:
    lake = Lake(folder / "lake")
    for number, lines in enumerate(files):
        add(lake, write_capture(folder / f"{number}.gz", lines), market=SPOT, wanted=_LENIENT)
    return lake


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return _lake(tmp_path_factory.mktemp("spot"), spot_lines(spot_session()))


def test_depth_has_its_sending_time_and_continues_from_the_id_before_its_first(lake: Lake):
    book = rows(lake, "book_updates").filter(~rows(lake, "book_updates")["is_snapshot"])
    assert book.select("first_update_id", "update_id", "prev_update_id").rows() == [
        (1, 10, 0), (11, 15, 10), (16, 20, 15), (21, 25, 20), (26, 30, 25),
    ]  # fmt: skip
    assert _ms(book["event_ts"]) == [0, 100, 200, 300, 1_200]
    assert book["event_ts"].to_list() == book["publish_ts"].to_list()
    assert book["clock"].unique().to_list() == ["publish"]


def test_quotes_carry_the_latest_time_before_them(lake: Lake):
    """After the diff of 0, the print of 30 and the diff of 200; the sending time of a print is not its time."""
    quotes = rows(lake, "book_ticker")
    assert quotes["update_id"].to_list() == [11, 12, 21]
    assert _ms(quotes["event_ts"]) == [0, 30, 200]
    assert quotes["clock"].unique().to_list() == ["carried"]
    assert quotes["publish_ts"].null_count() == 3
    assert not quotes["is_backwards"].any()


def test_a_carried_time_is_known_when_received_or_after_the_delay(lake: Lake):
    """Received at 1, 3 and 7 ms: earlier than the event + 100 ms, so the latter counts."""
    quotes = rows(lake, "book_ticker")
    assert _ms(quotes["known_ts"]) == [100, 130, 300]


def test_prints_have_their_matching_time_and_no_order_ids_since_2024(lake: Lake):
    prints = rows(lake, "trades")
    assert prints.select("trade_id", "taker_side", "taker_order_id", "maker_order_id").rows() == [
        ("1", 1, None, None), ("2", -1, None, None), ("3", 1, None, None),
    ]  # fmt: skip
    assert _ms(prints["event_ts"]) == [30, 250, 1_150]
    assert (prints["clock"].unique().to_list(), prints["is_off_market"].any()) == (["match"], False)


@pytest.mark.parametrize(("m", "side", "taker", "maker"), [(True, -1, 22, 11), (False, 1, 11, 22)])
def test_the_takers_order_is_the_sellers_if_the_buyer_was_the_maker(m, side, taker, maker, tmp_path: Path):
    lake = _lake(tmp_path, spot_lines([spot_trade(1, at=NOON, b=11, a=22, m=m)]))
    (row,) = rows(lake, "trades").select("taker_side", "taker_order_id", "maker_order_id").rows()
    assert row == (side, taker, maker)


def test_prints_of_one_taker_order_are_one_order(tmp_path: Path):
    """Two prints of order 22 a millisecond apart, then one of order 23 at the same time as the second."""
    sold = [(1, 0, 22), (2, 1, 22), (3, 1, 23)]
    messages = [spot_trade(n, at=NOON + at, b=10 + n, a=order, m=True) for n, at, order in sold]
    flow = rows(_lake(tmp_path, spot_lines([*messages, spot_trade(9, at=NOON + 1_500)])), "taker_flow")
    assert flow.select("n_prints", "n_orders").row(0) == (3, 2)


def test_a_late_snapshot_stands_before_the_diff_that_goes_beyond_it(lake: Lake):
    """It is of update 13 and came after the diff to 20, but the diff to 15 had passed it at 100."""
    book = rows(lake, "book_updates").unique("msg_id", maintain_order=True)
    assert book["update_id"].to_list() == [10, 13, 15, 20, 25, 30]
    assert _ms(book["event_ts"]) == [0, 100, 100, 200, 300, 1_200]
    assert book["clock"].to_list()[1] == "carried"


def test_the_book_lives_from_the_bridging_diff_on(lake: Lake):
    gaps = rows(lake, "gaps").filter(table_name="book_updates", reason="no_snapshot")
    assert (_ms(gaps["from_ts"]), _ms(gaps["to_ts"])) == ([0], [100])
    (state,) = rows(lake, "book_state").select("state", "bid_px", "bid_qty", "ask_px", "ask_qty").rows()
    assert state == ("OK", 99.99, 2.5, 100.01, 1.0)


def test_a_late_snapshot_is_not_known_before_it_came(lake: Lake):
    """The exchange's clock stood at 200 when it came, so it was known 500 ms after that, not after 100."""
    late = rows(lake, "book_updates").filter("is_snapshot")
    assert set(_ms(late["known_ts"])) == {700}


def test_a_print_ahead_of_the_book_does_not_push_the_snapshot_past_its_bridge(tmp_path: Path):
    """The print of 105 came first; the diff that bridges was sent at 104."""
    messages = [
        spot_depth(NOON, 1, 10, [["99.98000000", "1.00000000"]]),
        spot_trade(1, at=NOON + 105),
        spot_snapshot(12, [["99.99000000", "2.00000000"]], [["100.01000000", "3.00000000"]]),
        spot_depth(NOON + 104, 11, 15, [["99.99000000", "2.50000000"]]),
        spot_depth(NOON + 1_200, 16, 20),
    ]
    lake = _lake(tmp_path, spot_lines(messages))
    assert rows(lake, "book_state")["state"].to_list() == ["OK"]
    late = rows(lake, "book_updates").filter("is_snapshot")
    assert (set(_ms(late["event_ts"])), set(_ms(late["known_ts"]))) == ({104}, {605})


def test_a_snapshot_before_all_depth_waits_for_the_diff_that_goes_beyond_it(tmp_path: Path):
    """The first diff after it is older than the snapshot, the second bridges it."""
    messages = [
        spot_trade(1, at=NOON + 105),
        spot_snapshot(12, [["99.99000000", "2.00000000"]], [["100.01000000", "3.00000000"]]),
        spot_depth(NOON + 4, 1, 10),
        spot_depth(NOON + 104, 11, 15, [["99.99000000", "2.50000000"]]),
        spot_depth(NOON + 1_200, 16, 20),
    ]
    lake = _lake(tmp_path, spot_lines(messages))
    assert rows(lake, "book_state")["state"].to_list() == ["OK"]
    assert set(_ms(rows(lake, "book_updates").filter("is_snapshot")["event_ts"])) == {104}


def test_a_message_without_a_time_before_all_others_is_quarantined(tmp_path: Path):
    early = [spot_ticker(8), spot_snapshot(9, [["99.99000000", "2.00000000"]], [["100.01000000", "3.00000000"]])]
    many = [spot_trade(number, at=NOON + number) for number in range(200)]
    lake = _lake(tmp_path, spot_lines([*early, *many, spot_ticker(10)]))
    bad = rows(lake, "quarantine").sort("line")
    assert bad.select("line", "table_name", "records").rows() == [(1, "book_ticker", 1), (2, "book_updates", 2)]
    assert bad["reason"].to_list() == [
        f"{kind} has no time, and no message before it in the file has one" for kind in ("bookTicker", "snapshot")
    ]
    assert rows(lake, "book_ticker")["update_id"].to_list() == [10]


def test_a_spot_market_misses_no_feed_it_cannot_have(lake: Lake):
    assert rows(lake, "gaps").filter(reason="not_recorded").is_empty()


def test_quantities_padded_to_eight_decimals_are_counted_in_what_they_show(lake: Lake):
    (known,) = rows(lake, "instruments").select("tick_size", "qty_decimals", "contract_size", "is_inverse").rows()
    assert known == (0.01, 1, 1.0, False)


def test_carried_times_say_nothing_of_the_recorders_clock(tmp_path: Path):
    """Four quotes a second after the only diff, which was received 3 ms after it was sent."""
    diff = line(spot_depth(NOON, 1, 10, [["99.98000000", "1.00000000"]]), recv_us=1_000 * (NOON + 3))
    late = [line(spot_ticker(number), recv_us=1_000 * (NOON + 1_000)) for number in range(11, 15)]
    assert rows(_lake(tmp_path, [diff, *late]), "manifest")["clock_offset_us"].to_list() == [3_000]


@pytest.mark.parametrize("is_late_first", [False, True])
@pytest.mark.parametrize("fill", ["1.00000000", "2.00000000"])  # another content, another file id: no tie by chance
def test_of_two_copies_of_a_quote_the_one_with_more_before_it_counts(is_late_first: bool, fill: str, tmp_path: Path):
    """The print of 105 came before the diff of 104; a file that begins with the diff does not know of it."""
    messages = [
        spot_trade(1, at=NOON + 105),
        spot_depth(NOON + 104, 1, 10, [["99.98000000", fill]]),
        spot_ticker(11),
        spot_trade(2, at=NOON + 110),
    ]
    pieces = [spot_lines(messages), spot_lines(messages)[1:]]
    lake = _lake(tmp_path, *(reversed(pieces) if is_late_first else pieces))
    assert _ms(rows(lake, "book_ticker")["event_ts"]) == [105]


@pytest.mark.parametrize("cut", range(1, len(spot_session())))
@pytest.mark.parametrize("is_late_first", [False, True])
def test_overlapping_pieces_in_any_order_are_the_whole(cut: int, is_late_first: bool, lake: Lake, tmp_path: Path):
    """The second piece begins six lines before the cut, without the times that stood before: the better copy counts."""
    lines = spot_lines(spot_session())
    pieces = [lines[: cut + 1], lines[max(cut - 6, 0) :]]
    assert digests(_lake(tmp_path, *(reversed(pieces) if is_late_first else pieces))) == digests(lake)


def test_the_same_file_twice_is_the_whole(lake: Lake, tmp_path: Path):
    lines = spot_lines(spot_session())
    (tmp_path / "again").mkdir()
    made = _lake(tmp_path, lines)
    add(made, write_capture(tmp_path / "plain.txt", lines), market=SPOT)
    assert digests(made) == digests(lake)
    assert rows(made, "accounts")["lines_duplicate"].sum() == len(lines)


def test_the_clock_places_a_snapshot_no_later_than_the_first_diff_beyond_it():
    clock = CarriedClock()
    for update_id, event in ((10, 100), (20, 200), (30, 300)):
        clock.saw_diff(update_id, event)
        clock.saw(event)
    assert [clock.of_snapshot(last_id) for last_id in (5, 10, 19, 20, 30, 31)] == [100, 200, 200, 300, 300, 300]
