"""The dialects of binance-capture: each is read as it is meant, and none is taken for another."""

from pathlib import Path

import pytest

from pipeline.lake import Lake
from tests.pipeline.captures import NOON, depth, line, mark, session, snapshot, ticker, trade, write_capture
from tests.pipeline.command import ingest_command
from tests.pipeline.dialect_captures import (
    PERP,
    coinm,
    coinm_session,
    spot_depth,
    spot_lines,
    spot_session,
    spot_snapshot,
    spot_ticker,
    spot_trade,
)
from tests.pipeline.lakes import COINM, MARKET, SPOT, rows, state

_SESSIONS = {
    MARKET: [line(message) for message in session()],
    SPOT: spot_lines(spot_session()),
    COINM: [line(message) for message in coinm_session()],
}


@pytest.mark.parametrize("market", _SESSIONS, ids=str)
def test_a_file_of_each_dialect_is_taken_whole(market, tmp_path: Path):
    lines = _SESSIONS[market]
    file = write_capture(tmp_path / "day.gz", lines)
    result = ingest_command(tmp_path / "lake", file, venue=market.venue, symbol=market.symbol)
    assert result.code == 0, result.err
    accounts = rows(Lake(tmp_path / "lake"), "accounts")
    assert (accounts["lines_kept"].sum(), accounts["lines_quarantined"].sum()) == (len(lines), 0)


@pytest.mark.parametrize("given", _SESSIONS, ids=str)
@pytest.mark.parametrize("truth", _SESSIONS, ids=str)
def test_a_file_under_the_wrong_venue_is_refused_in_a_sentence(given, truth, tmp_path: Path):
    if given == truth:
        return
    lake, lines = tmp_path / "lake", _SESSIONS[truth]
    file = write_capture(tmp_path / "day.gz", lines)
    result = ingest_command(lake, file, venue=given.venue, symbol=given.symbol)
    assert (result.code, state(lake)) == (1, state(tmp_path / "none"))
    assert result.err.splitlines() == [
        "error[FP003]: the file is about another market",
        f"  --> {file}",
        f"  why: expected records of {given}, found only {truth} in {len(lines)} lines",
        f"  try: --venue {truth.venue} --symbol {truth.symbol}, or check the file",
        "  more: footprint explain FP003",
    ]


def test_two_venues_written_into_one_file_are_too_many_bad_lines(tmp_path: Path):
    both = write_capture(tmp_path / "both.gz", [*_SESSIONS[MARKET], *_SESSIONS[SPOT]])
    result = ingest_command(tmp_path / "lake", both)
    assert (result.code, "error[FP004]" in result.err) == (1, True)
    assert "in the form of binance-spot, expected that of binance-usdm" in result.err


def test_the_same_file_for_two_venues_is_read_for_each(tmp_path: Path):
    """Prints without a venue's own field could be anyone's; what is staged for one market serves no other."""
    bare = [{name: value for name, value in trade(number).items() if name != "X"} for number in range(200)]
    file, lake = write_capture(tmp_path / "bare.gz", [*bare, spot_ticker(900)]), tmp_path / "lake"
    for market in (MARKET, SPOT):
        assert ingest_command(lake, file, venue=market.venue, symbol=market.symbol).code == 0
    kept = [rows(Lake(lake), table, market).height for market in (MARKET, SPOT) for table in ("trades", "book_ticker")]
    assert kept == [200, 0, 200, 1]


_AT = NOON + 500
_FOREIGN = {
    "spot depth": (spot_depth(_AT, 1, 2), MARKET, "depthUpdate in the form of binance-spot"),
    "spot quote": (spot_ticker(900), MARKET, "bookTicker in the form of binance-spot"),
    "spot print": (spot_trade(900, at=_AT), MARKET, "trade in the form of binance-spot"),
    "spot snapshot": (spot_snapshot(1, [], []), COINM, "snapshot in the form of binance-spot"),
    "usdm depth": (depth(_AT, (1, 2, 0)), SPOT, "depthUpdate in the form of binance-usdm"),
    "usdm quote": (ticker(_AT, 900), COINM, "bookTicker in the form of binance-usdm"),
    "usdm print": (trade(900, at=_AT), SPOT, "trade in the form of binance-usdm"),
    "usdm snapshot": (snapshot(_AT, 1, [], []), SPOT, "snapshot in the form of binance-usdm"),
    "usdm mark": (mark(_AT), SPOT, "markPriceUpdate in the form of binance-usdm"),
    "coinm depth": (coinm(depth(_AT, (1, 2, 0))), MARKET, "depthUpdate in the form of binance-coinm"),
    "coinm quote": (coinm(ticker(_AT, 900)), SPOT, "bookTicker in the form of binance-coinm"),
    "coinm print": (coinm(trade(900, at=_AT)), MARKET, "trade in the form of binance-coinm"),
    "coinm snapshot": (coinm(snapshot(_AT, 1, [], [])), MARKET, "snapshot in the form of binance-coinm"),
    "coinm mark": (coinm(mark(_AT)), MARKET, "markPriceUpdate in the form of binance-coinm"),
}


