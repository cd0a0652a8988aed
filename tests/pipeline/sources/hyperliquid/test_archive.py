"""Hyperliquid's archives: books, states, fills by line and by block, prints."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.sources.hyperliquid import archive as hyperliquid_archive
from pipeline.sources.hyperliquid.fills import FillPairs, Placed, fill_of, made_of
from tests.pipeline.sources.hyperliquid.payloads import (
    ANN,
    BLOCKS,
    BOB,
    BOOKS,
    BTC,
    CAT,
    CONTEXTS,
    FILLS,
    HEADER,
    NINE,
    PEPE,
    TRADES,
    block,
    book_line,
    context_line,
    fill,
    node_trade,
    pair,
    write_lines,
)
from tests.pipeline.sources.read_whole import Whole, read_whole

ARCHIVE, NODE_TRADES = "hyperliquid-archive", "hyperliquid-node-trades"


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _fills_of(tmp_path: Path, *lines: object) -> Whole:
    return read_whole(ARCHIVE, write_lines(tmp_path / FILLS, lines), BTC)


def _refusal(source: str, path: Path, market: Market = BTC) -> FootprintError:
    with pytest.raises(FootprintError) as refused:
        read_whole(source, path, market)
    return refused.value


def test_a_book_line_is_a_snapshot_received_by_the_clock_of_the_node(tmp_path):
    frame = read_whole(ARCHIVE, write_lines(tmp_path / BOOKS, [book_line(NINE + 5)]), BTC).frames["book_updates"]
    row = frame.row(0, named=True)
    assert row["event_ts"] == _utc("2025-08-01T09:00:00.005")
    assert row["recv_ts"] == row["known_ts"] == _utc("2025-08-01T09:00:00.205000")  # nanoseconds are cut
    assert row["is_snapshot"]
    assert row["update_id"] is None
    assert row["prev_update_id"] is None
    assert (row["side"], row["price"]) == ([1, 1, -1, -1], [100.0, 99.0, 101.0, 102.0])


def test_a_book_of_another_coin_is_foreign_in_a_file_of_one_coin(tmp_path):
    whole = read_whole(ARCHIVE, write_lines(tmp_path / BOOKS, [book_line(NINE), book_line(NINE, "ETH")]), BTC)
    assert whole.quarantine["reason"].to_list() == ["foreign l2Book of 'ETH', expected l2Book of 'BTC'"]
    refused = _refusal(ARCHIVE, write_lines(tmp_path / BOOKS, [book_line(NINE, "ETH")]))
    assert refused.fault.code == "FP003"


def test_events_lie_in_the_day_that_the_path_names(tmp_path):
    day = 86_400_000
    times = [NINE, NINE + day, NINE + 15 * 3_600_000 + 59_999, NINE + 15 * 3_600_000 + 60_000]  # midnight + 60 s
    lines = [book_line(NINE) | {"raw": {"channel": "l2Book", "data": book_line(at)["raw"]["data"]}} for at in times]
    whole = read_whole(ARCHIVE, write_lines(tmp_path / BOOKS, lines), BTC)
    assert whole.quarantine["line"].to_list() == [2, 4]
    assert "outside of the day 2025-08-01 UTC" in whole.quarantine["reason"][0]
    elsewhere = read_whole(ARCHIVE, write_lines(tmp_path / "BTC.lz4", lines), BTC)
    assert elsewhere.frames["book_updates"].height == 4  # this name says no day


def test_states_of_other_coins_are_beside_and_times_are_not_floored(tmp_path):
    lines = [
        HEADER,
        context_line("2025-08-01T09:00:00Z"),
        context_line("2025-08-01T09:00:00Z", "ETH"),
        context_line("2025-08-01 09:01:00.250", funding="", mark="null"),
        context_line("2025-08-01T09:59:59.999Z", funding="1.25e-05"),
    ]
    whole = read_whole(ARCHIVE, write_lines(tmp_path / CONTEXTS, lines), BTC)
    state, funding = whole.frames["derivative_ticker"], whole.frames["funding"]
    assert (whole.lines, whole.lines_beside, whole.accounted) == (3, 2, 3)
    assert state["event_ts"].to_list()[1:] == [_utc("2025-08-01T09:01:00.250"), _utc("2025-08-01T09:59:59.999")]
    assert state["mark_price"].to_list() == [100.5, None, 100.5]
    assert state["index_price"].to_list() == [100.4] * 3
    assert state["open_interest_qty"].to_list() == [1234.5] * 3
    assert state["funding_rate"].to_list() == [0.0000125, None, 0.0000125]
    assert funding.select("kind", "rate", "interval_h").unique().rows() == [("predicted", 0.0000125, 1.0)]
    assert funding["next_ts"].to_list() == [_utc("2025-08-01T10:00:00")] * 2  # none where no rate is stated


def test_states_need_no_header_and_their_columns_may_stand_in_any_order(tmp_path):
    bare = read_whole(ARCHIVE, write_lines(tmp_path / CONTEXTS, [context_line("2025-08-01T09:00:00Z")]), BTC)
    turned = [b"time,mark_px,coin,funding,open_interest,oracle_px", b"2025-08-01T09:00:00Z,7.0,BTC,0.1,1,2"]
    other = read_whole(ARCHIVE, write_lines(tmp_path / CONTEXTS, turned), BTC)
    assert bare.frames["derivative_ticker"]["mark_price"].to_list() == [100.5]
    assert other.frames["derivative_ticker"]["mark_price"].to_list() == [7.0]
    refused = _refusal(
        ARCHIVE, write_lines(tmp_path / CONTEXTS, [b"time,coin,funding", b"2025-08-01T09:00:00Z,BTC,0.1"])
    )
    assert (refused.fault.code, "open_interest, oracle_px, mark_px missing" in refused.why) == ("FP002", True)


def test_a_print_has_the_side_of_the_fill_that_crossed_and_both_parties(tmp_path):
    bought, sold = pair(1, taker="B"), pair(2, taker="A")
    trades = _fills_of(tmp_path, *bought, *sold).frames["trades"]
    columns = "trade_id", "taker_side", "taker_address", "maker_address", "taker_order_id", "maker_order_id"
    assert trades.select(columns).rows() == [
        (f"{NINE}:BTC:1", 1, ANN, BOB, 7, 8),
        (f"{NINE}:BTC:2", -1, BOB, ANN, 7, 8),
    ]


@pytest.mark.parametrize("lines_a_block", [1, 2, 100])
def test_the_halves_of_a_print_may_stand_on_lines_and_in_blocks_apart(tmp_path, monkeypatch, lines_a_block):
    def blocks(_path):
        for at in range(0, len(lines), lines_a_block):
            yield lines[at : at + lines_a_block]

    (maker, taker), other = pair(1), pair(5)
    path = write_lines(tmp_path / "fills.json", [maker, *other, taker])
    lines = path.read_bytes().splitlines()
    monkeypatch.setattr(hyperliquid_archive, "blocks_of_lines", blocks)
    whole = read_whole(ARCHIVE, path, BTC)
    assert whole.frames["trades"]["trade_id"].to_list() == [f"{NINE}:BTC:5", f"{NINE}:BTC:1"]
    assert whole.frames["trades"]["taker_address"].null_count() == 0
    assert (whole.lines, whole.accounted) == (4, 4)


def test_a_print_of_which_one_half_is_missing_has_no_counterparty(tmp_path):
    (maker, _), (_, taker) = pair(1, taker="A"), pair(2, taker="A")
    trades = _fills_of(tmp_path, maker, taker).frames["trades"]
    assert trades.select("taker_side", "taker_address", "maker_address").rows() == [(-1, None, ANN), (-1, BOB, None)]


def test_two_halves_that_both_crossed_do_not_tell_the_taker(tmp_path):
    halves = [[ANN, fill(1, "B", crossed=True)], [BOB, fill(1, "A", crossed=True)]]
    trades = _fills_of(tmp_path, *halves).frames["trades"]
    assert trades.select("taker_side", "taker_address", "maker_address").rows() == [(0, None, None)]


def test_a_fill_written_twice_makes_no_second_print(tmp_path):
    maker, taker = pair(1)
    whole = _fills_of(tmp_path, maker, maker, taker, taker)
    assert whole.frames["fills"].height == 4
    assert whole.frames["fills"]["digest"].n_unique() == 2
    assert whole.frames["trades"].height == 1


def test_fills_by_block_and_by_line_are_the_same_fills(tmp_path):
    by_line = _fills_of(tmp_path, *pair(1))
    by_block = read_whole(ARCHIVE, write_lines(tmp_path / BLOCKS, [block(12, *pair(1))]), BTC)
    for table in ("fills", "trades"):
        assert by_line.frames[table]["digest"].equals(by_block.frames[table]["digest"])
    fills = by_block.frames["fills"]
    assert fills["block_number"].to_list() == [12, 12]
    assert fills["recv_ts"].to_list() == [_utc("2025-08-01T09:00:00.300123")] * 2
    assert fills["lines"].to_list() == [1, 0]
    assert by_line.frames["fills"]["recv_ts"].null_count() == 2


def test_a_fill_keeps_what_the_account_was_told(tmp_path):
    other = {"cloid": "0xc1", "builderFee": "0.002", "twapId": 5, "startPosition": "-2.5", "closedPnl": "1.25"}
    row = _fills_of(tmp_path, [ANN, fill(1, "B", crossed=True, **other)]).frames["fills"].row(0, named=True)
    assert (row["side"], row["is_taker"], row["fee"], row["fee_token"]) == (1, True, -0.01, "USDC")
    assert (row["client_order_id"], row["builder_fee"], row["twap_id"]) == ("0xc1", 0.002, 5)
    assert (row["start_position"], row["closed_pnl"], row["direction"]) == (-2.5, 1.25, "Open Long")
    assert row["tx_hash"] == "0xfeed"
    unattributed = fill(2, "B", crossed=True, hash="0x" + 64 * "0")
    assert _fills_of(tmp_path, [ANN, unattributed]).frames["fills"]["tx_hash"].to_list() == [None]


def _forced(method: str, victim: str) -> dict[str, object]:
    return {"liquidation": {"liquidatedUser": victim, "markPx": "100.0", "method": method}}


@pytest.mark.parametrize(
    ("victim", "order_side"),
    [(BOB, -1), (BOB.upper(), -1), (ANN, 1)],
    ids=["the seller: a long", "however it is written", "the buyer: a short"],
)
def test_who_is_sold_out_on_the_book_has_the_side_of_the_forced_order(tmp_path, victim, order_side):
    whole = _fills_of(tmp_path, *pair(1, **_forced("market", victim)))
    liquidations = whole.frames["liquidations"]
    columns = "order_side", "price", "qty", "method", "liquidated_address", "trade_id", "is_sampled"
    assert liquidations.select(columns).rows() == [(order_side, 100.0, 0.5, "market", victim, f"{NINE}:BTC:1", False)]
    assert whole.frames["trades"]["is_off_market"].to_list() == [False]


def test_of_the_counterparty_alone_the_side_is_turned_round(tmp_path):
    maker = [CAT, fill(1, "A", crossed=False, dir="Open Short", **_forced("market", ANN))]
    assert _fills_of(tmp_path, maker).frames["liquidations"]["order_side"].to_list() == [1]


@pytest.mark.parametrize(("words", "order_side"), [("Liquidated Cross Long", -1), ("Liquidated Isolated Short", 1)])
def test_a_backstop_is_told_by_its_words_on_whosever_fill_and_is_off_the_book(tmp_path, words, order_side):
    vault = "B" if order_side < 0 else "A"  # who takes a long over buys it
    half = [CAT, fill(1, vault, crossed=True, px="67.5499", dir=words, **_forced("backstop", BOB))]
    whole = _fills_of(tmp_path, half)
    assert whole.frames["liquidations"].select("order_side", "method").rows() == [(order_side, "backstop")]
    assert whole.frames["trades"].select("is_off_market", "print_type").rows() == [(True, "liquidation backstop")]


def test_prints_off_the_book_leave_its_price_grid_alone(tmp_path):
    path = write_lines(
        tmp_path / FILLS, [*pair(1), [CAT, fill(2, "B", crossed=True, px="67.5499", dir="Auto-Deleveraging")]]
    )
    batches = list(hyperliquid_archive.read(path, BTC))
    assert {(batch.grid.divisor, batch.grid.decimals) for batch in batches} <= {(0, 0), (1000, 1)}


def test_a_print_of_the_node_names_the_buyer_first(tmp_path):
    path = write_lines(tmp_path / TRADES, [node_trade("B"), node_trade("A"), node_trade("B", coin="ETH")])
    whole = read_whole(NODE_TRADES, path, BTC)
    columns = "taker_side", "taker_address", "maker_address", "taker_order_id", "maker_order_id", "trade_id"
    assert whole.frames["trades"].select(columns).rows() == [(1, ANN, BOB, 1, 2, None), (-1, BOB, ANN, 2, 1, None)]
    assert whole.frames["trades"]["event_ts"][0] == _utc("2025-08-01T09:00:01.123456")
    assert (whole.lines, whole.lines_beside) == (2, 1)


def test_prints_of_the_node_and_fills_are_two_sources(tmp_path):
    refused = _refusal(ARCHIVE, write_lines(tmp_path / TRADES, [node_trade("B")]))
    assert (refused.fault.code, "hyperliquid-node-trades" in refused.hint) == ("FP002", True)
    refused = _refusal(NODE_TRADES, write_lines(tmp_path / FILLS, pair(1)))
    assert (refused.fault.code, "hyperliquid-archive" in refused.hint) == ("FP002", True)


def test_names_of_coins_are_case_sensitive_and_the_refusal_says_the_right_one(tmp_path):
    path = write_lines(tmp_path / FILLS, pair(1, coin="kPEPE"))
    assert read_whole(ARCHIVE, path, PEPE).frames["trades"].height == 1
    refused = _refusal(ARCHIVE, path, Market("hyperliquid", "KPEPE"))
    assert (refused.fault.code, refused.hint) == ("FP003", "--symbol kPEPE (case matters)")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ({"px": "-1"}, "px is '-1', expected a number > 0 as text"),
        ({"sz": 0.5}, "sz is 0.5, expected a number > 0 as text"),
        ({"side": "C"}, "side is 'C', expected A or B"),
        ({"crossed": 1}, "crossed is 1, expected true or false"),
        ({"time": NINE * 1_000}, "expected milliseconds"),
        ({"time": NINE + 86_400_000}, "which the file's name says"),
        ({"fee": "1e999"}, "fee is '1e999', expected a number as text"),
        ({"oid": -1}, "oid is -1, expected a whole number"),
        ({"tid": "1"}, "tid is '1', expected a whole number"),
        ({"cloid": 7}, "cloid is 7, expected text"),
        ({"liquidation": "yes"}, "liquidation is 'yes', expected an object"),
    ],
)
def test_a_damaged_fill_goes_to_quarantine_and_makes_no_print(tmp_path, damage, words):
    whole = _fills_of(tmp_path, *pair(1), [CAT, fill(2, "B", crossed=True) | damage])
    assert words in whole.quarantine["reason"][0]
    assert whole.frames["trades"]["trade_id"].to_list() == [f"{NINE}:BTC:1"]
    assert (whole.lines, whole.accounted) == (3, 3)


def test_a_damaged_fill_of_a_block_leaves_the_others_and_counts_its_line_once(tmp_path):
    bad = [CAT, fill(2, "B", crossed=True, px="")]
    for events in ((bad, *pair(1)), (*pair(1), bad)):
        whole = read_whole(ARCHIVE, write_lines(tmp_path / BLOCKS, [block(1, *events)]), BTC)
        assert (whole.frames["fills"].height, whole.quarantine.height) == (2, 1)
        assert (whole.lines, whole.accounted) == (1, 1)


def test_what_is_no_archive_is_refused_in_words(tmp_path):
    for text in (
        b"hello",
        b'1737918843893903000 {"channel":"l2Book","data":{"coin":"BTC"}}',
        b"[1, 2",
        b'{"a": 1}',
        b"[]",
        b"\xff\xfe\x00",
        b"a,b,c",
    ):
        assert _refusal(ARCHIVE, write_lines(tmp_path / "x.lz4", [text])).fault.code == "FP002"
    torn = write_lines(tmp_path / BLOCKS, [block(number, *pair(number)) for number in range(500)])
    torn.write_bytes(torn.read_bytes()[:-40])
    assert _refusal(ARCHIVE, torn).fault.code == "FP002"


def test_an_account_that_trades_with_itself_made_one_print():
    sides = [fill(None, "B", crossed=True), fill(None, "A", crossed=False), fill(None, "B", crossed=True, sz="0.7")]
    pairs = FillPairs()
    met = [pairs.meet(Placed(fill_of(ANN, one), 1, None)) for one in sides]
    prints = [taken.values for halves in (*met, *pairs.left()) if halves for taken, *_ in made_of(halves)]
    assert [(one["taker_address"], one["maker_address"], one["qty"]) for one in prints] == [
        (ANN, ANN, "0.5"), (ANN, None, "0.7"),
    ]  # fmt: skip
