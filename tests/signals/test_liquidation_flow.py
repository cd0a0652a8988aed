"""Forced prints by the minute, by hand: times in seconds from midnight."""

import pytest

from signals.blocks import BLOCKS_SIGNAL
from signals.inputs.trading import TRADES
from signals.taker_orders import TAKER_ORDERS
from tests.signals.tape_frames import DAY_S, column, frame, run, seconds


def printed(at, qty=1.0, label="MARKET", side=1, **more):
    off = label in ("ADL", "INSURANCE_FUND", "NA")
    row = {"event_ts": at, "qty": qty, "price": 100.0, "taker_side": side, "is_off_market": off, "print_type": label}
    return row | more


def minutes(*prints, until=180, without=(), start=0):
    tables = frame(TAKER_ORDERS, []), frame(TRADES, prints), seconds({}, until, first=start + 1, without=without)
    return run(BLOCKS_SIGNAL, *tables, until=until, start=start, output=1)


def test_every_column_by_hand():
    found = minutes(
        printed(1), printed(70, 2.0, "ADL"), printed(80, 0.5, "INSURANCE_FUND", -1), printed(90, 4.0, "ADL", 0)
    )
    assert column(found, "bar_end") == [60, 120, 180]
    assert column(found, "is_labelled") == [True] * 3
    assert column(found, "buy_qty") == [0, 2, 0]
    assert column(found, "sell_qty") == [0, 0.5, 0]
    assert column(found, "n_prints") == [0, 3, 0]
    assert column(found, "coverage") == [1, 1, 1]


def test_what_the_book_matched_and_what_is_off_it_for_no_stated_reason_is_not_forced():
    assert column(minutes(printed(1, 9.0), printed(2, 9.0, "NA")), "n_prints") == [0, 0, 0]


@pytest.mark.parametrize("label", ["liquidation backstop", "Auto-Deleveraging", "assignment", "termination"])
def test_other_venues_have_other_words_for_it(label):
    found = minutes(printed(1, label="fill"), printed(70, 2.0, label, is_off_market=True))
    assert column(found, "buy_qty") == [0, 2, 0]
    assert column(minutes(printed(1, label="liquidation market")), "n_prints") == [0, 0, 0], "the book took it"


def test_a_feed_that_labels_nothing_says_nothing():
    found = minutes(printed(1, label=None), printed(70, label=None))
    assert column(found, "is_labelled") == [False] * 3
    assert column(found, "n_prints") == [None] * 3


def test_before_the_first_label_of_the_day_nothing_is_known():
    assert column(minutes(printed(1, label=None), printed(61)), "n_prints") == [None, 0, 0]
    assert column(minutes(printed(60)), "is_labelled") == [False, True, True], "the minute ends before it"


def test_a_label_of_the_day_before_does_not_count():
    found = minutes(printed(-10), printed(70), start=-60, until=120)
    assert column(found, "bar_end") == [0, 60, 120]
    assert column(found, "is_labelled") == [True, False, True]


def test_an_end_at_midnight_is_of_the_day_before():
    found = minutes(printed(DAY_S - 90), printed(DAY_S - 1, 3.0, "ADL"), start=DAY_S - 120, until=DAY_S)
    assert column(found, "n_prints") == [0, 1]


def test_nothing_is_said_of_a_gap():
    found = minutes(printed(1), printed(70, 2.0, "ADL"), without=range(90, 110))
    assert column(found, "buy_qty") == [0, None, 0]
    assert column(found, "coverage")[1] == 40 / 60


def test_a_size_off_the_grid_of_lots_is_summed_as_it_is():
    found = minutes(printed(1), *(printed(at, 0.1, "ADL") for at in range(2, 12)))
    assert column(found, "buy_qty")[0] == 1, "ten tenths, exactly"


def test_a_minute_is_known_when_its_prints_and_seconds_are():
    found = minutes(printed(1, known_ts=100), printed(70, 2.0, "ADL", known_ts=130))
    assert column(found, "known_ts") == [100, 130, 180.1]
