"""Bybit's archives: what the indexes link to."""

from datetime import date

import pytest

from pipeline.errors import FootprintError
from pipeline.fetch.listing_html import names_in
from tests.archive.layouts import put_bybit_book, put_bybit_trades, serve_index
from tests.archive.server import Defect
from tests.pipeline.fetch.runs import FIRST, LAST


@pytest.fixture(autouse=True)
def at_bybit(archive, desk):
    desk.source, desk.venue = "bybit-archive", "bybit-linear"
    for folder in ("/trading/", "/spot/", "/orderbook/linear/"):
        serve_index(archive, folder)


def test_trades_come_by_day_and_are_known_again_without_etags_in_the_listing(archive, desk):
    paths = [put_bybit_trades(archive, f"2024-06-0{day}") for day in (2, 3, 5)]
    run = desk.fetch("trades", until=date(2024, 6, 5))
    assert run.states == ["fetched", "absent", "fetched"]
    assert desk.held(f"bybit-archive{paths[1]}") == archive.files[paths[1]]
    row = desk.row(f"bybit-archive{paths[1]}")
    assert (row.status, row.sha256_published) == ("ok", None)
    assert desk.fetch("trades", until=date(2024, 6, 5)).states == ["have", "absent", "have"]
    assert len(archive.asked(paths[1])) == 1


def test_recheck_asks_whether_a_file_was_replaced(archive, desk):
    path = put_bybit_trades(archive, "2024-06-03")
    desk.fetch("trades", until=FIRST)
    assert desk.fetch("trades", until=FIRST, recheck=True).states == ["have"]
    archive.put(path, b"\x1f\x8b another")
    assert desk.fetch("trades", until=FIRST).states == ["have"]
    assert desk.fetch("trades", until=FIRST, recheck=True).states == ["fetched"]
    assert desk.held(f"bybit-archive{path}") == b"\x1f\x8b another"
    assert len(archive.asked(path, "HEAD")) == 2


def test_a_cut_file_is_completed_though_no_checksum_would_tell(archive, desk):
    path = put_bybit_trades(archive, "2024-06-03")
    archive.spoil(path, Defect(cut_after=20, times=1))
    assert desk.fetch("trades", until=FIRST).states == ["fetched"]
    assert desk.held(f"bybit-archive{path}") == archive.files[path]


def test_spot_has_days_and_where_they_are_not_the_month_once(archive, desk):
    desk.venue = "bybit-spot"
    day = put_bybit_trades(archive, "2024-06-01", between="_")
    month = put_bybit_trades(archive, "2024-05", between="-")
    run = desk.fetch("trades", since=date(2024, 5, 29), until=date(2024, 6, 2))
    assert {path.removeprefix("bybit-archive"): outcome.state for path, outcome in run.outcomes.items()} == {
        month: "fetched",
        day: "fetched",
        day.replace("06-01", "06-02"): "absent",
    }


def test_books_have_200_levels_where_there_are_else_500_else_1000(archive, desk):
    put_bybit_book(archive, "2024-06-03", 500)
    put_bybit_book(archive, "2024-06-04", 500)
    put_bybit_book(archive, "2024-06-04", 200)
    put_bybit_book(archive, "2024-06-05", 1_000)
    run = desk.fetch("orderbook", until=LAST)
    assert [path.rpartition("_")[2] for path in run.outcomes] == ["ob500.data.zip", "ob200.data.zip", "ob1000.data.zip"]
    assert run.states == ["fetched"] * 3


def test_an_unknown_symbol_is_answered_with_the_nearest(archive, desk):
    put_bybit_trades(archive, "2024-06-03")
    desk.symbol = "TESTUSD"
    with pytest.raises(FootprintError, match="'TESTUSD' is no symbol of bybit-linear in the archive") as raised:
        desk.look("trades")
    assert raised.value.hint == "did you mean TESTUSDT?"


def test_links_are_read_in_every_spelling():
    page = """<A HREF='a.csv.gz'>a</A><a class=x href="/trading/B/b.csv.gz?x=1">b</a><a href="a.csv.gz">again</a>
    <a href="../">up</a><a name="none">c</a><a href="BTC%20X/">folder</a><p>d.csv.gz</p><a href="unfinished"""
    assert names_in(page) == ["a.csv.gz", "b.csv.gz", "BTC X"]
