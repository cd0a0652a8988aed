"""Minutes of chains a person can check by hand: times in seconds from midnight."""

import pytest

from signals.book_state import BOOK_STATE
from signals.replenishment import REPLENISHMENT
from signals.replenishment_rate import REPLENISHMENT_RATE_SIGNAL
from tests.signals.tape_frames import column, frame, gaps, run, seconds


def refill(at, chain=0, side=1, executed=1.0, refilled=1.0, remaining=None, **more):
    row = {"event_ts": at, "chain_id": chain, "side": side, "executed_qty": executed, "refilled_qty": refilled}
    if remaining is not None:
        row |= {"remaining_qty": remaining, "remaining_low_qty": remaining / 2, "remaining_high_qty": 2 * remaining}
    return row | more


def book(until, without=()):
    rows = [{"bar_end": at, "state": "OK", "coverage": 1.0} for at in range(1, until + 1) if at not in without]
    return frame(BOOK_STATE, rows)


def rates(*refills, until=180, holes=(), without=(), without_book=(), **params):
    tables = (
        frame(REPLENISHMENT, refills),
        seconds({}, until, without=without),
        book(until, without_book),
        gaps(*holes),
    )
    return run(REPLENISHMENT_RATE_SIGNAL, *tables, until=until, **params)


def bids(*refills, **options):
    return rates(*refills, **options).filter(side=1)


def asks(*refills, **options):
    return rates(*refills, **options).filter(side=-1)


def test_every_column_by_hand():
    chain = [refill(10, executed=3.0, refilled=2.0), refill(70, executed=5.0, refilled=3.0),
             refill(80, executed=7.0, refilled=6.0, remaining=4.0)]  # fmt: skip
    found = rates(*chain, refill(75, 1, -1, 2.0, 2.0), refill(100, 1, -1, 4.0, 3.0), until=120)
    assert list(zip(column(found, "bar_end"), column(found, "side"), strict=True)) == [
        (60, -1),
        (60, 1),
        (120, -1),
        (120, 1),
    ]
    ask, bid = found.drop("venue", "symbol", "bar_end", "known_ts")[2:].to_dicts()
    assert bid == {
        "side": 1, "n_refills": 2, "n_chains": 1, "executed_qty": 4, "refilled_qty": 4, "replenish_ratio": 1,
        "replenish_rate_qty_s": 4 / 60, "replenish_imbalance": 0.6, "n_sized": 1, "remaining_qty": 4,
        "remaining_low_qty": 2, "remaining_high_qty": 8, "coverage": 1,
    }  # fmt: skip
    assert (ask["n_refills"], ask["refilled_qty"], ask["replenish_imbalance"], ask["n_sized"]) == (2, 1, 0.6, 0)


def test_what_came_before_a_chain_was_stated_is_in_no_minute():
    found = bids(refill(10, executed=9.0, refilled=9.0))
    assert (column(found, "n_refills")[0], column(found, "executed_qty")[0]) == (1, 0)
    assert column(found, "replenish_ratio") == [None] * 3


def test_a_chain_is_active_for_some_minutes_after_its_last_refill():
    found = bids(refill(10), refill(50), refill(130, 1), until=240, active_min=2)
    assert column(found, "n_chains") == [1, 1, 1, 1]
    assert column(bids(refill(10), refill(50), until=240, active_min=2), "n_chains") == [1, 1, 0, 0]
    assert column(bids(refill(60), until=240, active_min=2), "n_chains") == [0, 1, 1, 0]


def test_chains_side_by_side_are_summed():
    found = bids(refill(10, remaining=1.0), refill(20, 1, remaining=2.0), refill(30, 2), refill(40, remaining=0.5))
    assert (column(found, "n_chains")[0], column(found, "n_sized")[0]) == (3, 2)
    assert column(found, "remaining_qty")[0] == 2.5, "the chain's last row, not its first"
    assert column(found, "remaining_low_qty")[0] == 1.25


def test_chains_end_at_midnight_though_numbers_come_again():
    found = bids(refill(-10, executed=9.0, refilled=9.0), refill(10, executed=1.0), refill(20, executed=3.0))
    assert column(found, "executed_qty")[0] == 2
    assert column(bids(refill(-10)), "n_chains") == [0, 0, 0]


def test_chains_end_in_a_gap_of_book_or_tape():
    for feed in ("book_updates", "trades"):
        found = bids(refill(10), refill(100, 1), holes=[(feed, 70, 75)])
        assert column(found, "n_chains") == [1, 1, 1]
    assert column(bids(refill(10), holes=[("funding", 70, 75)]), "n_chains") == [1, 1, 1]


def test_no_refill_is_zero_and_no_ratio():
    found = asks(refill(10))
    assert (column(found, "n_refills"), column(found, "refilled_qty")) == ([0] * 3, [0] * 3)
    assert column(found, "replenish_imbalance") == [None] * 3


@pytest.mark.parametrize("hole", [{"without": range(70, 90)}, {"without_book": range(70, 90)}])
def test_nothing_is_said_of_a_minute_that_is_not_covered(hole):
    found = bids(refill(10), refill(20), **hole)
    assert column(found, "n_refills") == [2, None, 0]
    assert column(found, "n_chains") == [1, None, 1]
    assert column(found, "coverage") == [1, 40 / 60, 1]


def test_a_minute_is_known_when_all_up_to_its_end_is():
    found = bids(refill(10, known_ts=61), refill(70, known_ts=150), holes=[("trades", 170, 200)])
    assert column(found, "known_ts") == [61, 150, 200.1], "the last has a gap that is over later"