@pytest.mark.parametrize("name", _FOREIGN)
def test_a_line_of_another_dialect_is_no_record_of_this_market(name: str, tmp_path: Path):
    message, market, reason = _FOREIGN[name]
    many = [line(coinm(trade(n)) if market == COINM else trade(n)) for n in range(200)]
    if market == SPOT:
        many = [line(spot_trade(n, at=NOON + 2 * n)) for n in range(200)]
    file = write_capture(tmp_path / "mixed.gz", [*many, line(message, recv_us=1_000 * _AT)])
    assert ingest_command(tmp_path / "lake", file, venue=market.venue, symbol=market.symbol).code == 0
    (bad,) = rows(Lake(tmp_path / "lake"), "quarantine").rows(named=True)
    assert bad["reason"] == f"{reason}, expected that of {market.venue}"
    assert rows(Lake(tmp_path / "lake"), "trades").height == 200


def _without(message: dict, name: str) -> dict:
    return {key: value for key, value in message.items() if key != name}


_BAD = {
    "depth without a time": (SPOT, _without(spot_depth(_AT, 11, 12), "E"), "depthUpdate lacks field 'E'"),
    "depth without a first id": (SPOT, _without(spot_depth(_AT, 11, 12), "U"), "depthUpdate lacks field 'U'"),
    "first id is text": (SPOT, spot_depth(_AT, 11, 12) | {"U": "11"}, "expected an id, got '11'"),
    "time in seconds": (SPOT, spot_depth(_AT // 1_000, 11, 12), "depthUpdate has time 1709640000"),
    "quote without a size": (SPOT, _without(spot_ticker(12), "A"), "unknown stream 'None'"),
    "quote without a price": (SPOT, _without(spot_ticker(12), "a"), "bookTicker lacks field 'a'"),
    "quote of nothing": (SPOT, spot_ticker(12, bid="0.00000000"), "bid_px is '0.00000000', expected a number > 0"),
    "quote of another symbol": (SPOT, spot_ticker(12, s="ETHUSDT"), "foreign symbol 'ETHUSDT', expected 'BTCUSDT'"),
    "quote id is a fraction": (SPOT, spot_ticker(12, u=1.5), "expected an id, got 1.5"),
    "order id is text": (SPOT, spot_trade(900, at=_AT, b="1", a=2), "expected an id, got '1'"),
    "one order id alone": (SPOT, spot_trade(900, at=_AT, b=1), "trade lacks field 'a'"),
    "snapshot without asks": (SPOT, _without(spot_snapshot(9, [], []), "asks"), "snapshot lacks field 'asks'"),
    "snapshot of another symbol": (
        COINM,
        coinm(snapshot(_AT, 9, [], [])) | {"symbol": "ETHUSD_PERP"},
        "foreign symbol 'ETHUSD_PERP', expected 'BTCUSD_PERP'",
    ),
    "contracts are negative": (COINM, coinm(trade(900, at=_AT, qty="-1")), "qty is '-1', expected a number > 0"),
    "a quarter print": (COINM, coinm(trade(900, at=_AT)) | {"s": "BTCUSD_240927"}, "foreign symbol 'BTCUSD_240927'"),
}


@pytest.mark.parametrize("name", _BAD)
def test_a_bad_line_is_in_quarantine_with_its_reason(name: str, tmp_path: Path):
    market, message, reason = _BAD[name]
    good = coinm(trade(1)) if market == COINM else spot_trade(1, at=NOON)
    many = [line(good | {"t": number}) for number in range(200)]
    file = write_capture(tmp_path / "bad.gz", [*many, line(message, recv_us=1_000 * _AT)])
    assert ingest_command(tmp_path / "lake", file, venue=market.venue, symbol=market.symbol).code == 0
    (bad,) = rows(Lake(tmp_path / "lake"), "quarantine").rows(named=True)
    assert (bad["line"], reason in bad["reason"]) == (201, True), bad["reason"]


def test_a_symbol_of_coinm_needs_its_suffix(tmp_path: Path):
    file = write_capture(tmp_path / "day.gz", _SESSIONS[COINM])
    result = ingest_command(tmp_path / "lake", file, venue="binance-coinm", symbol="BTCUSD")
    assert (result.code, f"try: --venue binance-coinm --symbol {PERP}" in result.err) == (1, True)
