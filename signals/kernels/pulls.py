"""Best prices that vanished, watched for a while for executions that explain it and for their return. Driven by
kernels.book; units as there. All state stands in arrays and is carried from call to call.
"""

# mypy: allow-untyped-defs

from numba import njit

from signals.kernels import ledger as q
from signals.kernels.book_fields import LEVELS, NONE

TS, SIDE, X, DISPLAYED, TRADED, PULLED, NEW_X, MID2, SPREAD, RESTORED, FIELDS = range(11)
"""When; side (0 bid, 1 ask); the price; displayed there before, executed there since its last update and within the
tolerance after; withdrawn on the side within the band; the next best; twice the mid and the spread before, ticks;
when the price or better ones displayed half as much again (-1: not yet)."""


@njit
def note(side, ts, was_x, was_lots, mid2, spread, top, led, waiting):
    """The best of a side was was_x x was_lots before this instant: a candidate if the next best is far away."""
    x = top[side, 0, 0]
    if x == NONE or x > was_x - led[q.MIN_TICKS] or (was_x - x) * 2_000_000 < led[q.MIN_CENTIBPS] * mid2:
        return
    if not led[q.REST + side] or (ts + led[q.RESTORE]) // q.DAY_US != ts // q.DAY_US:
        return
    one = waiting[led[q.N_CANDIDATES]]
    one[TS], one[SIDE], one[X], one[DISPLAYED] = ts, side, was_x, was_lots
    one[TRADED], one[PULLED] = led[q.TAKEN + side], 0
    one[NEW_X], one[MID2], one[SPREAD], one[RESTORED] = x, mid2, spread, -1
    led[q.N_CANDIDATES] += 1


@njit
def see_restored(now, top, led, waiting):
    """All messages of `now` are in: which prices, or better ones of the best five, display half as much again?"""
    for k in range(led[q.N_CANDIDATES]):
        one = waiting[k]
        if one[RESTORED] >= 0 or one[TS] == now or now - one[TS] > led[q.RESTORE]:
            continue
        side, shown = one[SIDE], 0
        for level in range(LEVELS):
            if top[side, 0, level] >= one[X]:
                shown += top[side, 1, level]
        if 2 * shown >= one[DISPLAYED]:
            one[RESTORED] = now


@njit
def see_execution(ts, x, lots, led, waiting):
    """An execution within the tolerance after a candidate is part of what took its price."""
    for k in range(led[q.N_CANDIDATES]):
        if waiting[k, X] == x and ts - waiting[k, TS] <= led[q.TOLERANCE]:
            waiting[k, TRADED] += lots


@njit
def _withdrawn(ts, side, led, log):
    """Lots that left a side within the band at an instant and that no execution explains, as far as is known now."""
    total, i = 0, led[q.N_LOG] - 1
    while i >= 0 and log[q.L_TS, i] >= ts:
        if log[q.L_TS, i] == ts and (log[q.L_X, i] < 0) == (side == 1):
            total += log[q.L_LOTS, i]
        i -= 1
    return total


@njit
def decide(now, led, waiting, pulls, log):
    """Write the candidates whose time to be restored was over before `now`; they stand in order of time."""
    done = 0
    while done < led[q.N_CANDIDATES] and waiting[done, TS] + led[q.RESTORE] < now:
        pulls[:, led[q.N_PULLS]] = waiting[done]
        pulls[PULLED, led[q.N_PULLS]] = _withdrawn(waiting[done, TS], waiting[done, SIDE], led, log)
        led[q.N_PULLS] += 1
        done += 1
    if done:
        left = led[q.N_CANDIDATES] - done
        for k in range(left):
            waiting[k] = waiting[k + done]
        led[q.N_CANDIDATES] = left
