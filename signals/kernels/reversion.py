"""The reversion machine over arrays, for minutes by the million; `signals.reversion_machine` says it step by step.

The engine is NORMAL throughout, and what becomes of an order depends on the minute it was decided on alone. Times are
microseconds, NaN is unknown.
"""

# mypy: allow-untyped-defs

from typing import Final, NamedTuple

import numpy as np
from numba import njit

IDLE, ARMED, ENTRY, LONG, SHORT, COOLDOWN = range(6)
"""States, in the order of `reversion_machine.STATES`."""

REASONS: Final = (
    "filled",
    "no_fill",
    "flat",
    "stop",
    "target",
    "z_out",
    "hold_timeout",
    "data_gap",
    "cooled",
    "armed",
    "no_book",
    "arm_timeout",
    "pullback",
)
"""What bit of `reasons` says what, from the lowest on: in this order they can come in one minute."""

FILLED, NO_FILL, FLAT, STOP, TARGET, Z_OUT, HOLD_TIMEOUT, DATA_GAP = (1 << bit for bit in range(8))
COOLED, ARMING, NO_BOOK, ARM_TIMEOUT, PULLBACK = (1 << bit for bit in range(8, 13))


class Limits(NamedTuple):
    """The machine's rules, times in microseconds but for `gap_s`."""

    z_in: float
    z_out: float
    z_rearm: float
    q_in: float
    stop: float
    arm_us: int
    hold_us: int
    cooldown_us: int
    lookback_us: float
    gap_s: float


class Seen(NamedTuple):
    """What is known of each minute, as the machine's Minute, and how far the price must give way on it."""

    at: np.ndarray
    z: np.ndarray
    q: np.ndarray
    mid: np.ndarray
    bid: np.ndarray
    ask: np.ndarray
    bookless_s: np.ndarray
    pullback: np.ndarray


class Orders(NamedTuple):
    """What would become of an order decided on each minute: when, and at what price an entry is bought or sold.

    A price of NaN: the entry comes to nothing at that time.
    """

    entry_at: np.ndarray
    bought: np.ndarray
    sold: np.ndarray
    exit_at: np.ndarray


class Played(NamedTuple):
    """The machine at the end of each minute; reasons by bit, waited -1 where it says nothing, prices NaN there."""

    state: np.ndarray
    side: np.ndarray
    reasons: np.ndarray
    waited: np.ndarray
    ref: np.ndarray
    entry: np.ndarray


@njit(cache=True, nogil=True)
def _extreme(seen, i, side, lookback_us):
    """The highest mid (side +1), or the lowest, of the lookback that ends with minute i."""
    ref, j = seen.mid[i], i - 1
    while j >= 0 and seen.at[j] >= seen.at[i] - lookback_us:
        if side * seen.mid[j] > side * ref:
            ref = seen.mid[j]
        j -= 1
    return ref


@njit(cache=True, nogil=True)
def _arming_side(seen, i, limits, is_blocked):
    """The side on which inventory is extreme and that is free to arm; 0: none. is_blocked: of +1, of -1."""
    if np.isnan(seen.mid[i]) or not seen.bookless_s[i] < limits.gap_s:
        return 0
    if seen.z[i] >= limits.z_in and seen.q[i] >= limits.q_in and not is_blocked[0]:
        return 1
    if -seen.z[i] >= limits.z_in and seen.q[i] <= 1 - limits.q_in and not is_blocked[1]:
        return -1
    return 0


@njit(cache=True, nogil=True)
def _surrender(seen, i, limits, side, armed_at):
    """Why an armed side gives up; 0: it does not."""
    if seen.bookless_s[i] >= limits.gap_s:
        return NO_BOOK
    if side * seen.z[i] <= limits.z_out:
        return Z_OUT
    if seen.at[i] - armed_at >= limits.arm_us:
        return ARM_TIMEOUT
    return 0


@njit(cache=True, nogil=True)
def _exit(seen, i, limits, side, entered_at, entry, ref):
    """Why a position is left; 0: it is not. The stop stands before the target."""
    held_us = seen.at[i] - entered_at
    near = seen.bid[i] if side > 0 else seen.ask[i]
    if side * seen.mid[i] <= side * entry * (1 - side * limits.stop):
        return STOP
    if side * near >= side * ref:
        return TARGET
    if side * seen.z[i] <= limits.z_out:
        return Z_OUT
    if held_us >= limits.hold_us:
        return HOLD_TIMEOUT
    if min(seen.bookless_s[i], held_us / 1_000_000) > limits.gap_s:
        return DATA_GAP
    return 0


@njit(cache=True, nogil=True)
def play(seen, orders, limits):
    """The machine after every minute, from IDLE and blocked on both sides: (n,) each of Played."""
    n = seen.at.size
    states, sides, reasons = np.empty(n, np.int8), np.empty(n, np.int8), np.zeros(n, np.int64)
    waits, refs, entries = np.full(n, -1, np.int8), np.empty(n), np.empty(n)
    is_blocked = np.ones(2, np.bool_)
    state, side, waited, order = IDLE, 0, 0, -1  # order: the minute it was decided on
    armed_at, entered_at, flat_at = 0, 0, 0
    ref, entry = np.nan, np.nan
    for i in range(n):
        now = seen.at[i]
        if seen.z[i] < limits.z_rearm:
            is_blocked[0] = False
        if -seen.z[i] < limits.z_rearm:
            is_blocked[1] = False
        if order >= 0 and state == ENTRY and orders.entry_at[order] <= now:
            px = orders.bought[order] if side > 0 else orders.sold[order]
            if np.isnan(px):
                state, side, ref, reasons[i] = IDLE, 0, np.nan, NO_FILL
            else:
                state, entered_at, entry, reasons[i] = LONG if side > 0 else SHORT, orders.entry_at[order], px, FILLED
            order = -1
        elif order >= 0 and state != ENTRY and orders.exit_at[order] <= now:
            state, flat_at, ref, entry, reasons[i], order = COOLDOWN, orders.exit_at[order], np.nan, np.nan, FLAT, -1
        if state in (LONG, SHORT) and order < 0:
            reason = _exit(seen, i, limits, side, entered_at, entry, ref)
            if reason:
                reasons[i] |= reason
                order = i
        if state == COOLDOWN and now - flat_at >= limits.cooldown_us:
            state, side = IDLE, 0
            reasons[i] |= COOLED
        if state == IDLE:
            side = _arming_side(seen, i, limits, is_blocked)
            if side:
                state, armed_at, ref = ARMED, now, _extreme(seen, i, side, limits.lookback_us)
                is_blocked[0 if side > 0 else 1] = True
                reasons[i] |= ARMING
        if state == ARMED:
            reason = _surrender(seen, i, limits, side, armed_at)
            if reason:
                state, side, ref = IDLE, 0, np.nan
                reasons[i] |= reason
            else:
                if side * seen.mid[i] > side * ref:
                    ref = seen.mid[i]
                if side * seen.mid[i] <= side * ref * (1 - side * seen.pullback[i]):
                    state, waited, order = ENTRY, now > armed_at, i
                    reasons[i] |= PULLBACK
        states[i], sides[i], refs[i], entries[i] = state, side, ref, entry
        if state in (ENTRY, LONG, SHORT):
            waits[i] = waited
    return Played(states, sides, reasons, waits, refs, entries)
