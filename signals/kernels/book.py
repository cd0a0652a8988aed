"""The dense order book: one cell per tick, state carried from call to call.

Both sides are kept in signed ticks (bids +p, asks -p), so that on either side the
highest is the best and the code is written once. Per update only a store, a flag
and a running best; the top five and the OFI are rebuilt once per group of equal
times, and only if the group touched them. Levels outside the dense window stand in
a short sorted list, so that a window is a matter of speed, never of truth.
"""

# mypy: allow-untyped-defs

from numba import njit, types

from signals.kernels import ledger as q
from signals.kernels import pulls as p
from signals.kernels import refills as r
from signals.kernels.book_bars import let_time_pass, reference, stale_after, state_of
from signals.kernels.book_fields import (
    BASE,
    DEEPEST,
    DONE,
    FIFTH,
    GAP_AT,
    GROW,
    HIGHEST,
    IS_DIRTY,
    IS_OPEN,
    IS_RESET,
    IS_USABLE,
    LEVELS,
    LOOK_AT,
    LOOK_US,
    N_CLOSED,
    N_GAPS,
    N_REFILLS,
    N_TAKEN,
    N_WATCHES,
    NEVER,
    NEXT_BAR,
    NONE,
    NOW,
    OK,
    REACH,
    RECENT_GAPS,
    RECENTRE,
    STALE_US,
    STATUS,
)  # fmt: skip
from signals.kernels.book_levels import clear, displayed, put_outside, rebuild
from signals.kernels.book_rows import BID, BREAKS, BRIDGES, FIRST, IGNORE, SNAPSHOT

_RO = types.Array(types.int64, 1, "C", readonly=True)
_FLAGS = types.Array(types.uint8, 1, "C", readonly=True)
_ROW, _GRID = types.int64[::1], types.int64[:, ::1]
_SIGNATURE = types.int64(
    _RO, _FLAGS, _RO, _RO, types.int64, types.int64, types.int64, types.int64,
    _ROW, _GRID, _GRID, _GRID, _GRID, types.int64[:, :, ::1], _ROW, _ROW, _GRID,
    _RO, _RO, _RO, _ROW, _ROW, _GRID, _GRID, types.int64, _ROW, _ROW,
    _RO, _RO, _RO, _RO, _ROW, _GRID, types.int64[:, :, ::1], _GRID, _GRID, _GRID, _GRID, _RO, _RO,
)  # fmt: skip


@njit
def _is_near_edge(sides, levels, top):
    """True if moving the window would bring the market well inside it."""
    market, low, width = reference(top), sides[0, BASE], levels.shape[1]
    if market < 0:
        return False
    margin = width // 16
    return (market - low < margin and low > 0) or low + width - market <= margin


@njit
def _close_group(
    s, sides, levels, sparse_px, sparse_qty, top, ofi, was_px, was_qty, watches, refills, led, bounds, sums, pending,
    waiting,
):  # fmt: skip
    """All messages of NOW are in: find the top five again where they were touched, and what refilled at the best or
    vanished from it."""
    bid, bid_lots, ask, ask_lots = top[0, 0, 0], top[0, 1, 0], top[1, 0, 0], top[1, 1, 0]
    was_ok = led[q.COUNTS] and led[q.HAS_BAND] and not led[q.IS_BLIND] and bid != NONE and ask != NONE and bid + ask < 0
    for side in range(2):
        if sides[side, IS_DIRTY]:
            if s[N_WATCHES]:
                was_px[:], was_qty[:] = top[side, 0], top[side, 1]
            rebuild(side, sides, levels, sparse_px, sparse_qty, top, ofi, s[IS_RESET] == 0)
            if s[N_WATCHES]:
                _refill_best(side, s, top, was_px, was_qty, watches, refills)
    if s[N_REFILLS] > s[N_CLOSED]:
        r.mark_best(refills, s[N_CLOSED], s[N_REFILLS], top[0, 0, 0], top[1, 0, 0])
        s[N_CLOSED] = s[N_REFILLS]
    if led[q.N_CANDIDATES]:
        p.see_restored(s[NOW], top, led, waiting)
    if was_ok and top[0, 0, 0] < bid:
        p.fall(0, s[NOW], bid, bid_lots, bid - ask, -(bid + ask), top, led, waiting)
    if was_ok and top[1, 0, 0] < ask:
        p.fall(1, s[NOW], ask, ask_lots, bid - ask, -(bid + ask), top, led, waiting)
    p.hold(top, led)
    if led[q.N_PENDING]:
        q.settle(s[NOW], led, bounds, sums, pending)
    s[IS_RESET] = s[IS_OPEN] = 0


@njit
def _refill_best(side, s, top, was_px, was_qty, watches, refills):
    """If the best price grew against the five best before, see whether it was refilled without having been hit."""
    x, lots = top[side, 0, 0], top[side, 1, 0]
    if x == NONE or x < was_px[LEVELS - 1]:
        return
    before = 0
    for level in range(LEVELS):
        if was_px[level] == x:
            before = was_qty[level]
    if lots > before:
        s[N_REFILLS] = r.passed(watches, s[N_WATCHES], s[N_REFILLS], refills, s[NOW], x, before, lots - before)


