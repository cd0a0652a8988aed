"""Best prices that vanished, watched for a while for executions that explain it and for their return. Driven by
kernels.book; units as there. All state stands in arrays and is carried from call to call.
"""

# mypy: allow-untyped-defs

from numba import njit

from signals.kernels import ledger as q
from signals.kernels.book_fields import LEVELS, NONE

TS, SIDE, X, DISPLAYED, TRADED, PULLED, NEW_X, MID2, SPREAD, RESTORED, SINCE, FIELDS = range(12)
"""When the next best was far away; side (0 bid, 1 ask); the price; displayed there before, executed at the best of the
side meanwhile and at the price within the tolerance after; withdrawn on the side within the band; the next best; twice
the mid and the spread before, ticks; when the price or better ones displayed half of it again (-1: not yet); when the
best began to fall."""

F_SINCE, F_X, F_LOTS, F_MID2, F_SPREAD, F_TAKEN, F_REST, FADE_FIELDS = range(8)
"""A best price that falls away, per side: since when (0: none does), the price and what it displayed, twice the mid and
the spread before; executed at the best and withdrawn within the band since."""


@njit
def fall(side, ts, was_x, was_lots, mid2, spread, top, led, waiting):
    """The best of a side was was_x x was_lots before this instant and is worse now. Falls at most a tolerance (an
    update interval) after the first are one: feeds of single events show level after level. A candidate once the next
    best is far from the first."""
    fade = led[q.FADES + side * FADE_FIELDS : q.FADES + (side + 1) * FADE_FIELDS]
    begun = fade[F_SINCE]
    if begun == 0 or ts - begun > led[q.TOLERANCE] or begun // q.DAY_US != ts // q.DAY_US:
        fade[:] = 0
        fade[F_SINCE], fade[F_X], fade[F_LOTS], fade[F_MID2], fade[F_SPREAD] = ts, was_x, was_lots, mid2, spread
    fade[F_TAKEN] += led[q.TAKEN + side]
    fade[F_REST] += led[q.REST + side]
    x, far = top[side, 0, 0], fade[F_X]
    if x == NONE or x > far - led[q.MIN_TICKS] or (far - x) * 2_000_000 < led[q.MIN_CENTIBPS] * fade[F_MID2]:
        return
    if not fade[F_REST] or (ts + led[q.RESTORE]) // q.DAY_US != ts // q.DAY_US:
        return
    one = waiting[led[q.N_CANDIDATES]]
    one[TS], one[SIDE], one[X], one[DISPLAYED], one[SINCE] = ts, side, far, fade[F_LOTS], fade[F_SINCE]
    one[TRADED], one[PULLED] = fade[F_TAKEN], 0
    one[NEW_X], one[MID2], one[SPREAD], one[RESTORED] = x, fade[F_MID2], fade[F_SPREAD], -1
    led[q.N_CANDIDATES] += 1
    fade[F_SINCE] = 0


@njit
def hold(top, led):
    """All messages of an instant are in: a best that came back, or a better one, does not fall away."""
    for side in range(2):
        at = q.FADES + side * FADE_FIELDS
        if led[at + F_SINCE] and top[side, 0, 0] >= led[at + F_X]:
            led[at + F_SINCE] = 0


@njit
def forget_falls(led):
    """What fell so far is no longer followed."""
    for side in range(2):
        led[q.FADES + side * FADE_FIELDS + F_SINCE] = 0


@njit
def see_restored(now, top, led, waiting):
    """All messages of `now` are in: which prices, or better ones of the best five, display half of it again?"""
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
    """An execution within the tolerance after a candidate, or while a best falls away, is part of what took it."""
    for side in range(2):
        fade = led[q.FADES + side * FADE_FIELDS : q.FADES + (side + 1) * FADE_FIELDS]
        if fade[F_SINCE] and fade[F_X] == x and ts - fade[F_SINCE] <= led[q.TOLERANCE]:
            fade[F_TAKEN] += lots
    for k in range(led[q.N_CANDIDATES]):
        if waiting[k, X] == x and ts - waiting[k, TS] <= led[q.TOLERANCE]:
            waiting[k, TRADED] += lots


@njit
def _withdrawn(since, ts, side, led, log):
    """Lots that left a side within the band from `since` to `ts` and that no execution explains, as far as is known."""
    total, i = 0, led[q.N_LOG] - 1
    while i >= 0 and log[q.L_TS, i] >= since:
        if log[q.L_TS, i] <= ts and (log[q.L_X, i] < 0) == (side == 1):
            total += log[q.L_LOTS, i]
        i -= 1
    return total


@njit
def decide(now, led, waiting, pulls, log):
    """Write the candidates whose time to be restored was over before `now`; they stand in order of time."""
    done = 0
    while done < led[q.N_CANDIDATES] and waiting[done, TS] + led[q.RESTORE] < now:
        pulls[:, led[q.N_PULLS]] = waiting[done]
        since, ts, side = waiting[done, SINCE], waiting[done, TS], waiting[done, SIDE]
        pulls[PULLED, led[q.N_PULLS]] = _withdrawn(since, ts, side, led, log)
        led[q.N_PULLS] += 1
        done += 1
    if done:
        left = led[q.N_CANDIDATES] - done
        for k in range(left):
            waiting[k] = waiting[k + done]
        led[q.N_CANDIDATES] = left
