"""Pages of trades: a page that does not reach the one before leaves a hole, and nothing else does."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.record.trade_chain import Page, Trade, TradeChain, utc

COUNTED = Page((), "a", "T", 1000, is_counted=True)
OVERLAPPING = Page(("result", "list"), "execId", "time", 1000)


def trades(*ids: int) -> list[Trade]:
    return [Trade(str(one), 1_000 + one) for one in ids]


def holes(page: Page, *pages: list[Trade]) -> list[tuple[str, str] | None]:
    chain = TradeChain(page)
    found = [chain.follow(one)[1] for one in pages]
    return [hole and (hole.after.id, hole.before.id) for hole in found]


def test_counted_ids_show_a_hole_in_the_numbers():
    assert holes(COUNTED, trades(1, 2), trades(2, 3), trades(4, 5), trades(7, 8)) == [None, None, None, ("5", "7")]


def test_other_pages_have_to_overlap():
    pages = trades(1, 2), trades(2, 3), trades(4, 5), trades(5, 9)
    assert holes(OVERLAPPING, *pages) == [None, None, ("3", "4"), None]


def test_an_empty_page_and_a_first_page_say_nothing():
    assert holes(COUNTED, [], trades(5), [], trades(6), trades(8)) == [None, None, None, None, ("6", "8")]


@given(st.integers(1, 30), st.lists(st.integers(0, 12), max_size=20))
def test_counted_and_overlapping_pages_agree_with_a_slow_look(limit: int, steps: list[int]):
    """Pages of the newest `limit` trades: by numbers what no page holds is missing, by overlap one trade more."""
    last, seen, pages = 40, set(), []
    for step in (0, *steps):
        last += step
        pages.append(trades(*range(last - limit + 1, last + 1)))
    lost = []
    for page in pages:
        ids = {int(one.id) for one in page}
        lost.append(bool(seen) and min(ids) > max(seen) + 1)
        seen |= ids
    assert [hole is not None for hole in holes(COUNTED, *pages)] == lost
    apart = [index > 0 and step >= limit for index, step in enumerate((0, *steps))]
    assert [hole is not None for hole in holes(OVERLAPPING, *pages)] == apart


def test_how_many_are_new():
    chain = TradeChain(COUNTED)
    pages = trades(1, 2, 3), trades(2, 3, 4), trades(2, 3, 4), trades(9)
    assert [chain.follow(one)[0] for one in pages] == [0, 1, 0, 1]


def test_a_hole_is_closed_from_its_beginning():
    chain = TradeChain(COUNTED)
    chain.follow(trades(1, 2))
    hole = chain.follow(trades(9, 10))[1]
    assert hole is not None
    smaller = chain.narrowed(hole, trades(3, 4, 5))
    assert smaller is not None
    assert (smaller.after.id, smaller.before.id) == ("5", "9")
    assert chain.narrowed(smaller, []) == smaller
    assert chain.narrowed(smaller, trades(6, 7, 8)) is None


def test_a_hole_is_closed_from_its_end():
    chain = TradeChain(OVERLAPPING)
    chain.follow(trades(1, 2))
    hole = chain.follow(trades(9, 10))[1]
    assert hole is not None
    smaller = chain.narrowed(hole, trades(6, 7, 8))
    assert smaller is not None
    assert (smaller.after.id, smaller.before.id) == ("2", "6")
    assert chain.narrowed(smaller, trades(2, 3, 4, 5)) is None


def test_trades_of_a_reply_come_oldest_first():
    newest_first = [{"execId": "b", "time": "1700000000002"}, {"execId": "a", "time": "1700000000001"}]
    found = OVERLAPPING.trades(json.dumps({"result": {"list": newest_first}}))
    assert found == [Trade("a", 1_700_000_000_001), Trade("b", 1_700_000_000_002)]


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"result":{"list":[{"id":1}]}}', '{"result":{"list":[{"execId":1,"time":"x"}]}}']
)
def test_what_is_no_page_of_trades_is_told(text: str):
    with pytest.raises(ValueError, match=r"expected trades with execId and time in a list at result\.list"):
        OVERLAPPING.trades(text)


def test_times_are_told_in_utc():
    assert utc(1_700_000_000_049) == "2023-11-14 22:13:20.049"