@njit
def _take(
    until, s, sides, levels, sparse_px, sparse_qty, top, gaps, ts, px, lots, shown, mid2, watches, refills, refill_us
):
    """Execute what takers did up to `until`, on the book as it stands; shown: -1 without a usable book; mid2: twice
    the mid in ticks, -1 unless the book is OK."""
    k = s[N_TAKEN]
    while k < ts.size and ts[k] <= until:
        s[N_WATCHES] = r.forget_old(watches, s[N_WATCHES], ts[k], refill_us)
        silent = ts[k] - s[NOW]
        if not s[IS_USABLE] or (silent > STALE_US and silent > stale_after(s, gaps)):
            shown[k] = mid2[k] = -1
        else:
            mid2[k] = top[0, 0, 0] - top[1, 0, 0] if state_of(s, top) == OK else -1
            at = r.position(watches, s[N_WATCHES], px[k])
            if at >= 0:
                shown[k] = watches[at, r.BASE]
            else:
                shown[k] = displayed(px[k], sides, levels, sparse_px, sparse_qty)
                at = s[N_WATCHES]
                watches[at] = 0
                s[N_WATCHES] = at + 1
            s[N_REFILLS] = r.take(watches, at, s[N_REFILLS], refills, ts[k], px[k], shown[k], lots[k])
        k += 1
    s[N_TAKEN] = k
    s[N_CLOSED] = s[N_REFILLS]


@njit
def _fill(until, open_start, s, led, sums, pending, log, waiting, ts, side, px, lots):
    """Enter executions up to `until` in the ledger; one of unknown side (0) may have hit either."""
    k = led[q.N_FILLED]
    while k < ts.size and ts[k] <= until:
        for hit in range(2):
            sign = 1 - 2 * hit  # buyers (+1) hit asks
            if side[k] == sign:
                continue
            x = sign * px[k]
            used = q.explain(ts[k], hit, x, lots[k], open_start, led, sums, log)
            if led[q.HAS_BAND]:
                p.see_execution(ts[k], x, lots[k], led, waiting)
            if s[IS_USABLE]:
                q.pend(ts[k], x, lots[k], side[k] != 0, used, led, pending)
        k += 1
    led[q.N_FILLED] = k


@njit
def _refill(x, lots, s, watches, refills):
    """A level is set; if its price is watched, see whether it was refilled."""
    at = r.position(watches, s[N_WATCHES], x)
    if at >= 0:
        s[N_REFILLS] = r.update(watches, at, s[N_REFILLS], refills, s[NOW], lots)


@njit
def _start_message(mark, s, sides, levels, top, led):
    """What the first row of a message that is no mere update does before its level is set."""
    if mark & (SNAPSHOT | BREAKS):
        s[N_WATCHES] = led[q.N_PENDING] = led[q.N_CANDIDATES] = 0
        p.forget_falls(led)
    if mark & SNAPSHOT:
        clear(0, sides, levels, top)
        clear(1, sides, levels, top)
        s[IS_RESET] = 1
    if mark & BREAKS:
        s[IS_USABLE] = 0
    if mark & BRIDGES and not s[IS_USABLE]:
        s[IS_USABLE] = s[IS_RESET] = 1
    led[q.COUNTS] = s[IS_USABLE] and not s[IS_RESET]


