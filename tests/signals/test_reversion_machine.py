"""The machine played by hand; times in minutes. A fill comes one second after its order's minute, at the touch."""

from dataclasses import replace
from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.bars import MINUTE, SECOND
from signals.reversion_machine import ENGINE, REASONS, STATES, Machine, Minute, Rules, Step
from signals.touch_fills import TouchFills

RULES = Rules(
    z_in=2,
    z_out=0,
    z_rearm=1,
    q_in=0.975,
    pullback=0.01,
    stop=0.015,
    arm_h=6,
    hold_h=6,
    cooldown_h=1,
    lookback_min=60,
    latency_ms=50,
    gap_s=60,
)
HALF_SPREAD = 1 / 128


def minute(at, z=0.0, mid=100.0, q=None, known=None, bid=None, ask=None, **other) -> Minute:
    """The minute that ended at `at`; an extreme z is a rare one."""
    rarity = {True: 0.99, False: 0.5}[z >= 2] if z > -2 else 0.01
    return Minute(
        at=at * MINUTE,
        known=at * MINUTE + 100_000 if known is None else round(known * MINUTE),
        z=z,
        q=rarity if q is None else q,
        mid=mid,
        bid=mid - HALF_SPREAD if bid is None else bid,
        ask=mid + HALF_SPREAD if ask is None else ask,
        **other,
    )


