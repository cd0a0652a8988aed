"""Rows with other entries: a minute each, mids in quote."""

from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtest.placebo.control_rows import Entries, Exits, Minutes, with_entries
from backtest.trading.reversion_episodes import episodes
from signals.bars import MINUTE
from signals.reversion import REVERSION
from tests.backtest.reversion_rows import signal_rows

EXITS = Exits(stop=0.02, target=0.01, hold_min=3)


def flat_rows(*mids):
    return signal_rows(*(("IDLE", 0, None, mid) for mid in mids), z_level=1.0)


def minutes(*mids):
    return Minutes(np.arange(1, len(mids) + 1) * MINUTE, np.array(mids, np.float64))


def entries(*sided):
    return Entries(np.array([at for at, _ in sided], np.int64), np.array([side for _, side in sided], np.int64))


@pytest.mark.parametrize(
    ("mids", "side", "left"),
    [
        ((100, 100.5, 101.5), 1, (2, "target")),
        ((100, 99, 97.5), 1, (2, "stop")),
        ((100, 100.5, 102.5), -1, (2, "stop")),
        ((100, 98.5), -1, (1, "target")),
        ((100, 100, 100, 100, 105), 1, (3, "hold_timeout")),
        ((100, 100, 100, 97), 1, (3, "stop")),  # in the minute of the timeout too
        ((100, 100, 100, nan, 100), 1, (3, "hold_timeout")),
        ((100, nan, 102), 1, (2, "target")),
        ((100, 100, 100), 1, None),
    ],
)
def test_the_first_exit_counts(mids, side, left):
    assert minutes(*mids).leave(0, side, EXITS) == left


def test_rows_hold_from_entry_to_exit_and_one_position_at_a_time():
    rows = with_entries(
        flat_rows(100, 100, 101.5, 101.5, None, 100, 100), entries((1, 1), (0, 1), (3, -1), (4, 1), (6, 1)), EXITS
    )
    assert rows.schema == REVERSION.schema
    assert rows.select("state", "direction", "reason").rows() == [
        ("ENTRY", 1, "pullback"),
        ("LONG", 1, None),
        ("LONG", 1, "target"),
        ("ENTRY", -1, "pullback"),  # short at 101.5
        ("SHORT", -1, None),
        ("SHORT", -1, "target"),
        ("ENTRY", 1, "pullback"),
    ]
    assert rows["z_level"].to_list() == [1.0] * 7


def test_no_entry_without_a_mid():
    rows = with_entries(flat_rows(None, 100), entries((0, 1)), EXITS)
    assert rows["state"].to_list() == ["IDLE", "IDLE"]


MIDS = st.lists(st.one_of(st.floats(95, 105), st.just(nan)), min_size=1, max_size=30)


@given(MIDS, st.data())
def test_episodes_are_those_of_a_step_by_step_account(mids, data):
    places = st.tuples(st.integers(0, len(mids) - 1), st.sampled_from([1, -1]))
    chosen = sorted(data.draw(st.lists(places, max_size=6, unique_by=lambda entry: entry[0])))
    rows = with_entries(flat_rows(*(None if isnan(mid) else mid for mid in mids)), entries(*chosen), EXITS)
    found = [
        (one.entry.at // MINUTE - 1, one.side, one.exit and (one.exit.at // MINUTE - 1, one.exit.reason))
        for one in episodes(rows)
    ]
    assert found == list(_step_by_step(mids, dict(chosen)))


def _step_by_step(mids, chosen):
    held = None
    for now, mid in enumerate(mids):
        if held is not None:
            at, side = held
            moved = side * (mid / mids[at] - 1)
            reasons = {"stop": moved <= -EXITS.stop, "target": moved >= EXITS.target, "hold_timeout": now - at >= 3}
            reason = next((name for name, holds in reasons.items() if holds), None)
            if reason:
                yield at, side, (now, reason)
                held = None
        elif now in chosen and not isnan(mid):
            held = now, chosen[now]
    if held is not None:
        yield *held, None


@pytest.mark.parametrize(("stop", "share"), [(12, 0.706), (5, 0.5)])
@pytest.mark.parametrize("side", [1, -1])
def test_stop_and_target_alone_decide_how_often_a_random_walk_wins(stop, share, side):
    # steps of one at 10,000, target 5 steps away: stop / (stop + target)
    steps = np.random.default_rng(7).choice([-1.0, 1.0], (3_000, 900))
    steps[:, 0] = 0
    exits = Exits(stop=(stop - 0.5) / 10_000, target=4.5 / 10_000, hold_min=1e6)
    ends = np.arange(1, 901) * MINUTE
    left = [Minutes(ends, 10_000 + walk).leave(0, side, exits) for walk in np.cumsum(steps, axis=1)]
    reasons = [found[1] for found in left if found]
    assert len(reasons) > 2_990
    assert reasons.count("target") / len(reasons) == pytest.approx(share, abs=0.03)
