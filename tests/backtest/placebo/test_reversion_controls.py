"""Controls of the reversion rule, on rows a person can check by hand and on random walks."""

from dataclasses import replace
from math import nan

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from backtest.placebo.control_places import (
    NO_LABEL,
    Pullback,
    after_pullback,
    all_pullbacks,
    hour_and_vol_labels,
    matched,
    return_labels,
    shuffled,
)
from backtest.placebo.control_rows import Entries, Exits, Minutes
from backtest.placebo.reversion_controls import CONTROLS, Design, armings_of, controls, entries_of, flipped
from backtest.trading.reversion_episodes import episodes
from backtest.trading.trades import trades
from signals.bars import MINUTE
from signals.reversion import REVERSION, REVERSION_SIGNAL
from signals.reversion_machine import Machine, Minute, Rules
from signals.touch_fills import TouchFills
from tests.backtest.reversion_rows import TERMS, books, settlements, signal_rows

DESIGN = Design(
    exits=Exits(stop=0.02, target=0.01, hold_min=2),
    pullback=Pullback(depth=0.01, arm_min=5, lookback_min=5),
    shift_min=3,
    return_window_min=2,
    return_bins=2,
    vol_window_min=2,
    vol_bins=2,
    funding_delay_s=5,
    seed=1,
)
ROWS = signal_rows(
    ("IDLE", 0, None, 100.0),
    ("ARMED", 1, "armed", 100.0),
    ("ARMED", 1, None, 99.5),
    ("ENTRY", 1, "pullback", 98.9),
    ("LONG", 1, "filled", 98.9),
    ("LONG", 1, None, 99.0),
    ("LONG", 1, "target", 100.1),
    ("COOLDOWN", 1, "flat", 100.0),
    ("ENTRY", -1, "cooled+armed+pullback", 101.0),
    ("SHORT", -1, "filled", 101.0),
    ("SHORT", -1, "z_out", 101.0),
    ("COOLDOWN", -1, "flat", 101.0),
)
PAID = settlements((100, -0.001, 100.0), (500, 0.002, 100.0))


