"""Damage of every kind ends in a refusal, in quarantine or beside; never in a traceback or a row that was not sent."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import FootprintError
from pipeline.market import Market
from tests.pipeline.sources.json_capture import capture_lines as c
from tests.pipeline.sources.json_capture.venues import binance, bybit, deribit, okx
from tests.pipeline.sources.json_capture.venues import smaller_venues as smaller
from tests.pipeline.sources.read_whole import Whole, read_whole

SESSIONS = {
    Market("bybit-linear", "BTCUSDT"): bybit.session(),
    Market("okx-swap", "BTC-USDT-SWAP"): okx.session(),
    Market("binance-usdm", "BTCUSDT"): binance.session(),
    Market("deribit-options", "BTC"): deribit.session(),
    Market("kraken-futures", "PI_XBTUSD"): smaller.kraken_session(),
    Market("gateio-futures", "ABC_USDT"): smaller.gate_session(),
    Market("bitget-futures", "DASHUSDT"): smaller.bitget_session(),
    Market("hyperliquid", "BTC"): smaller.hyperliquid_session(),
}
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ODD = st.sampled_from(
    [None, True, -1, 0, 1e300, 10**30, "", "x", "1e5", "NaN", "-0.1", [], [[]], [["1"]], {}, {"t": "recv"}, "9" * 400]
)


def _outcome(path: Path, market: Market) -> Whole | None:
    """What was read, or None for a refusal; FP004 is the ingest's to raise."""
    try:
        found = read_whole("json-capture", path, market)
    except FootprintError as refused:
        if refused.fault.code not in ("FP002", "FP003"):
            raise
        return None
    assert found.kept + found.quarantined == found.lines
    assert all(0 < len(reason) < 400 for reason in found.reasons), found.reasons
    return found


@FEW
@given(st.sampled_from(list(SESSIONS)), st.data())
def test_a_field_of_another_kind(tmp_path: Path, market: Market, data: st.DataObject):
    lines = [dict(line) for line in SESSIONS[market]]
    at = data.draw(st.sampled_from([n for n, line in enumerate(lines) if line["t"] in ("recv", "http")]))
    message = orjson.loads(lines[at]["data"])
    damaged = _damaged(message, data)
    lines[at]["data"] = orjson.dumps(damaged, option=orjson.OPT_NON_STR_KEYS).decode()
    _outcome(c.write(tmp_path / "c.jsonl", lines), market)


def _damaged(message: Any, data: st.DataObject) -> Any:
    """The message with one value, at any depth, replaced."""
    if isinstance(message, dict) and message and data.draw(st.integers(0, 4)):
        name = data.draw(st.sampled_from(sorted(message)))
        if not data.draw(st.integers(0, 4)):
            return {key: value for key, value in message.items() if key != name}
        return message | {name: _damaged(message[name], data)}
    if isinstance(message, list) and message and data.draw(st.integers(0, 4)):
        at = data.draw(st.integers(0, len(message) - 1))
        return [*message[:at], _damaged(message[at], data), *message[at + 1 :]]
    odd = data.draw(ODD)
    return "9" * 40 if odd == 10**30 else odd


@FEW
@given(st.sampled_from(list(SESSIONS)), st.data())
def test_a_field_of_the_line_of_another_kind(tmp_path: Path, market: Market, data: st.DataObject):
    lines = [dict(line) for line in SESSIONS[market]]
    line = data.draw(st.sampled_from(lines))
    name = data.draw(st.sampled_from(sorted(line)))
    odd = data.draw(ODD)
    line[name] = "9" * 40 if odd == 10**30 else odd
    _outcome(c.write(tmp_path / "c.jsonl", lines), market)


@FEW
@given(st.binary(max_size=300), st.integers(0, 10_000))
def test_random_bytes_and_a_cut_in_the_middle(tmp_path: Path, noise: bytes, cut: int):
    market = Market("bybit-linear", "BTCUSDT")
    whole = c.write(tmp_path / "c.jsonl", SESSIONS[market]).read_bytes()
    path = tmp_path / "d.jsonl"
    path.write_bytes(whole[:cut] + noise)
    _outcome(path, market)
    packed = c.write(tmp_path / "c.jsonl.zst", SESSIONS[market]).read_bytes()
    path.write_bytes(packed[: cut % len(packed)])
    assert _outcome(path, market) is None


@pytest.mark.parametrize(
    ("market", "damage", "reason"),
    [
        ("bybit-linear/BTCUSDT", bybit.book(11, c.NOON, [["65000.0"]]), "b has level ['65000.0']"),
        ("bybit-linear/BTCUSDT", bybit.book(11, c.NOON, [["65000.0", "-1"]]), "expected a price > 0"),
        ("bybit-linear/BTCUSDT", bybit.book(-1, c.NOON), "u is -1, expected a whole number >= 0"),
        ("bybit-linear/BTCUSDT", bybit.book(11, 1_709_640_000), "ts is 1709640004, expected milliseconds"),
        ("bybit-linear/BTCUSDT", bybit.trades(bybit.trade(1, c.NOON, p="0")), "price is 0, expected a number > 0"),
        ("bybit-linear/BTCUSDT", bybit.trades(bybit.trade(1, c.NOON, RPI=1)), "RPI is 1, expected true or false"),
    ],
)
def test_a_bad_record_is_quarantined_with_its_reason(market: str, damage: c.Line, reason: str, tmp_path: Path):
    lines = [*SESSIONS[Market.parse(market)], c.recv("BYBIT.ws.2", damage)]
    found = read_whole("json-capture", c.write(tmp_path / "c.jsonl", lines), Market.parse(market))
    assert len(found.reasons) == 1
    assert reason in found.reasons[0]
    assert found.quarantine["line"].to_list() == [len(lines)]


def test_an_index_is_no_record_of_a_swap_that_is_asked_for_as_a_dated_future(tmp_path):
    """The index of a pair is every derivative's on it, and made a whole file of the wrong venue pass."""
    path = c.write(tmp_path / "okx.jsonl", okx.session())
    with pytest.raises(FootprintError, match="okx-swap/BTC-USDT-SWAP") as refused:
        read_whole("json-capture", path, Market("okx-futures", "BTC-USDT-SWAP"))
    assert refused.value.fault.code == "FP003"
