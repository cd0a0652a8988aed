"""Rows of flow_seasonality a person can check by hand: every third minute is alike."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.flow_seasonality import FLOW_SEASONALITY_SIGNAL
from signals.maker_flow import MAKER_FLOW
from tests.signals.tape_frames import column, frame, run

SMALL = {"windows_min": [1, 2], "past_min": 3, "slot_min": 1, "period_min": 3, "periods": 2, "min_slots": 1}
#        1  2   3  4   5   6   7   8   9
TAKEN = [2, 1, -4, 6, -3, 12, -8, 5, -2]


def makers(taken, first=1, **changed):
    """MAKER_FLOW of consecutive minutes in which takers bought so much net, of two half-lives; None is a gap."""
    rows = [
        {"bar_end": 60 * (first + number), "half_life_min": half_life, "coverage": 0.0 if net is None else 1.0}
        | {"maker_net_qty": None if net is None else -float(net)}
        | changed
        for number, net in enumerate(taken)
        for half_life in (2, 10)
    ]
    return frame(MAKER_FLOW, rows)


def rows(taken=TAKEN, *, window=1, first=1, **params):
    flow = taken if hasattr(taken, "columns") else makers(taken, first)
    made = run(FLOW_SEASONALITY_SIGNAL, flow, start=0, until=60 * 1_440, **{**SMALL, **params})
    return made.filter(made["window_min"] == window)


def last(*args, **options):
    return rows(*args, **options).row(-1, named=True)


def test_every_column_by_hand():
    row = last()
    assert (row["net_qty"], row["coverage"]) == (-2, 1)
    # ninth minute: like the sixth (12) and the third (4), without their signs
    assert (row["typical_qty"], row["past_slots"], row["seasonal_ratio"]) == (8, 2, -0.25)
    # against 12, -8, 5: mean 3, squares 81 + 121 + 4
    assert row["z"] == pytest.approx((-2 - 3) / (206 / 2) ** 0.5)
    assert row["q_abs"] == 0
    # seasonal: 12 over 4; -8 over the median of 6 and 2, 4; 5 over the median of 3 and 1, 2
    past = [3, -2, 2.5]
    assert row["z_seasonal"] == pytest.approx((-0.25 - np.mean(past)) / np.std(past, ddof=1))
    assert row["q_abs_seasonal"] == 0
    assert row["known_ts"].second == 0


def test_a_window_of_two_minutes_is_compared_with_what_ended_before_it():
    row = last(window=2)
    assert row["net_qty"] == 3
    # sums that end with the sixth and third minute: 9 and -3
    assert (row["typical_qty"], row["seasonal_ratio"]) == (6, 0.5)
    # those of minutes 5, 6 and 7: 3, 9, 4; that of the eighth overlaps
    assert row["z"] == pytest.approx((3 - 16 / 3) / np.std([3, 9, 4], ddof=1))
    assert row["q_abs"] == 1 / 6, "equal to one of three"


def test_rows_are_by_minute_and_window_and_know_their_past():
    made = run(FLOW_SEASONALITY_SIGNAL, makers(TAKEN), start=0, until=86_400, **SMALL)
    assert column(made, "bar_end") == [60 * minute for minute in range(1, 10) for _ in range(2)]
    assert column(made, "window_min") == [1, 2] * 9
    assert column(made, "known_ts") == pytest.approx([end + 0.1 for end in column(made, "bar_end")])
    assert column(rows(), "past_slots") == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert column(rows(), "typical_qty") == [None, None, None, 2, 1, 4, 4, 2, 8]
    assert column(rows(window=2), "net_qty")[:2] == [None, 3]


def test_gaps_are_null_and_compared_with_nothing():
    taken = [*TAKEN[:5], None, *TAKEN[6:]]
    row = last(taken)
    assert (row["typical_qty"], row["past_slots"]) == (4, 1)
    assert (row["z"], row["q_abs"]) == (None, None), "two of three is less than 0.8"
    made = rows(taken).row(5, named=True)
    assert (made["net_qty"], made["coverage"], made["seasonal_ratio"], made["q_abs"]) == (None, 0, None, None)
    assert column(rows(taken, window=2), "coverage")[5:8] == [0.5, 0.5, 1]
    assert last(taken, min_slots=2)["typical_qty"] is None
    missing = makers(TAKEN).filter(makers(TAKEN)["bar_end"] != makers(TAKEN)["bar_end"][10])
    assert column(rows(missing), "z")[-1] is None


def test_where_nothing_is_typical_there_is_no_ratio():
    row = last([2, 1, 0, 6, -3, 0, -8, 5, -2])
    assert (row["typical_qty"], row["seasonal_ratio"], row["z_seasonal"]) == (0, None, None)
    assert row["z"] is not None
    still = last([1] * 9)
    assert (still["z"], still["z_seasonal"], still["q_abs"]) == (None, None, 0.5), "nothing varies"


def test_what_is_compared_with_may_be_of_the_day_before():
    there = rows(TAKEN * 2, first=-8)
    assert column(there, "net_qty") == TAKEN
    assert column(there, "past_slots") == [2] * 9
    assert there["z"].null_count() == 0


def test_a_row_is_known_when_all_it_is_compared_with_is():
    late = makers(TAKEN * 2, first=-8)
    late = late.with_columns(known_ts=late["known_ts"].dt.offset_by("1h"))[:2].vstack(late[2:])
    assert column(rows(late), "known_ts") == pytest.approx([3_600 - 480 + 0.1] * 9), "eight minutes before: in reach"
    older = makers(TAKEN * 3, first=-17)
    older = older.with_columns(known_ts=older["known_ts"].dt.offset_by("1h"))[:2].vstack(older[2:])
    assert column(rows(older), "known_ts") == pytest.approx([60 * end + 0.1 for end in range(1, 10)])


def test_without_minutes_of_the_day_there_are_no_rows():
    assert rows(makers(TAKEN).clear()).is_empty()
    assert rows(makers(TAKEN, first=-8)[:16]).is_empty(), "the day before only"


def test_windows_are_whole_minutes():
    for wrong in ([], [0], [1.5], [2, 2]):
        with pytest.raises(ValueError, match="windows_min"):
            rows(windows_min=wrong)


FLOWS = st.lists(st.one_of(st.none(), st.integers(-4, 4)), min_size=24, max_size=24)


@settings(max_examples=25, deadline=None)
@given(FLOWS, st.integers(1, 3))
def test_they_are_those_of_each_window(taken, window):
    made = rows(taken, window=window, first=-11, windows_min=[window])
    net = [None] * 60 + taken
    sums = [
        None if i < window or None in net[i - window + 1 : i + 1] else sum(net[i - window + 1 : i + 1])
        for i in range(len(net))
    ]
    for i, row in zip(range(72, 84), made.iter_rows(named=True), strict=True):
        past = [one for one in sums[i - window - 2 : i - window + 1] if one is not None]
        slots = [abs(sums[i - back]) for back in (3, 6) if sums[i - back] is not None]
        assert row["net_qty"] == sums[i]
        assert (row["past_slots"], row["typical_qty"]) == (len(slots), np.median(slots) if slots else None)
        if sums[i] is None or len(past) < 3:
            assert row["z"] is row["q_abs"] is None
            continue
        smaller = [abs(one) < abs(sums[i]) for one in past] + [abs(one) <= abs(sums[i]) for one in past]
        assert row["q_abs"] == pytest.approx(np.mean(smaller))
        if np.std(past) > 0:
            assert row["z"] == pytest.approx((sums[i] - np.mean(past)) / np.std(past, ddof=1))


@settings(max_examples=10, deadline=None)
@given(FLOWS)
def test_sellers_instead_of_buyers_turn_the_signs_only(taken):
    there, back = rows(taken, first=-11), rows([None if net is None else -net for net in taken], first=-11)
    for name in ("net_qty", "seasonal_ratio", "z", "z_seasonal"):
        turned = [None if value is None else -value for value in column(back, name)]
        assert turned == pytest.approx(column(there, name), abs=1e-12)
    for name in ("typical_qty", "q_abs", "q_abs_seasonal"):
        assert column(back, name) == column(there, name)
