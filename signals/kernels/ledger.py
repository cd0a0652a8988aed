"""The ledger of what is displayed: how much came to the prices near the mid and left them, and why.

Per update of a level by dQ, with T executed there since its update before: only dQ + T is seen of what was added less
what was withdrawn (Cont, Kukanov and Stoikov 2014 count the same events at the best). Driven by kernels.book. Prices
are signed ticks as there (bids +p, asks -p), times microseconds, sizes lots. All state stands in arrays and is carried
from call to call; nothing is matched across 00:00 UTC.
"""

# mypy: allow-untyped-defs

from numba import njit, types

from signals.kernels.book_fields import NEVER, NONE

DAY_US = 86_400_000_000

BAND_BPS, TOLERANCE, RESTORE, MIN_TICKS, MIN_CENTIBPS = range(5)
N_FILLED, N_PENDING, N_LOG, N_CANDIDATES, N_PULLS, BLIND_AT, IS_BLIND, COUNTS, MESSAGES, GAP_US = range(5, 15)
BAND_FOR, HAS_BAND, REST, TAKEN, FADES, FIELDS = 15, 16, 17, 19, 21, 35
"""The rules: width of the band (0: no ledger), how late a print may come, how long a pulled price may take to be
restored, how far the best must move. State: fills done; prices with executions since their last update; decreases
noted; pulls that wait; pulls written; next stretch without a tape; whether it has begun; whether updates count now;
instants with messages of the bar, and the time between them; end of the bar the band was laid for; whether there is
one; per side: of the open instant, withdrawn in the band, and executed at what was the best; a best that falls away
(kernels.pulls)."""

INCREASED, DECREASED, TRADED, CANCELLED, UNATTRIBUTABLE, SUMS = range(6)
"""Sums of a bar and side, lots; in `sums` the open bar (0) and the one before (1)."""

X, LAST, LOTS, UNKNOWN, EXPLAINED, PENDING_FIELDS = range(6)
"""Executions at a price since its last update: price; the last; lots, of known and of unknown side; of the first,
those that an earlier decrease may have shown already."""

L_TS, L_X, L_LOTS, LOG_FIELDS = range(4)
"""A decrease that executions before it do not explain: when, price, lots left that no later one could explain."""

LOW, HIGH, SLOW_LOW, SLOW_HIGH, PLAIN_LOW, PLAIN_HIGH, WATCH_LOW, WATCH_HIGH, BOUNDS = range(9)
"""Of a side, what lies between: the band; prices with executions that wait (all of them if the tape is missing); the
band if updates count now; prices that kernels.refills watches. The last three pairs hold for an instant at most."""


