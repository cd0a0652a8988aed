"""Prices that takers took from, watched until their display grows again. Driven by kernels.book.

Prices are signed ticks as there (bids +p, asks -p), times microseconds, sizes lots. All state stands in arrays and
is carried from call to call.
"""

# mypy: allow-untyped-defs

from numba import njit

DAY_US = 86_400_000_000

X, TAKEN, DISPLAYED, EXECUTED, BASE, UPDATES, HIDDEN, WATCH_FIELDS = range(8)
"""A watch: price; last taker order; displayed before the first since the display last grew; executed since then;
displayed now less what was executed since the last update; updates since TAKEN; whether a hidden refill was
written since the last update."""

R_TS, R_X, R_TAKEN, R_EXECUTED, R_DISPLAYED, R_REFILLED, R_KIND, REFILL_FIELDS = range(8)
"""A refill: when it showed, price, last taker order before, executed, displayed, how much came back, kind."""

LATER_UPDATE, FIRST_UPDATE, HIDDEN_REFILL = range(3)
"""Kinds: an update of the price after the first, the first one, none (executed beyond the display)."""


@njit(inline="always")
def _write(refills, n, ts, watch, refilled, kind):
    refills[R_TS, n], refills[R_X, n], refills[R_TAKEN, n] = ts, watch[X], watch[TAKEN]
    refills[R_EXECUTED, n], refills[R_DISPLAYED, n] = watch[EXECUTED], watch[DISPLAYED]
    refills[R_REFILLED, n], refills[R_KIND, n] = refilled, kind


@njit
def forget_old(watches, n, now, refill_us):
    """Drop watches older than `refill_us` or of another day; return how many are left."""
    kept = 0
    for k in range(n):
        taken = watches[k, TAKEN]
        if now - taken <= refill_us and now // DAY_US == taken // DAY_US:
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
    if watch[EXECUTED] == 0 and not watch[HIDDEN]:
        watch[DISPLAYED] = displayed
    watch[X], watch[TAKEN], watch[UPDATES] = x, ts, 0
    watch[EXECUTED] += lots
    watch[BASE] = max(0, displayed - lots)
    if lots > displayed and watch[DISPLAYED] > 0 and not watch[HIDDEN]:
        _write(refills, n_refills, ts, watch, lots - displayed, HIDDEN_REFILL)
        n_refills += 1
        watch[EXECUTED], watch[HIDDEN] = 0, 1
    return n_refills


@njit
def update(watches, k, n_refills, refills, ts, lots, taken_permille):
    """The price of watch k now displays `lots`. Returns (n_refills, whether the watch is over).

    It is over when the display grew: a refill if at least `taken_permille` / 1,000 of it had been executed.
    """
    watch = watches[k]
    watch[UPDATES] += 1
    grown = lots - watch[BASE]
    if grown <= 0:
        watch[BASE], watch[HIDDEN] = lots, 0
        return n_refills, False
    if min(watch[EXECUTED], watch[DISPLAYED]) > 0 and 1_000 * watch[EXECUTED] >= taken_permille * watch[DISPLAYED]:
        kind = FIRST_UPDATE if watch[UPDATES] == 1 else LATER_UPDATE
        _write(refills, n_refills, ts, watch, grown, kind)
        n_refills += 1
    return n_refills, True