def play(*minutes: Minute, rules: Rules = RULES, no_book_after=()) -> list[Step]:
    """The machine after each minute. A second later the book is the same, but after the minutes named."""
    met = [one for one in minutes if one.at // MINUTE not in no_book_after and not isnan(one.mid)]
    book = [(one.at + SECOND, one.mid - HALF_SPREAD, one.mid + HALF_SPREAD) for one in met]
    ends, bid, ask = np.array(book).reshape(-1, 3).T
    machine = Machine(rules, TouchFills(ends.astype(np.int64), bid, ask))
    return [machine.step(one) for one in minutes]


def mirrored(one: Minute) -> Minute:
    """The other side's minute: inventory negated, prices reflected at 100."""
    return replace(one, z=-one.z, q=1 - one.q, mid=200 - one.mid, bid=200 - one.ask, ask=200 - one.bid)


def told(steps: list[Step]) -> list[tuple[str, str]]:
    return [(step.state, "+".join(step.reasons)) for step in steps]


def trade(start: int, *exit_minutes: Minute) -> list[Minute]:
    """Inventory becomes ordinary, extreme, and the price gives way; then what is given."""
    return [minute(start), minute(start + 1, 3), minute(start + 2, 3, 98.5), minute(start + 3, 3, 98.5), *exit_minutes]


STORY = [
    (minute(0, 3), ("IDLE", "")),  # extreme from the start: nobody knows for how long
    (minute(1), ("IDLE", "")),
    (minute(2, 3), ("ARMED", "armed")),
    (minute(3, 3, bookless_s=60), ("IDLE", "no_book")),
    (minute(4, 3), ("IDLE", "")),  # still the same extreme
    (minute(5), ("IDLE", "")),
    (minute(6, 3), ("ARMED", "armed")),
    (minute(7, 3, engine="REDUCE"), ("IDLE", "engine")),
    (minute(8), ("IDLE", "")),
    (minute(9, 3), ("ARMED", "armed")),
    (minute(10, -0.1), ("IDLE", "z_out")),
    (minute(11, 3), ("ARMED", "armed")),
    (minute(370, 3, 99.5), ("ARMED", "")),
    (minute(371, 3, 99.5), ("IDLE", "arm_timeout")),
    (minute(372, 0, 100), ("IDLE", "")),
    (minute(373, 3, 98.5), ("ENTRY", "armed+pullback")),
    (minute(374, 3, 98.5), ("IDLE", "no_fill")),
    *zip(
        trade(400, minute(404, 3, 96), minute(405, 3, 96), minute(464, 0, 96), minute(465, 0, 96)),
        [
            ("IDLE", ""),
            ("ARMED", "armed"),
            ("ENTRY", "pullback"),
            ("LONG", "filled"),
            ("LONG", "stop"),
            ("COOLDOWN", "flat"),
            ("COOLDOWN", ""),
            ("IDLE", "cooled"),
        ],
        strict=True,
    ),
    *(
        pair
        for start, reason, exit_minute in (
            (1000, "tail_limiter", minute(1004, 3, 98.5, engine="FLATTEN")),
            (2000, "target", minute(2004, 3, 100.5)),
            (3000, "z_out", minute(3004, 0, 98.5)),
            (4000, "hold_timeout", minute(4363, 3, 98.5)),
            (5000, "data_gap", minute(5005, 3, 98.5, bookless_s=61)),
        )
        for pair in zip(
            trade(start, exit_minute, minute(start + 500, 0, 98.5), minute(start + 600)),
            [
                ("IDLE", ""),
                ("ARMED", "armed"),
                ("ENTRY", "pullback"),
                ("LONG", "filled"),
                ("LONG", reason),
                ("IDLE", "flat+cooled"),
                ("IDLE", ""),
            ],
            strict=True,
        )
    ),
]


def test_a_story_of_every_state_and_reason():
    minutes, expected = zip(*STORY, strict=True)
    steps = play(*minutes, no_book_after=[373])
    assert told(steps) == list(expected)
    assert {step.direction for step in steps if step.state != "IDLE"} == {1}


def test_the_story_of_the_other_side():
    minutes, expected = zip(*STORY, strict=True)
    steps = play(*map(mirrored, minutes), no_book_after=[373])
    assert told(steps) == [(state.replace("LONG", "SHORT"), reason) for state, reason in expected]
    assert {step.direction for step in steps if step.state != "IDLE"} == {-1}


def test_the_story_leaves_nothing_out():
    states, reasons = zip(*(expected for _, expected in STORY), strict=True)
    assert {*states, "SHORT"} == set(STATES)
    assert {word for reason in reasons for word in reason.split("+") if word} == set(REASONS)


ARMED = [minute(0), minute(1, 3)]


def test_what_ends_the_waiting_in_the_order_of_the_checks():
    everything = minute(361, 0, 90.0, bookless_s=60, engine="LOCKED")
    said = []
    for cure in ({}, {"bookless_s": 59}, {"engine": "CAUTION"}, {"z": 0.1}, {"at": 360 * MINUTE}):
        everything = replace(everything, **cure)
        said += play(*ARMED, everything)[-1].reasons
    assert said == ["no_book", "engine", "z_out", "arm_timeout", "pullback"]


HELD = trade(0)
"""Bought a second after minute 2 at 98.5 and half a spread; the target is 100."""


def test_exits_in_the_order_of_the_checks_the_stop_before_the_target():
    everything = minute(363, 0, 97.0, bid=100.0, engine="HALT", bookless_s=61)
    said = []
    for cure in ({}, {"mid": 98.0}, {"engine": "REDUCE"}, {"bid": 99.99}, {"z": 0.1}, {"at": 362 * MINUTE}):
        everything = replace(everything, **cure)
        said += play(*HELD, everything)[-1].reasons
    assert said == ["stop", "tail_limiter", "target", "z_out", "hold_timeout", "data_gap"]
    assert play(*HELD, replace(everything, bookless_s=60))[-1].reasons == ()


def test_the_prices_of_a_trade():
    armed, out, held = play(*HELD)[1:]
    assert (armed.ref, out.ref, held.ref) == (100, 100, 100)  # frozen from the entry on
    assert [isnan(step.entry) for step in (armed, out, held)] == [True, True, False]
    assert held.entry == 98.5 + HALF_SPREAD  # the ask


def test_the_reference_is_the_highest_mid_of_the_lookback_and_rises_while_waiting():
    before = [minute(0, mid=107), minute(1, mid=105), minute(30, mid=nan), minute(31)]
    armed, waiting, still, entered = play(
        *before, minute(61, 3, 104), minute(62, 3, 106), minute(63, 3, nan), minute(64, 3, 104.94)
    )[4:]
    assert [step.ref for step in (armed, waiting, still, entered)] == [105, 106, 106, 106]
    assert (still.state, entered.state, entered.waited) == ("ARMED", "ENTRY", True)


def test_the_drop_that_made_the_inventory_can_be_the_pullback():
    step = play(minute(0), minute(1, 3, 98.9))[-1]
    assert (step.state, step.reasons, step.waited) == ("ENTRY", ("armed", "pullback"), False)


def test_the_thresholds_belong_to_what_they_start():
    assert play(minute(0), minute(1, 2, q=0.975))[-1].state == "ARMED"
    assert play(minute(0), minute(1, -2, q=0.025))[-1].state == "ARMED"
    assert play(minute(0), minute(1, 1.99, q=1))[-1].state == "IDLE"
    assert play(minute(0), minute(1, 2, q=0.974))[-1].state == "IDLE"
    assert play(*ARMED, minute(2, 3, 99.0))[-1].state == "ENTRY"
    assert play(*ARMED, minute(2, 3, 99.01))[-1].state == "ARMED"


@pytest.mark.parametrize(
    "lack", [{"mid": nan}, {"z": nan}, {"q": nan}, {"bookless_s": 60}, {"engine": "REDUCE"}, {"engine": "unheard of"}]
)
def test_nothing_is_armed_without_data_or_against_the_engine(lack):
    assert play(minute(0), minute(1, **{"z": 3, "q": 1} | lack))[-1].state == "IDLE"


def test_an_unknown_state_of_the_engine_counts_as_halt():
    assert play(*HELD, minute(4, 3, 98.5, engine="???"))[-1].reasons == ("tail_limiter",)
    assert [play(*HELD, minute(4, 3, 98.5, engine=name))[-1].reasons for name in ENGINE[:3]] == [()] * 3


def test_the_same_extreme_arms_once():
    lost = [*ARMED, minute(2, -0.5), minute(3, 1.0), minute(4, 3)]
    assert play(*lost)[-1].state == "ARMED"  # -0.5 was ordinary
    timed_out = [*ARMED, minute(361, 3), minute(362, 1.0), minute(363, 3)]
    assert told(play(*timed_out))[2:] == [("IDLE", "arm_timeout"), ("IDLE", ""), ("IDLE", "")]
    unblocked = [*ARMED, minute(361, 3), minute(362, 0.99), minute(363, 3)]
    assert play(*unblocked)[-1].state == "ARMED"


def test_a_side_is_unblocked_in_any_state():
    again = [minute(4, 0.5, 98.5), minute(5, 0.5, 100.5), minute(6, 3), minute(66, 3)]
    assert told(play(*HELD, *again))[4:] == [
        ("LONG", ""),  # ordinary, while in the market
        ("LONG", "target"),
        ("COOLDOWN", "flat"),
        ("ARMED", "cooled+armed"),
    ]
    still_blocked = [minute(4, 1.5, 98.5), minute(5, 1.5, 100.5), minute(6, 3), minute(66, 3)]
    assert told(play(*HELD, *still_blocked))[-1] == ("IDLE", "cooled")


def test_the_cooldown_runs_from_the_fill():
    out = [minute(4, 0, 98.5), minute(5, 0, 98.5)]  # flat a second after minute 4
    assert [step.state for step in play(*HELD, *out, minute(64))][4:] == ["LONG", "COOLDOWN", "COOLDOWN"]
    assert [step.state for step in play(*HELD, *out, minute(65))][4:] == ["LONG", "COOLDOWN", "IDLE"]


def test_only_one_side_is_out_of_idle():
    other = [minute(2, -3), minute(3, -3)]
    assert told(play(*ARMED, *other))[2:] == [("IDLE", "z_out"), ("ARMED", "armed")]
    assert [step.direction for step in play(*ARMED, *other)] == [0, 1, 0, -1]
    cooling = [minute(4, -3, 98.5), minute(5, -3, 98.5), minute(6, -3, 98.5)]
    assert [step.direction for step in play(*HELD, *cooling)][4:] == [1, 1, 1]


def test_an_order_is_out_until_its_fate_is_known():
    late = [minute(1, 3, 98.5, known=2.5), minute(2, 3, 98.5), minute(3, 3, 98.5)]
    steps = play(minute(0), *late)
    assert told(steps)[1:] == [("ENTRY", "armed+pullback"), ("ENTRY", ""), ("IDLE", "no_fill")]  # no book at 2:31
    waiting = [minute(4, 0, 98.5), minute(5, 0, nan, bookless_s=60), minute(6, 0, 98.5), minute(7, 0, 98.5)]
    assert told(play(*HELD, *waiting, no_book_after=[4]))[4:] == [
        ("LONG", "z_out"),
        ("LONG", ""),
        ("LONG", ""),
        ("COOLDOWN", "flat"),  # at the first book, a second after minute 6
    ]


def test_a_trade_can_be_left_in_the_minute_its_entry_becomes_known():
    assert play(*HELD[:3], minute(3, 3, 96))[-1].reasons == ("filled", "stop")


def test_a_gap_before_the_entry_is_none_of_the_position():
    assert play(*HELD[:3], minute(3, 3, 98.5, bookless_s=100))[-1].reasons == ("filled",)


@pytest.mark.parametrize("wrong", [{"z_out": 2}, {"z_rearm": 2.1}, {"z_in": 0, "z_out": -1, "z_rearm": 0}])
def test_thresholds_that_contradict_each_other_are_refused(wrong):
    with pytest.raises(ValueError, match="expected z_in above 0, z_out below it"):
        replace(RULES, **wrong)


@pytest.mark.parametrize("wrong", [{"q_in": 0.5}, {"q_in": 1.1}, {"pullback": 0}, {"stop": 1}])
def test_shares_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match="expected q_in above"):
        replace(RULES, **wrong)