def held(rows) -> list[tuple]:
    """Side, minute of the entry, minute and reason of the exit."""
    return [
        (one.side, one.entry.at // MINUTE, one.exit and (one.exit.at // MINUTE, one.exit.reason))
        for one in episodes(rows)
    ]


def made(name, rows=ROWS, paid=PAID, **design):
    return controls(rows, paid, design=replace(DESIGN, **design))[name]


def test_all_controls_are_made_with_what_reversion_signal_has():
    every = controls(ROWS, PAID, design=DESIGN)
    assert list(every) == list(CONTROLS)
    for rows in every.values():
        REVERSION.check(rows)
        assert_frame_equal(rows.select("bar_end", "known_ts", "mid"), ROWS.select("bar_end", "known_ts", "mid"))


def test_own_entries_leave_by_the_plain_exits():
    assert held(ROWS) == [(1, 4, (7, "target")), (-1, 9, (11, "z_out"))]
    assert held(made("own_entries")) == [(1, 4, (6, "hold_timeout")), (-1, 9, (11, "hold_timeout"))]


def test_without_the_wait_it_enters_when_armed():
    assert [one[:2] for one in held(made("no_wait"))] == [(1, 2), (-1, 9)]


def test_moved_entries_keep_their_distance_around_the_end():
    assert [one[:2] for one in held(made("shifted"))] == [(1, 7), (-1, 12)]
    assert [one[:2] for one in held(made("shifted", shift_min=5))] == [(-1, 2), (1, 9)]


def test_carry_takes_the_side_that_was_paid():
    # at minute 4 the rate known is -0.001, which pays longs; at minute 9 (540 s) 0.002, which pays shorts
    assert [one[:2] for one in held(made("carry"))] == [(1, 4), (-1, 9)]
    assert [one[:2] for one in held(made("carry", funding_delay_s=41))] == [(1, 4), (1, 9)]
    assert held(made("carry", paid=settlements())) == []
    unknown = pl.concat([PAID, settlements((520, None, None))])
    assert held(made("carry", paid=unknown)) == held(made("carry"))


def test_flipped_is_the_other_side_at_the_same_times():
    assert held(flipped(ROWS)) == [(-side, entry, leave) for side, entry, leave in held(ROWS)]
    assert_frame_equal(flipped(flipped(ROWS)), ROWS)


def test_flipped_trades_move_the_other_way_and_pay_the_same_spread():
    book = books(*((60 * at + more, mid) for at, mid in enumerate(ROWS["mid"], 1) for more in (0, 1)))
    one, other = (trades(rows, book, PAID, terms=TERMS) for rows in (ROWS, flipped(ROWS)))
    assert one["status"].to_list() == ["closed", "closed"]
    assert other["position_quote"].to_list() == pytest.approx((-one["position_quote"]).to_list())
    assert other["spread_quote"].to_list() == pytest.approx(one["spread_quote"].to_list())


def test_the_seed_decides_and_nothing_else():
    once, again = (controls(ROWS, PAID, design=DESIGN) for _ in range(2))
    assert all(once[name].equals(again[name]) for name in CONTROLS)


def test_no_rows_no_controls():
    assert all(rows.is_empty() for rows in controls(ROWS.clear(), settlements(), design=DESIGN).values())


PLACES = st.lists(st.integers(0, 99), max_size=12, unique=True).map(sorted)


def entries(at) -> Entries:
    return Entries(np.array(at, np.int64), np.array([1 if place % 3 else -1 for place in at], np.int64))


@given(PLACES, st.integers(0, 9))
def test_shuffled_entries_have_the_same_stretches_and_sides(at, seed):
    own = entries(at)
    drawn = shuffled(own, 100, np.random.default_rng(seed))
    assert sorted(np.diff(drawn.at, prepend=0, append=99)) == sorted(np.diff(own.at, prepend=0, append=99))
    assert sorted(drawn.side) == sorted(own.side)


@given(PLACES, st.lists(st.integers(NO_LABEL, 3), min_size=100, max_size=100), st.integers(0, 9))
def test_matched_entries_are_others_with_the_same_labels(at, labels, seed):
    own, labels = entries(at), np.array(labels)
    drawn = matched(own, labels, np.random.default_rng(seed))
    assert len(set(drawn.at.tolist())) == drawn.at.size
    assert not set(drawn.at.tolist()) & set(at)
    for label in range(4):
        wanted = (labels[own.at] == label).sum()
        assert (labels[drawn.at] == label).sum() == min(wanted, (labels == label).sum() - wanted)
    assert (labels[drawn.at] != NO_LABEL).all()


def test_labels_by_past_return():
    mids = np.array([100, 101, 99, nan, 102, 99.0])
    ends = np.array([1, 2, 3, 4, 5, 7]) * MINUTE
    # returns over 2 minutes: - , -, 99/100, nan, 102/99, 99/102
    assert return_labels(Minutes(ends, mids), window_min=2, bins=3).tolist() == [-1, -1, 1, -1, 2, 0]


def test_labels_by_hour_and_volatility():
    # two hours; in each minute of the second the mid moves, in the first it stands
    mids = np.array([100.0] * 60 + [100.0, 101.0] * 30)
    labels = hour_and_vol_labels(Minutes(np.arange(120) * MINUTE, mids), window_min=10, bins=2)
    assert set(labels[:8]) == {NO_LABEL}  # eight returns of ten are needed, and the first minute has none
    assert labels[8] != NO_LABEL
    assert set(labels[70:]) == {3}
    assert set(labels[9:60]) <= {0, 1}


@pytest.mark.parametrize("side", [1, -1])
def test_a_random_arming_waits_for_the_pullback_as_the_rule_does(side):
    wait = Pullback(depth=0.001, arm_min=60, lookback_min=20)
    choices = {"pullback": wait.depth, "arm_h": wait.arm_min / 60, "lookback_min": wait.lookback_min}
    rules = Rules(**{name: (REVERSION_SIGNAL.params | choices)[name] for name in Rules.__dataclass_fields__})
    came_to = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        mids = 100 * np.exp(np.cumsum(rng.normal(0, 1.5e-4, 200)))
        mids[51:][rng.random(149) < 0.1] = nan  # minutes that end without a book
        mids[:50][rng.random(50) < 0.1] = nan
        ends, none = np.arange(1, 201) * MINUTE, np.empty(0)
        machine = Machine(rules, TouchFills(none.astype(np.int64), none, none))
        steps = [
            machine.step(Minute(end, end, side * 3 * (at >= 50), (1 + side) / 2, mid, mid, mid))
            for at, (end, mid) in enumerate(zip(ends.tolist(), mids.tolist(), strict=True))
        ]
        by_rule = [at for at, step in enumerate(steps) if "pullback" in step.reasons]
        armed = Entries(np.array([50]), np.array([side]))
        assert after_pullback(armed, Minutes(ends, mids), wait).at.tolist() == by_rule
        came_to.append(by_rule[0] if by_rule else None)
    assert {None, 50} < set(came_to)  # never, at once, and later


def test_armings_and_entries_are_read_from_the_reasons():
    assert (armings_of(ROWS).at.tolist(), armings_of(ROWS).side.tolist()) == ([1, 8], [1, -1])
    assert entries_of(ROWS).at.tolist() == [3, 8]
    assert entries_of(ROWS.with_columns(reason=pl.lit(None, pl.String))).at.size == 0


def test_any_pullback_enters_where_the_price_begins_to_have_given_way():
    # 98.9 is 1.1 % below 100, in reach at minute 4; 100.1 is 1.2 % above it, in minute 7, after the long is left
    assert held(made("any_pullback")) == [(1, 4, (6, "hold_timeout")), (-1, 7, (9, "hold_timeout"))]


@given(
    st.lists(st.one_of(st.just(nan), st.floats(95, 105)), min_size=1, max_size=30),
    st.integers(1, 9),
)
def test_pullbacks_are_those_a_walk_over_the_minutes_finds(mids, lookback_min):
    ends = MINUTE * np.arange(1, len(mids) + 1)
    found = all_pullbacks(Minutes(ends, np.array(mids)), Pullback(0.02, arm_min=5, lookback_min=lookback_min))
    walked = []
    for side, extreme in ((1, max), (-1, min)):
        before = False
        for at, mid in enumerate(mids):
            seen = [one for one in mids[max(at - lookback_min, 0) : at + 1] if one == one]
            now = mid == mid and side * mid <= side * extreme(seen) * (1 - side * 0.02)
            if now and not before:
                walked.append((at, side))
            before = now
    assert list(zip(found.at.tolist(), found.side.tolist(), strict=True)) == walked
