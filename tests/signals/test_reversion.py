"""Rows of reversion_signal a person can check by hand; times in minutes since 1970, books every second."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from signals.bars import DAY, MINUTE
from signals.book_state import BOOK_STATE
from signals.maker_inventory import MAKER_INVENTORY
from signals.reversion import REVERSION, REVERSION_SIGNAL, reversion_rows
from signals.reversion_machine import REASONS, STATES, Rules
from signals.table import UTC_US, Span
from tests.signals.rows import rows_of, seconds

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MIDNIGHT = DAY // MINUTE
QUICK = {"arm_h": 0.05, "hold_h": 0.05, "cooldown_h": 1 / 30, "lookback_min": 5, "warmup_h": 1}
"""Waits and holds for three minutes, cools down for two, looks back five."""


def inventory(*minutes, first=1, half_life_min=30):
    """MAKER_INVENTORY of one z a minute; an extreme z is a rare one."""
    rows = [
        {
            "bar_end": 60 * at,
            "half_life_min": half_life_min,
            "z_level": z,
            "q_level": 0.5 if abs(z) < 2 else (z > 0) * 1.0,
        }
        for at, z in enumerate(minutes, first)
    ]
    return rows_of(MAKER_INVENTORY, rows)


def book(*mids, first=1):
    """BOOK_STATE of one mid a minute, 0.1 wide; None: the book is not OK."""
    rows = [
        {"bar_end": 60 * at - 59 + second}
        | ({"state": "STALE"} if mid is None else {"state": "OK", "bid_px": mid - 0.05, "ask_px": mid + 0.05})
        for at, mid in enumerate(mids, first)
        for second in range(60)
    ]
    return rows_of(BOOK_STATE, rows)


def run(made, seen, *, day=0, days=1, **params) -> pl.DataFrame:
    span = Span(EPOCH + timedelta(days=day), EPOCH + timedelta(days=day + days))
    inputs = {"maker_inventory": made.lazy(), "book_state": seen.lazy()}
    given = REVERSION_SIGNAL.params | QUICK | params
    return REVERSION_SIGNAL.compute(inputs, span=span, chunk_rows=1, **given)["reversion_signal"]


def told(rows: pl.DataFrame) -> list[tuple]:
    return rows.select("state", "reason").rows()


LONG_STORY = [
    (0, 100, "IDLE", None),
    (2.5, 100, "ARMED", "armed"),
    (2.6, 98.9, "ENTRY", "pullback"),
    (1.5, 98.9, "LONG", "filled"),
    (0.5, 98.9, "LONG", None),
    (0.5, 100.05, "LONG", "target"),
    (0.5, 100.05, "COOLDOWN", "flat"),
    (2.5, 100.05, "COOLDOWN", None),
    (2.5, 99, "ENTRY", "cooled+armed+pullback"),
]


def test_every_column_of_a_trade():
    z, mids, states, reasons = zip(*LONG_STORY, strict=True)
    rows = run(inventory(*z), book(*mids))
    assert told(rows) == list(zip(states, reasons, strict=True))
    assert rows.row(3, named=True) == {
        "venue": "v",
        "symbol": "s",
        "bar_end": EPOCH + timedelta(minutes=4),
        "known_ts": EPOCH + timedelta(minutes=4, seconds=0.1),
        "state": "LONG",
        "direction": 1,
        "reason": "filled",
        "waited": True,
        "z_level": 1.5,
        "q_level": 0.5,
        "mid": pytest.approx(98.9),
        "ref_px": 100,
        "entry_px": pytest.approx(98.95),  # the ask of 3:01: the order of 3:00 was sent when that was known, at 3:00.1
    }
    assert rows["direction"].to_list() == [0, 1, 1, 1, 1, 1, 1, 1, 1]
    assert rows["waited"].to_list() == [None, None, True, True, True, True, None, None, False]
    assert rows["ref_px"].to_list() == [None, 100, 100, 100, 100, 100, None, None, pytest.approx(100.05)]
    assert rows["entry_px"].is_null().to_list() == [True, True, True, False, False, False, True, True, True]


FIXTURE = [
    *LONG_STORY,
    (0, 99, "LONG", "filled+z_out"),
    (0, 99, "COOLDOWN", "flat"),
    (0, 99, "COOLDOWN", None),
    (0, 99, "IDLE", "cooled"),
    (-3, 98.9, "ARMED", "armed"),
    (-3, 98.9, "ARMED", None),
    (-3, 98.9, "ARMED", None),
    (-3, 98.9, "IDLE", "arm_timeout"),
    (0, 98.9, "IDLE", None),
    (-3, 100, "ENTRY", "armed+pullback"),
    (-3, 100, "SHORT", "filled"),
    (-3, 102, "SHORT", "stop"),
    (-3, 102, "COOLDOWN", "flat"),
    (-3, 102, "COOLDOWN", None),
    (0, 102, "IDLE", "cooled"),
    (3, 100, "ENTRY", "armed+pullback"),
    (3, None, "IDLE", "no_fill"),
    (0, 100, "IDLE", None),
    (-3, 100, "ARMED", "armed"),
    (-3, None, "IDLE", "no_book"),
    (0, 100, "IDLE", None),
    (-3, 100, "ARMED", "armed"),
    (1, 100, "IDLE", "z_out"),
    (3, 98, "ENTRY", "armed+pullback"),
    (3, 98, "LONG", "filled"),
    (3, 98, "LONG", None),
    (3, 98, "LONG", None),
    (3, 98, "LONG", "hold_timeout"),
    (0, 98, "COOLDOWN", "flat"),
    (0, 98, "COOLDOWN", None),
    (0, 98, "IDLE", "cooled"),
    (3, 96, "ENTRY", "armed+pullback"),
    (3, 96, "LONG", "filled"),
    (3, None, "LONG", None),
    (3, None, "LONG", "data_gap"),
    (3, None, "LONG", None),
    (3, 96, "COOLDOWN", "flat"),
]


def test_a_fixture_of_every_state_and_every_reason_that_a_recording_can_give():
    z, mids, states, reasons = zip(*FIXTURE, strict=True)
    rows = run(inventory(*z), book(*mids))
    assert told(rows) == list(zip(states, reasons, strict=True))
    assert set(rows["state"]) == set(STATES)
    words = {word for reason in rows["reason"].drop_nulls() for word in reason.split("+")}
    assert words == set(REASONS) - {"engine", "tail_limiter"}  # no engine is in the data


@pytest.mark.parametrize("state", ["LOCKED", "CROSSED", "STALE"])
def test_a_book_that_is_not_ok_has_no_mid_and_fills_no_order(state):
    z, mids, *_ = zip(*LONG_STORY, strict=True)
    is_bad = pl.col("bar_end").is_in([EPOCH + timedelta(minutes=3, seconds=1), EPOCH + timedelta(minutes=2)])
    seen = book(*mids).with_columns(state=pl.when(is_bad).then(pl.lit(state)).otherwise("state"))
    rows = run(inventory(*z), seen)
    assert rows["mid"].is_null().to_list()[:4] == [False, True, False, False]
    assert told(rows)[1:4] == [("IDLE", None), ("ENTRY", "armed+pullback"), ("IDLE", "no_fill")]


@pytest.mark.parametrize(("length", "reason"), [(60, None), (61, "data_gap")])
def test_a_gap_that_ended_within_the_minute_is_seen(length, reason):
    z, mids = [0, 3, 3, 3, 3], [100, 98.5, 98.5, 98.5, 98.5]
    begin = EPOCH + timedelta(minutes=3, seconds=30)
    seen = book(*mids).filter(~pl.col("bar_end").is_between(begin, begin + timedelta(seconds=length), closed="left"))
    assert told(run(inventory(*z), seen))[2:] == [("LONG", "filled"), ("LONG", None), ("LONG", reason)]


def test_a_row_is_known_when_all_before_it_is_and_orders_are_sent_then():
    late = pl.col("bar_end") == EPOCH + timedelta(minutes=2, seconds=-7)
    known = pl.when(late).then(EPOCH + timedelta(minutes=4, seconds=2.9)).otherwise("known_ts")
    seen = book(100, 98.5, 98.6, 98.7, 98.8).with_columns(known_ts=known.cast(BOOK_STATE.schema["known_ts"]))
    rows = run(inventory(0, 3, 3, 3, 3), seen)
    assert seconds(rows, "known_ts") == [60.1, 242.9, 242.9, 242.9, 300.1]
    assert told(rows)[1:] == [("ENTRY", "armed+pullback"), ("ENTRY", None), ("ENTRY", None), ("LONG", "filled")]
    assert rows["entry_px"][-1] == pytest.approx(98.85)  # the ask of 4:03: minute 5
    made = inventory(0, 3, 3, 3).with_columns(known_ts=pl.lit(EPOCH + timedelta(minutes=3, seconds=9)).cast(UTC_US))
    made = pl.concat([made[:2], inventory(0, 3, 3, 3)[2:]])
    assert seconds(run(made, book(100, 100, 100, 100)), "known_ts") == [189, 189, 189, 240.1]


@pytest.mark.parametrize("seed", range(6))
def test_the_past_alone_gives_the_same_past(seed):
    """Forty minutes of extremes, moves and holes, recorded up to two minutes late: whenever it is cut, rows known by
    then stand."""
    draw = np.random.default_rng(seed)
    made = inventory(*draw.choice([-3, 0, 3, 3], 40))
    seen = book(*(None if hole else 100 + draw.normal(0, 1.5) for hole in draw.random(40) < 0.1))
    made, seen = (late(rows, draw) for rows in (made, seen))
    rows = run(made, seen)
    assert rows["entry_px"].count() > 2
    for cut in draw.choice(rows["known_ts"].to_physical(), 8).tolist():
        is_known = pl.col("known_ts").to_physical() <= cut
        past = run(made.filter(is_known), seen.filter(is_known))
        known = rows.filter(is_known)
        assert_frame_equal(past.head(known.height), known)


def late(rows: pl.DataFrame, draw: np.random.Generator) -> pl.DataFrame:
    """One row in two hundred comes up to two minutes late."""
    delay_s = (draw.random(rows.height) < 1 / 200) * draw.uniform(0, 120, rows.height)
    return rows.with_columns(pl.col("known_ts") + pl.duration(milliseconds=pl.Series(delay_s * 1_000).round()))


def test_it_follows_one_half_life():
    others = [inventory(*[9] * 9, half_life_min=minutes) for minutes in (2, 360)]
    z, mids, *_ = zip(*LONG_STORY, strict=True)
    made = pl.concat([inventory(*z), *others]).sort("bar_end", "half_life_min")
    assert_frame_equal(run(made, book(*mids)), run(inventory(*z), book(*mids)))
    with pytest.raises(
        ValueError, match=r"half_life_min is 10, expected one of maker_inventory's half-lives: 2, 30, 360"
    ):
        run(made, book(*mids), half_life_min=10)


def test_no_input_no_rows():
    assert run(MAKER_INVENTORY.empty(), BOOK_STATE.empty()).equals(REVERSION.empty())
    assert told(run(inventory(0, 3), BOOK_STATE.empty())) == [("IDLE", None)] * 2


def test_a_position_is_carried_over_midnight():
    first = MIDNIGHT - 3
    made, seen = inventory(0, 3, 3, 3, 0, 0, first=first), book(100, 98.5, 98.5, 98.5, 98.5, 98.5, first=first)
    rows = run(made, seen, day=1)
    assert told(rows) == [("LONG", "z_out"), ("COOLDOWN", "flat")]
    assert rows["bar_end"][0] == EPOCH + timedelta(days=1, minutes=1)


def test_nothing_older_than_the_warm_up_changes_a_day():
    """Armed an hour and two minutes before midnight and waiting ever since: a machine started later is blocked."""
    z = [0, *[3] * 63, 0, 3]
    first = MIDNIGHT - 63
    made, seen = inventory(*z, first=first), book(*[100] * len(z), first=first)
    assert told(run(made, seen, days=2, arm_h=2))[1:64] == [("ARMED", "armed")] + [("ARMED", None)] * 62
    rows = run(made, seen, day=1, arm_h=2)
    assert told(rows) == [("IDLE", None), ("ARMED", "armed")]
    recent = pl.col("bar_end") > EPOCH + timedelta(days=1, hours=-1)
    assert_frame_equal(run(made.filter(recent), seen.filter(recent), day=1, arm_h=2), rows)
    assert_frame_equal(run(made, seen, days=2, arm_h=2)[-2:], rows)
    reach = {source.name: source.reach(REVERSION_SIGNAL.params) for source in REVERSION_SIGNAL.inputs}
    assert reach == {"maker_inventory": timedelta(hours=48), "book_state": timedelta(hours=48)}


def _by_sigmas(z, mids, sigmas, **changed):
    """States of a rule whose pullback is in deviations of the return over three minutes."""
    made = inventory(*z).select("venue", "symbol", "bar_end", "known_ts", "z_level", "q_level")
    params = REVERSION_SIGNAL.params | QUICK | changed
    rules = Rules(**{name: params[name] for name in Rules.__dataclass_fields__})
    rows = reversion_rows(made, book(*mids), rules, start=0, end=DAY, warmup_h=1, pullback_sigmas=sigmas)
    return rows["state"].to_list()


def test_a_pullback_may_be_in_deviations_of_the_past_return():
    # one-minute returns of 1 %, up and down: over three minutes sqrt(3) % = 1.73 %
    mids = [100, 101, 100, 101, 100, 101, 100]
    z = [0, 0, 0, 0, 0, 0, 2.5]
    # a fall of 1 % from 101 is 0.57 deviations
    assert _by_sigmas(z, mids, 0.5)[-1] == "ENTRY"
    assert _by_sigmas(z, mids, 0.65)[-1] == "ARMED"
    assert _by_sigmas(z, mids, None, pullback=0.5)[-1] == "ARMED"


def test_where_the_deviation_is_not_known_no_pullback_is_deep_enough():
    z = [0, 0, 0, 2.5, 2.5]
    assert _by_sigmas(z, [100, 101, None, 101, 90], 0.5)[-1] == "ARMED"
    assert _by_sigmas(z, [100, 101, 100, 101, 90], 0.5)[-1] == "ENTRY"


def test_deviations_look_back_only():
    z, mids = [0, 0, 0, 2.5, 2.5, 2.5, 0], [100, 101, 100, 101, 100.2, 101, 50]
    assert _by_sigmas(z, mids, 0.5)[:-1] == _by_sigmas(z[:-1], mids[:-1], 0.5)