@njit(_SIGNATURE, cache=True, nogil=True)
def advance(
    ts, flag, px, lots, row, rows, until, bar_us, s, sides, levels, sparse_px, sparse_qty, top, ofi, gaps, out,
    take_ts, take_px, take_lots, take_shown, take_mid2, watches, refills, refill_us, was_px, was_qty,
    fill_ts, fill_side, fill_px, fill_lots, led, bounds, sums, pending, log, waiting, pulls, blind_from, blind_to,
):  # fmt: skip
    """Apply rows [row, rows); return the row reached, with s[STATUS] saying why it stopped there.

    ts: microseconds, never decreasing; flag: bits of book_rows; px: ticks; lots: 0 removes the level.
    until: -1, or the time up to which nothing more will come: the last group is closed and bars are ended.
    A bar that ends at g is written before events at g or later. levels: shape (2, window), sparse_*: (2,
    capacity), top: (2, price and size, LEVELS), gaps: ring of RECENT_GAPS, out: (COLUMNS, bars) with room for
    every bar that can end. On RECENTRE or GROW the caller changes the arrays and calls again from that row.

    take_*: executions by price in order of time, all of them up to the last row's: signed ticks of the side that
    was hit, and lots. Those up to a row's time come before it; take_shown gets what was displayed, take_mid2
    twice the mid (-1: none). watches: room for those there and one per execution, refills: for those of the open
    group, one per row and per execution, and two. was_px, was_qty: room for LEVELS.

    fill_*: prints in order of time, up to the last row's too: side of the taker (0 unknown), ticks, lots. The rest is
    of kernels.ledger and kernels.pulls: bounds (2, BOUNDS), sums (2 bars, 2 sides, SUMS), pending: room for two
    more a fill, log and waiting: room for one more a row, and two, pulls: for those that wait and as many; blind_*:
    stretches without a tape, apart and in order.
    """
    width = levels.shape[1]
    base_bid, base_ask = sides[0, BASE], sides[1, BASE]
    # Where nobody asks for bars or executions, as at the end of a day, only the levels count: three times as fast.
    is_asked = s[NEXT_BAR] != NEVER or take_ts.size + fill_ts.size + s[N_WATCHES] + led[q.BAND_BPS] > 0
    q.set_bounds(led, bounds, pending, watches[:, r.X], s[N_WATCHES])
    i = row
    while i < rows or until >= 0:
        t = ts[i] if i < rows else until
        if i == rows or t != s[NOW]:
            if s[IS_OPEN] and (is_asked or s[NOW] >= s[LOOK_AT]):
                s[LOOK_AT] = s[NOW] + LOOK_US
                _close_group(
                    s, sides, levels, sparse_px, sparse_qty, top, ofi, was_px, was_qty, watches, refills,
                    led, bounds, sums, pending, waiting,
                )  # fmt: skip
                if _is_near_edge(sides, levels, top):
                    s[STATUS] = RECENTRE
                    return i
            if is_asked:
                _take(
                    t, s, sides, levels, sparse_px, sparse_qty, top, gaps,
                    take_ts, take_px, take_lots, take_shown, take_mid2, watches, refills, refill_us,
                )  # fmt: skip
                if led[q.N_FILLED] < fill_ts.size:
                    start = s[NEXT_BAR] - bar_us
                    _fill(t, start, s, led, sums, pending, log, waiting, fill_ts, fill_side, fill_px, fill_lots)
                if led[q.N_CANDIDATES]:
                    p.decide(t, led, waiting, pulls, log)
                let_time_pass(
                    t, bar_us, s, sides, levels, sparse_px, sparse_qty, top, ofi, gaps, out, led, bounds, sums
                )
            if i == rows:
                break
            if s[NOW] >= 0:
                gaps[s[GAP_AT]] = t - s[NOW]
                s[GAP_AT] = (s[GAP_AT] + 1) % RECENT_GAPS
                s[N_GAPS] = min(s[N_GAPS] + 1, RECENT_GAPS)
            if is_asked:
                q.begin_instant(t, s[NOW], led, pending, blind_from, blind_to)
            s[NOW], s[IS_OPEN] = t, 1
            led[q.COUNTS] = s[IS_USABLE]
            if s[N_WATCHES]:
                s[N_WATCHES] = r.forget_old(watches, s[N_WATCHES], t, refill_us)
        if is_asked:
            q.set_bounds(led, bounds, pending, watches[:, r.X], s[N_WATCHES])
        while i < rows and ts[i] == t:
            mark = flag[i]
            if mark > BID:  # the first row of a message, or a row of a snapshot, or one to ignore
                if mark & FIRST and mark & (SNAPSHOT | BREAKS | BRIDGES):
                    _start_message(mark, s, sides, levels, top, led)
                    q.set_bounds(led, bounds, pending, watches[:, r.X], s[N_WATCHES])
                if mark & IGNORE:
                    i += 1
                    continue
                if mark & SNAPSHOT:
                    ahead = 1 - (mark & BID)
                    sides[ahead, REACH] = min(sides[ahead, REACH], px[i] if mark & BID else -px[i])
            if mark & BID:
                side, x, at = 0, px[i], px[i] - base_bid
            else:
                side, x, at = 1, -px[i], -px[i] - base_ask
            now = lots[i]
            if 0 <= at < width:
                was = levels[side, at]
                levels[side, at] = now
            else:
                was = displayed(x, sides, levels, sparse_px, sparse_qty)
                if not put_outside(side, x, now, sides, sparse_px, sparse_qty):
                    s[STATUS] = GROW
                    return i
            if bounds[side, q.SLOW_LOW] <= x <= bounds[side, q.SLOW_HIGH]:
                q.change(side, x, was, now, t, x == top[side, 0, 0], led, bounds, sums, pending, log)
            elif bounds[side, q.PLAIN_LOW] <= x <= bounds[side, q.PLAIN_HIGH]:
                if now > was:
                    sums[0, side, q.INCREASED] += now - was
                elif now < was:
                    sums[0, side, q.DECREASED] += was - now
                    q.withdraw(side, x, was - now, t, led, sums[0, side], log)
            if bounds[side, q.WATCH_LOW] <= x <= bounds[side, q.WATCH_HIGH]:
                _refill(x, now, s, watches, refills)
            if x < sides[side, DEEPEST]:
                sides[side, DEEPEST] = x
            if x >= sides[side, FIFTH]:
                sides[side, IS_DIRTY] = 1
                if now > 0 and x > sides[side, HIGHEST]:
                    sides[side, HIGHEST] = x
            i += 1
    s[STATUS] = DONE
    return i
