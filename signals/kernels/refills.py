"""Prices that takers took from, watched for a while for their display to grow again. Driven by kernels.book.

Prices are signed ticks as there (bids +p, asks -p), times microseconds, sizes lots. All state stands in arrays and
is carried from call to call.
"""

# mypy: allow-untyped-defs

from numba import njit

DAY_US = 86_400_000_000

X, TAKEN, DISPLAYED, EXECUTED, BASE, UPDATES, HIDDEN, GREW, WATCH_FIELDS = range(9)
"""A watch: price; last taker order; displayed before the first since the display last grew; executed since then;
displayed now less what was executed since the last update; updates since TAKEN; whether a hidden refill was written
since the last update; whether the display grew since TAKEN."""

R_TS, R_X, R_TAKEN, R_EXECUTED, R_DISPLAYED, R_REFILLED, R_KIND, R_IS_BEST, REFILL_FIELDS = range(9)
"""A refill: when it showed, price, last taker order before, executed, displayed, how much came back, kind, whether the
price was the best of its side then."""

LATER_UPDATE, FIRST_UPDATE, HIDDEN_REFILL, PASSED = range(4)
"""Kinds: an update of the price after the first, the first one, none (executed beyond the display); an update of a
price that takers left alone: they took from better ones, and it is the best now."""


@njit(inline="always")
def _write(refills, n, ts, x, taken, executed, displayed, refilled, kind):
    """Whether it is at the best price is seen when its instant is over: `mark_best`."""
    refills[R_TS, n], refills[R_X, n], refills[R_TAKEN, n] = ts, x, taken
    refills[R_EXECUTED, n], refills[R_DISPLAYED, n] = executed, displayed
    refills[R_REFILLED, n], refills[R_KIND, n], refills[R_IS_BEST, n] = refilled, kind, 0


@njit
def forget_old(watches, n, now, refill_us):
    """Drop watches older than `refill_us` or of another day; return how many are left."""
    kept, oldest = 0, max(now - refill_us, now // DAY_US * DAY_US)
    for k in range(n):
        if watches[k, TAKEN] >= oldest:
            if kept != k:
                watches[kept] = watches[k]
            kept += 1
    return kept


@njit
def position(watches, n, x):
    """Index of the watch of price x, -1 if there is none."""
    for k in range(n):
        if watches[k, X] == x:
            return k
    return -1


@njit
def take(watches, k, n_refills, refills, ts, x, displayed, lots):
    """A taker order executes `lots` at x, of which `displayed` were shown; `k` is the place of its watch.

    More executed than displayed is a hidden refill, once until the price is updated; where nothing was displayed
    there is nothing to refill. Returns n_refills.
    """
    watch = watches[k]
    if watch[GREW] or (watch[EXECUTED] == 0 and not watch[HIDDEN]):
        watch[DISPLAYED], watch[EXECUTED], watch[GREW] = displayed, 0, 0
    watch[X], watch[TAKEN], watch[UPDATES] = x, ts, 0
    watch[EXECUTED] += lots
    watch[BASE] = max(0, displayed - lots)
    if lots > displayed and watch[DISPLAYED] > 0 and not watch[HIDDEN]:
        executed, before = watch[EXECUTED], watch[DISPLAYED]
        _write(refills, n_refills, ts, x, ts, executed, before, lots - displayed, HIDDEN_REFILL)
        n_refills += 1
        watch[EXECUTED], watch[HIDDEN] = 0, 1
    return n_refills


@njit
def update(watches, k, n_refills, refills, ts, lots):
    """The price of watch k now displays `lots`: a refill if that grew and was taken from. Returns n_refills."""
    watch = watches[k]
    watch[UPDATES] += 1
    grown = lots - watch[BASE]
    watch[BASE], watch[HIDDEN] = lots, 0
    if grown <= 0:
        return n_refills
    watch[GREW] = 1
    executed, displayed = watch[EXECUTED], watch[DISPLAYED]
    if min(executed, displayed) > 0:
        kind = FIRST_UPDATE if watch[UPDATES] == 1 else LATER_UPDATE
        _write(refills, n_refills, ts, watch[X], watch[TAKEN], executed, displayed, grown, kind)
        n_refills += 1
    return n_refills


@njit
def passed(watches, n, n_refills, refills, ts, x, displayed, grown):
    """The best price of a side now displays `grown` more than the `displayed` before: a refill if takers took from
    better prices of that side, and not from this one. Returns n_refills."""
    taken = -1
    for k in range(n):
        if watches[k, X] == x:
            return n_refills
        if watches[k, X] > x and (watches[k, X] > 0) == (x > 0):
            taken = max(taken, watches[k, TAKEN])
    if taken >= 0:
        _write(refills, n_refills, ts, x, taken, 0, displayed, grown, PASSED)
        n_refills += 1
    return n_refills


@njit
def mark_best(refills, first, n_refills, bid, ask):
    """Of the refills seen in the book from `first` on, note which are at the best price of a side."""
    for n in range(first, n_refills):
        x = refills[R_X, n]
        refills[R_IS_BEST, n] = refills[R_KIND, n] != HIDDEN_REFILL and x in (bid, ask)