QUICK = replace(RULES, pullback=0.0001, stop=0.00015, arm_h=0.1, hold_h=0.1, cooldown_h=0.05, lookback_min=5)
"""Small enough that a reflected price meets the reflected threshold, whatever the reference."""

MINUTES = st.lists(
    st.tuples(
        st.sampled_from([-2.5, -0.5, 0.0, 0.5, 2.5, 2.5, nan]),
        st.one_of(st.integers(-9, 9), st.just(nan)),
        st.sampled_from([0, 0, 0, 61]),
        st.sampled_from(["NORMAL"] * 9 + ["REDUCE", "HALT"]),
    ),
    max_size=120,
)


def quick(rows) -> list[Minute]:
    return [
        minute(at, z, 100 + ticks / 256, bookless_s=bookless, engine=engine)
        for at, (z, ticks, bookless, engine) in enumerate(rows)
    ]


@settings(deadline=None)
@given(MINUTES)
def test_the_sides_are_mirror_images(rows):
    steps = play(*quick(rows), rules=QUICK)
    reflected = play(*map(mirrored, quick(rows)), rules=QUICK)
    for step, other in zip(steps, reflected, strict=True):
        swapped = {"LONG": "SHORT", "SHORT": "LONG"}.get(step.state, step.state)
        assert (swapped, -step.direction, step.reasons, step.waited) == (
            other.state,
            other.direction,
            other.reasons,
            other.waited,
        )
        assert [200 - step.ref, 200 - step.entry] == pytest.approx([other.ref, other.entry], nan_ok=True)


FOLLOWS = {
    "IDLE": {"IDLE", "ARMED", "ENTRY"},
    "ARMED": {"ARMED", "IDLE", "ENTRY"},
    "ENTRY": {"ENTRY", "IDLE", "LONG", "SHORT", "ARMED"},
    "LONG": {"LONG", "COOLDOWN"},
    "SHORT": {"SHORT", "COOLDOWN"},
    "COOLDOWN": {"COOLDOWN", "IDLE", "ARMED", "ENTRY"},
}


@settings(deadline=None)
@given(MINUTES)
def test_states_follow_each_other_and_every_change_has_a_reason(rows):
    before = "IDLE"
    for step in play(*quick(rows), rules=QUICK):
        assert step.state in FOLLOWS[before]
        assert step.reasons or step.state == before
        assert (step.direction == 0) == (step.state == "IDLE")
        assert set(step.reasons) <= set(REASONS)
        assert isnan(step.entry) == (step.state not in ("LONG", "SHORT"))
        assert isnan(step.ref) == (step.state in ("IDLE", "COOLDOWN"))
        assert (step.waited is None) == (step.state not in ("ENTRY", "LONG", "SHORT"))
        before = step.state
