"""OKX's archive: found by asking, ten days at a time, two files for a UTC day of trades."""

from datetime import date

import pytest

from pipeline.errors import FootprintError
from pipeline.fetch.okx_archive import _MODULES, _label
from tests.archive.layouts import put_okx, serve_okx
from tests.archive.server import Defect
from tests.pipeline.fetch.runs import FIRST, LAST

_LISTING = "/api/v5/public/market-data-history"


@pytest.fixture(autouse=True)
def at_okx(archive, desk):
    desk.source, desk.venue, desk.symbol = "okx-archive", "okx-swap", "BTC-USDT-SWAP"
    serve_okx(archive)


def test_a_utc_day_of_trades_needs_the_file_of_the_next_day_too(archive, desk):
    paths = [put_okx(archive, f"2024-06-0{day}") for day in range(2, 8)]
    run = desk.fetch("trades", until=date(2024, 6, 4))
    assert list(run.outcomes) == [f"okx-archive{path}" for path in paths[1:4]]
    assert run.states == ["fetched"] * 3
    assert desk.held(f"okx-archive{paths[1]}") == archive.files[paths[1]]
    (asked,) = archive.asked(paths[1])
    assert asked.query == {"v": "2"}  # as the listing had it, at another host


def test_a_utc_day_of_a_book_is_one_file(archive, desk):
    paths = [put_okx(archive, f"2024-06-0{day}", kind="orderbook") for day in range(2, 8)]
    assert list(desk.look("orderbook", until=date(2024, 6, 4))) == [f"okx-archive{path}" for path in paths[1:3]]


def test_a_call_asks_for_ten_days_and_calls_are_apart(archive, desk):
    for day in range(1, 30):
        put_okx(archive, f"2024-05-{day:02d}")
    desk.settings = {"okx_archive_spacing_s": 2.0}
    run = desk.fetch("trades", since=date(2024, 5, 1), until=date(2024, 5, 24))
    assert run.states == ["fetched"] * 25
    assert len(archive.asked(_LISTING)) == 3
    assert len(run.slept) == 2
    assert all(1.5 < seconds <= 4 for seconds in run.slept)


def test_days_that_are_not_listed_are_told(archive, desk):
    """The row of a day that comes later is the one it had when it was missing."""
    put_okx(archive, "2024-06-03")
    assert desk.fetch("trades", until=FIRST).states == ["fetched", "absent"]
    late = put_okx(archive, "2024-06-04")
    assert desk.row(f"okx-archive{late}").status == "absent"
    assert desk.fetch("trades", until=FIRST).states == ["have", "fetched"]
    assert desk.row(f"okx-archive{late}").status == "ok"


@pytest.mark.parametrize("code", ["50011", "50013"])
def test_a_busy_venue_is_asked_again(archive, desk, code):
    put_okx(archive, "2024-06-03", kind="orderbook")
    archive.spoil(_LISTING, Defect(status=200, body=f'{{"code":"{code}","msg":"later"}}'.encode(), times=1))
    run = desk.fetch("orderbook", until=FIRST)
    assert (run.states, run.slept) == (["fetched"], [1.0])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"code":"51000","msg":"Parameter instType error"}', "the venue answered 51000 Parameter instType error"),
        (b'{"code":"0","data":[{}]}', "expected a listing of files, got something else"),
        (b"<html>", "expected JSON, got '<html>'"),
        (b"[]", "expected a JSON object, got '[]'"),
        (b'{"code":"0","data":[{"details":[{"groupDetails":[{"filename":"BTC-USDT-SWAP-trades-2024-06-03.zip",'
         b'"url":"https://h/../../etc/passwd"}]}]}]}', "an address without a file"),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_named(archive, desk, body, said):
    archive.spoil(_LISTING, Defect(status=200, body=body))
    with pytest.raises(FootprintError, match="FP021") as raised:
        desk.look("trades", until=FIRST)
    assert said in str(raised.value)


def test_an_unknown_symbol_is_answered_with_the_nearest(archive, desk):
    archive.answers["/api/v5/public/instruments"] = lambda _: b'{"code":"0","data":[{"instId":"BTC-USDT-SWAP"}]}'
    desk.symbol = "BTC-USD-SWAP"
    with pytest.raises(FootprintError, match="FP023") as raised:
        desk.look("trades")
    assert raised.value.hint == "did you mean BTC-USDT-SWAP?"
    desk.symbol = "ZZZZ-TUSD-240628"  # like nothing listed today: it may be one that was
    assert set(desk.look("trades", until=LAST).values()) == {"absent"}


@pytest.mark.parametrize("body", [b'{"code":"0","data":[{"ctVal":"0.01"}]}', b'{"code":"0"}'])
def test_a_list_of_instruments_that_is_none_is_named(archive, desk, body):
    archive.answers["/api/v5/public/instruments"] = lambda _: body
    with pytest.raises(FootprintError, match="expected a list of instruments, got something else"):
        desk.look("trades", until=date(2023, 1, 1), since=date(2023, 1, 1))


def test_the_day_of_a_file_without_one_in_its_name_is_that_of_its_time():
    """16:00 UTC of June 2 is midnight of June 3 in UTC+8, where days of trades begin."""
    at = {"filename": "BTC-USDT-SWAP-trades.zip", "dateTs": "1717344000000"}
    assert _label(at, _MODULES["trades"]) == "2024-06-03"
    assert _label(at, _MODULES["orderbook"]) == "2024-06-02"
    assert _label(at | {"dataTs": "1717430400000"}, _MODULES["trades"]) == "2024-06-04"
