"""One feed asked for again and again, by a clock that only moves when somebody waits."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest

from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.record import frames, lines
from pipeline.record.capture import Capture
from pipeline.record.clock import Clock
from pipeline.record.endpoint import Poll
from pipeline.record.endpoints import VENUES
from pipeline.record.faults import NoReply, Refusal
from pipeline.record.lines import Reply
from pipeline.record.poller import Poller

START_NS = 1_699_999_190 * 10**9  # ten seconds before 22:00
MARKET = Market("binance-usdm", "BTCUSDT")
POLLS = {one.feed: one for one in VENUES["binance-usdm"].polls}
OKX_TRADES = next(one for one in VENUES["okx-swap"].polls if one.feed == "trades")
BYBIT_TRADES = next(one for one in VENUES["bybit-linear"].polls if one.feed == "trades")


class Enough(Exception):
    """The test has seen what it wanted."""


class Hand(Clock):
    """Moves by what is waited for, at most `waits` times."""

    def __init__(self, waits: int) -> None:
        self.now, self.waits, self.waited = START_NS, waits, []

    def ns(self) -> int:
        return self.now

    def draw(self) -> float:
        return 0.5

    async def wait(self, seconds: float, event: asyncio.Event) -> None:  # noqa: ARG002
        if len(self.waited) == self.waits:
            raise Enough
        self.waited.append(round(seconds, 6))
        self.now += round(seconds * 1e9)


@dataclass
class Made:
    """What one poller did."""

    clock: Hand
    lines: list[dict[str, Any]]
    asked: list[Mapping[str, Any]]
    told: list[str]
    late: int

    def kinds(self) -> list[str]:
        return [one["t"] for one in self.lines if one["t"] != "header"]

    def holes(self) -> list[tuple[str, str]]:
        return [(one["after"], one["before"]) for one in self.lines if one["t"] == "hole"]


@dataclass
class Venue:
    """Answers with what it is given, one after the other; each answer takes `takes` seconds."""

    answers: list[str | Exception]
    clock: Hand
    takes: float = 0.0
    asked: list[Mapping[str, Any]] = field(default_factory=list)

    async def ask(self, method: str, params: Mapping[str, Any]) -> Reply:
        self.asked.append({"method": method, **params})
        self.clock.now += round(self.takes * 1e9)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return Reply(self.clock.now, f"http://host/{method}", answer)


def run(folder: Path, poll: Poll, answers: list[str | Exception], waits: int, period: float = 5.0, **more: Any) -> Made:
    """Poll until the clock has been waited for so often."""
    clock = Hand(waits)
    venue = Venue(answers, clock, more.pop("takes", 0.0))
    capture = Capture(folder, lambda ns, _: lines.header(ns, "X", {}))
    told: list[str] = []
    poller = Poller(poll, MARKET, "X.http.1", capture, venue.ask, clock, period, told.append, **more)
    try:
        asyncio.run(poller.run())
    except Enough:
        pass
    finally:
        capture.close()
    written = [orjson.loads(line) for path in capture.files for line in frames.text(path.read_bytes()).splitlines()]
    return Made(clock, written, venue.asked, told, poller.late)


def binance(first: int, last: int) -> str:
    return orjson.dumps([{"a": one, "T": 1000 + one, "p": "1.0"} for one in range(first, last + 1)]).decode()


def okx(first: int, last: int) -> str:
    found = [{"tradeId": str(one), "ts": str(1000 + one)} for one in range(last, first - 1, -1)]
    return orjson.dumps({"code": "0", "data": found}).decode()


def test_a_book_is_asked_for_on_the_grid_and_at_the_hour(tmp_path: Path):
    made = run(tmp_path, POLLS["book"], ['{"bids":[]}'], waits=5, period=4.0)
    assert made.clock.waited == [4, 4, 2, 2, 4]  # 21:59:50, :54, :58, 22:00:00, :02, :06
    assert sorted(one.name for one in tmp_path.glob("*.zst")) == ["20231114T21.jsonl.zst", "20231114T22.jsonl.zst"]
    assert [one["t"] for one in made.lines] == ["header", "http", "http", "http", "header", "http", "http", "http"]
    assert made.lines[5]["ts"] == 1_699_999_200.0
    assert {"method": "fapiPublicGetDepth", "symbol": "BTCUSDT", "limit": 500} in made.asked


def test_a_streamed_book_is_asked_for_whole(tmp_path: Path):
    made = run(tmp_path, POLLS["book"], ["{}"], waits=2, period=300.0, is_streamed=True)
    assert made.clock.waited == [10, 290]
    assert {one["limit"] for one in made.asked} == {1000}


def test_a_slow_venue_is_not_asked_for_what_is_over(tmp_path: Path):
    made = run(tmp_path, POLLS["mark"], ["{}"], waits=3, period=2.0, takes=5.0)
    assert made.clock.waited == [1, 1, 1]
    assert made.late == 8  # two of the grid during each of four replies


def test_failures_are_written_down_and_asked_again_more_and_more_slowly(tmp_path: Path):
    faults = [NoReply("RequestTimeout"), NoReply("busy", '{"code":-1003}'), NoReply("busy")]
    made = run(tmp_path, POLLS["mark"], [*faults, '{"markPrice":"1"}'], waits=4)
    assert made.clock.waited == pytest.approx([0.55, 1.1, 2.2, 1.15])
    assert made.kinds() == ["error", "error", "error", "http", "http"]
    assert [one.get("data") for one in made.lines[1:4]] == [None, '{"code":-1003}', None]
    assert made.told == ["binance-usdm/BTCUSDT mark: RequestTimeout; trying again"]


def test_what_a_venue_refuses_from_the_start_ends_the_recording(tmp_path: Path):
    with pytest.raises(FootprintError, match="binance-usdm refuses to give book: Invalid symbol") as refused:
        run(tmp_path, POLLS["book"], [Refusal("Invalid symbol.", "{}")], waits=3)
    assert (refused.value.fault.code, refused.value.where) == ("FP024", "binance-usdm/BTCUSDT")


def test_what_a_venue_refuses_later_is_a_failure_like_others(tmp_path: Path):
    made = run(tmp_path, POLLS["mark"], ["{}", Refusal("delisted", "{}")], waits=3)
    assert made.kinds() == ["http", "error", "error", "error"]


def test_binance_trades_between_two_pages_are_asked_for_from_the_first_on(tmp_path: Path):
    pages = [binance(1, 10), binance(31, 40), binance(11, 25), binance(26, 40), binance(35, 44)]
    made = run(tmp_path, POLLS["trades"], pages, waits=3)
    assert [one.get("fromId") for one in made.asked[:5]] == [None, None, 11, 26, None]
    assert made.holes() == []
    kept = {trade["a"] for one in made.lines if one["t"] == "http" for trade in orjson.loads(one["data"])}
    assert kept == set(range(1, 45))


def test_okx_trades_between_two_pages_are_asked_for_from_the_last_back(tmp_path: Path):
    pages = [okx(1, 10), okx(31, 40), okx(16, 30), okx(1, 15), okx(35, 44)]
    made = run(tmp_path, OKX_TRADES, pages, waits=3)
    assert [one.get("after") for one in made.asked[:5]] == [None, None, "31", "16", None]
    assert made.holes() == []


def test_what_cannot_be_asked_for_is_a_hole(tmp_path: Path):
    def page(*ids: int) -> str:
        found = [{"execId": f"e{one}", "time": str(1000 + one)} for one in reversed(ids)]
        return orjson.dumps({"result": {"list": found}}).decode()

    made = run(tmp_path, BYBIT_TRADES, [page(1, 2), page(2, 3), page(5, 6), page(8, 9)], waits=3)
    assert made.kinds() == ["http", "http", "http", "hole", "http", "hole"]
    hole = next(one for one in made.lines if one["t"] == "hole")
    assert (hole["feed"], hole["after"], hole["before"]) == ("trades", "e3", "e5")
    assert (hole["after_ms"], hole["before_ms"]) == (1003, 1005)
    assert len(made.told) == 1
    assert made.clock.waited == [5, 5, 2.5]  # after a page that was new throughout, sooner


@pytest.mark.parametrize("answer", [NoReply("timeout"), binance(1, 5), "{}", "[]"])
def test_a_hole_that_is_not_filled_stays_one(answer: str | Exception, tmp_path: Path):
    made = run(tmp_path, POLLS["trades"], [binance(1, 10), binance(31, 40), answer, binance(35, 45)], waits=2)
    assert made.holes() == [("10", "31")]


def test_trades_go_on_from_what_an_earlier_process_recorded(tmp_path: Path):
    run(tmp_path, BYBIT_TRADES, ['{"result":{"list":[{"execId":"e1","time":"1001"}]}}'], waits=0)
    again = run(tmp_path, BYBIT_TRADES, ['{"result":{"list":[{"execId":"e7","time":"1007"}]}}'], waits=0)
    assert again.holes() == [("e1", "e7")]


def test_an_earlier_page_that_was_none_is_no_beginning(tmp_path: Path):
    run(tmp_path, BYBIT_TRADES, ['{"retCode":0}'], waits=0)
    again = run(tmp_path, BYBIT_TRADES, ['{"result":{"list":[{"execId":"e7","time":"1007"}]}}'], waits=0)
    assert again.holes() == []


def test_a_page_that_is_none_is_kept_and_told(tmp_path: Path):
    made = run(tmp_path, POLLS["trades"], ['{"code":0}', binance(1, 2)], waits=1)
    assert made.kinds() == ["http", "error", "http"]
    assert made.lines[2]["why"] == "expected trades with a and T in a list at the top"


def test_pages_of_a_streamed_tape_need_not_join(tmp_path: Path):
    made = run(tmp_path, POLLS["trades"], [binance(1, 2), binance(9, 10)], waits=1, is_streamed=True)
    assert made.kinds() == ["http", "http"]


@pytest.mark.parametrize(("venue", "poll"), [(name, poll) for name, one in VENUES.items() for poll in one.polls])
def test_every_request_of_the_table_names_the_market_or_all_of_them(venue: str, poll: Poll):
    """Lists of all markets name none; everything else names the one it is about."""
    said = str(dict(poll.params("BTC-USDT-SWAP", 1_700_000_000_000)))
    lists_all = poll.method in ("fapiPublicGetExchangeInfo", "dapiPublicGetExchangeInfo")
    is_all = lists_all or (venue, poll.feed) in (("hyperliquid", "mark"), ("hyperliquid", "instrument"))
    assert ("BTC-USDT" in said) == (not is_all)
