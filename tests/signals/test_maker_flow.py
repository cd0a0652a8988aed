"""Rows of maker_flow a person can check by hand: lots of 0.001, times in seconds from midnight."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from signals.maker_flow import MAKER_FLOW_SIGNAL, half_lives
from signals.taker_orders import TAKER_ORDERS
from tests.signals.tape_frames import column, frame, run, seconds


def orders(*rows):
    """TAKER_ORDERS of (time, side, qty)."""
    return frame(
        TAKER_ORDERS, [{"event_ts": at, "side": side, "qty": qty} | dict(*more) for at, side, qty, *more in rows]
    )


def found(tape, flow=None, until=120, **params):
    flow = seconds({}, until) if flow is None else flow
    return run(MAKER_FLOW_SIGNAL, tape, flow, until=until, **{"half_life_min": [1], **params})


def test_every_column_by_hand():
    """A minute before its end, an order has halved once with a half-life of a minute."""
    made = found(orders((0, 1, 8.0), (30, -1, 0.5), (60, -1, 4.0)), half_life_min=[2, 1])
    assert column(made, "bar_end") == [60, 60, 120, 120]
    assert column(made, "half_life_min") == [1, 2, 1, 2]
    assert column(made, "known_ts") == [60.1, 60.1, 120.1, 120.1]
    assert column(made, "maker_net_qty") == [-7.5, -7.5, 4, 4]
    assert column(made, "counted_qty") == [-7.5, -7.5, 4, 4]
    assert column(made, "capped_qty") == [0, 0, 0, 0]
    half, quarter = 2**-0.5, 2**-0.25
    assert column(made, "decayed_qty") == pytest.approx(
        [-4 + half / 2, -8 * half + quarter / 2, 2, 4 * half], abs=1e-12
    )
    assert column(made, "coverage") == [1, 1, 1, 1]


def test_vector_5_makers_receive_the_opposite_of_what_takers_do():
    assert column(found(orders((1, 1, 2.0), (2, -1, 0.5))), "maker_net_qty")[0] == -1.5


def test_large_orders_count_up_to_the_percentile_of_those_strictly_before():
    small = [(at, 1, float(at)) for at in range(1, 5)]
    large = (30, -1, 100.0)
    made = found(orders(*small, large), min_orders=4)
    assert (column(made, "maker_net_qty")[0], column(made, "counted_qty")[0]) == (90, -6)
    assert column(made, "capped_qty")[0] == 96
    assert column(found(orders(*small, large), min_orders=5), "capped_qty")[0] == 0
    assert column(found(orders(*small[:3], (30, 1, 4.0), large), min_orders=4), "capped_qty")[0] == 0, "same instant"


def test_the_window_of_the_cap_reaches_back_over_midnight_and_no_further():
    tape = [(-50, 1, 1.0), (-40, 1, 1.0), (10, 1, 5.0)]
    assert column(found(orders(*tape), min_orders=2, cap_window_min=1), "capped_qty")[0] == 4
    tape[0] = (-50.001, 1, 1.0)
    assert column(found(orders(*tape), min_orders=2, cap_window_min=1), "capped_qty")[0] == 0


def test_a_minute_of_which_too_much_is_missing_is_null():
    tape = orders((1, 1, 8.0), (61, 1, 1.0))
    made = found(tape, seconds({}, 120, without=range(20, 33)))
    assert column(made, "coverage") == [47 / 60, 1]
    for name in ("maker_net_qty", "counted_qty", "capped_qty", "decayed_qty"):
        assert made[name].is_null().to_list() == [True, False]
    assert column(found(tape, seconds({}, 120, without=range(20, 32))), "maker_net_qty") == [-8, -1]


def test_there_is_a_row_for_every_minute_that_ended_in_the_span():
    assert column(found(orders(), seconds({}, 179, first=-100), until=179), "bar_end") == [60, 120]
    assert column(found(orders(), seconds({}, 179, first=90), until=179), "bar_end") == [120]
    assert found(orders((5, 1, 1.0)), seconds({}, 50)).is_empty()
    assert column(found(orders((5, 1, 1.0), (65, 1, 2.0)), seconds({}, 120, first=61)), "maker_net_qty") == [-2]


def test_a_row_is_known_when_the_orders_and_seconds_it_is_made_of_are():
    assert column(found(orders((1, 1, 1.0, {"known_ts": 70}))), "known_ts") == [70, 120.1]
    assert column(found(orders((-30, 1, 1.0, {"known_ts": 90}))), "known_ts") == [90, 120.1]
    assert column(found(orders((-90, 1, 1.0, {"known_ts": 90})), cap_window_min=1), "known_ts") == [60.1, 120.1]
    late = seconds({}, 120).with_columns(known_ts=pl.col("known_ts").dt.offset_by("1m"))
    assert column(found(orders(), late), "known_ts") == [120.1, 180.1]


@pytest.mark.parametrize("wrong", [[], [0], [1.5], [2, 2], [True]])
def test_a_half_life_that_is_none_is_refused_in_words(wrong):
    with pytest.raises(ValueError, match="expected half_life_min to be different whole numbers of minutes, got"):
        half_lives(wrong)


TAPES = st.lists(
    st.tuples(st.integers(-50, 119), st.sampled_from([-1, 1]), st.integers(1, 9).map(float)), max_size=20
).map(lambda rows: sorted(rows, key=lambda row: row[0]))
SHORT = {"min_orders": 3, "cap_window_min": 1, "half_life_min": [1, 7]}
SIGNED = ["maker_net_qty", "counted_qty", "decayed_qty"]


@settings(max_examples=30, deadline=None)
@given(TAPES)
def test_sellers_instead_of_buyers_turn_every_sign(rows):
    turned = orders(*((at, -side, qty) for at, side, qty in rows))
    assert_frame_equal(found(turned, **SHORT), found(orders(*rows), **SHORT).with_columns(-pl.col(SIGNED)))


@settings(max_examples=30, deadline=None)
@given(TAPES)
def test_it_is_the_rule_told_slowly(rows):
    made = found(orders(*rows), **SHORT)
    for bar_end, half_life, net, counted, capped, decayed in zip(
        *(column(made, name) for name in ("bar_end", "half_life_min", *SIGNED[:2], "capped_qty", SIGNED[2])),
        strict=True,
    ):
        plain = []
        for at, side, qty in rows:
            before = sorted(q for t, _, q in rows if at - 60 <= t < at)
            cap = before[-(-len(before) * 995 // 1000) - 1] if len(before) >= 3 else qty
            if bar_end - 60 <= at < bar_end:
                plain.append((at, side, qty, min(qty, cap)))
        assert net == -sum(side * qty for _, side, qty, _ in plain)
        assert counted == -sum(side * counts for _, side, _, counts in plain)
        assert capped == sum(qty - counts for _, _, qty, counts in plain)
        left = -sum(side * counts * 2 ** (-(bar_end - at) / 60 / half_life) for at, side, _, counts in plain)
        assert decayed == pytest.approx(left, abs=1e-9)