@njit(types.void(types.int64[::1], types.int64[:, ::1], types.int64, types.int64), cache=True)
def lay_band(led, bounds, mid2, bar_end):
    """The prices within the band of a mid (twice it, ticks; -1: none), for the bar that ends at `bar_end`."""
    led[BAND_FOR], led[HAS_BAND] = bar_end, mid2 >= 0 and led[BAND_BPS] > 0
    if not led[HAS_BAND]:
        bounds[:, LOW], bounds[:, HIGH] = NEVER, NONE
        return
    low = -((-mid2 * (10_000 - led[BAND_BPS])) // 20_000)
    high = mid2 * (10_000 + led[BAND_BPS]) // 20_000
    bounds[0, LOW], bounds[0, HIGH] = low, high
    bounds[1, LOW], bounds[1, HIGH] = -high, -low


@njit
def set_bounds(led, bounds, pending, watched, n_watched):
    """Lay the bounds that hold from now on in this instant; watched: prices."""
    bounds[:, SLOW_LOW], bounds[:, SLOW_HIGH] = NEVER, NONE
    bounds[:, WATCH_LOW], bounds[:, WATCH_HIGH] = NEVER, NONE
    bounds[:, PLAIN_LOW], bounds[:, PLAIN_HIGH] = NEVER, NONE
    if led[COUNTS]:
        bounds[:, PLAIN_LOW], bounds[:, PLAIN_HIGH] = bounds[:, LOW], bounds[:, HIGH]
    if led[IS_BLIND]:
        bounds[:, SLOW_LOW], bounds[:, SLOW_HIGH] = NONE, NEVER
    for k in range(led[N_PENDING]):
        _stretch(bounds, SLOW_LOW, pending[k, X])
    for k in range(n_watched):
        _stretch(bounds, WATCH_LOW, watched[k])


@njit(inline="always")
def _stretch(bounds, at, x):
    side = 0 if x > 0 else 1
    bounds[side, at], bounds[side, at + 1] = min(bounds[side, at], x), max(bounds[side, at + 1], x)


@njit
def end_bar(led, sums):
    """The open bar becomes the one before."""
    sums[1] = sums[0]
    sums[0] = 0
    led[MESSAGES] = led[GAP_US] = 0


@njit
def _pending(pending, n, x):
    for k in range(n):
        if pending[k, X] == x:
            return k
    return -1


@njit
def _drop(led, pending, k):
    last = led[N_PENDING] - 1
    pending[k] = pending[last]
    led[N_PENDING] = last


@njit
def change(side, x, was, now, ts, is_best, led, bounds, sums, pending, log):
    """A level that displayed `was` is set to `now`, and may have been executed at since its last update."""
    traded = unknown = explained = 0
    k = _pending(pending, led[N_PENDING], x)
    if k >= 0:
        traded, unknown, explained = pending[k, LOTS], pending[k, UNKNOWN], pending[k, EXPLAINED]
        _drop(led, pending, k)
    if not led[COUNTS] or x < bounds[side, LOW] or x > bounds[side, HIGH]:
        return
    total = sums[0, side]
    decrease = max(0, was - now)
    if led[IS_BLIND]:
        total[DECREASED] += decrease
        total[UNATTRIBUTABLE] += decrease
        total[INCREASED] += max(0, now - was)
        return
    explains = min(decrease, traded)
    total[INCREASED] += max(0, now - was) + max(0, traded - explains - explained)
    total[DECREASED] += decrease
    total[TRADED] += explains
    could = min(decrease - explains, unknown)
    total[UNATTRIBUTABLE] += could
    if is_best:
        led[TAKEN + side] += explains + could
    if decrease > explains + could:
        withdraw(side, x, decrease - explains - could, ts, led, total, log)


@njit(inline="always")
def withdraw(side, x, lots, ts, led, total, log):
    """So much left a level, and no execution before explains it."""
    total[CANCELLED] += lots
    led[REST + side] += lots
    n = led[N_LOG]
    log[L_TS, n], log[L_X, n], log[L_LOTS, n] = ts, x, lots
    led[N_LOG] = n + 1


@njit
def explain(ts, side, x, lots, open_start, led, sums, log):
    """An execution may be what decreases at most a tolerance before it have shown, the last one first: of these it is
    not known. Returns how many of its lots that takes."""
    earliest, left, i = max(ts - led[TOLERANCE], ts // DAY_US * DAY_US), lots, led[N_LOG] - 1
    while i >= 0 and left > 0 and log[L_TS, i] >= earliest:
        if log[L_X, i] == x and log[L_LOTS, i] > 0:
            used = min(left, log[L_LOTS, i])
            log[L_LOTS, i] -= used
            left -= used
            total = sums[0 if log[L_TS, i] >= open_start else 1, side]
            total[CANCELLED] -= used
            total[UNATTRIBUTABLE] += used
        i -= 1
    return lots - left


@njit
def pend(ts, x, lots, is_known, used, led, pending):
    """Remember an execution until its price is updated."""
    k = _pending(pending, led[N_PENDING], x)
    if k < 0:
        k = led[N_PENDING]
        led[N_PENDING] = k + 1
        pending[k, LAST] = -1
    if pending[k, LAST] // DAY_US != ts // DAY_US:  # new, or of the day before
        pending[k] = 0
        pending[k, X] = x
    pending[k, LAST] = ts
    if is_known:
        pending[k, LOTS] += lots
        pending[k, EXPLAINED] += used
    else:
        pending[k, UNKNOWN] += lots


@njit
def settle(now, led, bounds, sums, pending):
    """All messages of `now` are in: what was executed longer than a tolerance ago at a price not updated since was
    added in the meantime."""
    k = 0
    while k < led[N_PENDING]:
        if now - pending[k, LAST] <= led[TOLERANCE]:
            k += 1
            continue
        x = pending[k, X]
        side = 0 if x > 0 else 1
        if led[COUNTS] and not led[IS_BLIND] and bounds[side, LOW] <= x <= bounds[side, HIGH]:
            sums[0, side, INCREASED] += max(0, pending[k, LOTS] - pending[k, EXPLAINED])
        _drop(led, pending, k)


@njit
def begin_instant(ts, before, led, pending, blind_from, blind_to):
    """Messages of a new instant come: forget what is of another day, and see whether the tape is missing."""
    led[REST] = led[REST + 1] = led[TAKEN] = led[TAKEN + 1] = 0
    led[MESSAGES] += 1
    if before >= 0:
        led[GAP_US] += ts - before
    if led[N_PENDING]:
        midnight, k = ts // DAY_US * DAY_US, 0
        while k < led[N_PENDING]:
            if pending[k, LAST] < midnight:
                _drop(led, pending, k)
            else:
                k += 1
    while led[BLIND_AT] < blind_to.size and blind_to[led[BLIND_AT]] <= ts:
        led[BLIND_AT] += 1
    led[IS_BLIND] = led[BLIND_AT] < blind_to.size and blind_from[led[BLIND_AT]] <= ts
