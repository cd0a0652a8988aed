"""The dense order book: one cell per tick, state carried from call to call.

Both sides are kept in signed ticks (bids +p, asks -p), so that on either side the
highest is the best and the code is written once. Per update only a store, a flag
and a running best; the top five and the OFI are rebuilt once per group of equal
times, and only if the group touched them. Levels outside the dense window stand in
a short sorted list, so that a window is a matter of speed, never of truth.
"""

# mypy: allow-untyped-defs

from numba import njit, types

from signals.kernels import refills as r
from signals.kernels.book_rows import BID, BREAKS, BRIDGES, FIRST, IGNORE, SNAPSHOT

LEVELS = 5
FURTHER = 5
"""Levels below the top five that a bar lists too."""
BANDS_BPS = (1, 5, 10, 25, 50)
NONE = -(1 << 62)
"""No such price, in signed ticks: worse than any."""
NEVER = 1 << 62

OK, LOCKED, CROSSED, ONE_SIDED, EMPTY, STALE, RESYNC = range(7)

# One row per side (0 bid, 1 ask), prices in signed ticks:
BASE, DEEPEST, REACH, FIFTH, HIGHEST, IS_DIRTY, N_SPARSE, SIDE_FIELDS = range(8)
"""First price of the window; worst price shown and worst listed by the last snapshot (NEVER if none); the
fifth best; best price set in the open group; whether that group touched the top five; levels outside."""

# The rest of the state:
NOW, IS_OPEN, IS_USABLE, IS_RESET, NEXT_BAR, COVERED, N_GAPS, GAP_AT, N_OUT, STATUS = range(10)
N_TAKEN, N_WATCHES, N_REFILLS, N_CLOSED, FIELDS = range(10, 15)
"""Time of the last message (-1: none); its group may still grow; the chain is whole; the next top five is a
first state; end of the open bar; its microseconds OK or LOCKED; ring of gaps: filled, next; bars written; why
`advance` returned; executions done; prices watched; refills written; of these, those before the open group."""

DONE, RECENTRE, GROW = 0, 1, 2
"""Rows used up; the window should move; a list of levels outside it is full."""

BAR_END, STATE, BID_PX, ASK_PX, BID_QTY, ASK_QTY = 0, 1, 2, 3, 4, 9
BID_DEPTH, ASK_DEPTH, OFI = 14, 19, 24
COVERED_US, BID_REACH, ASK_REACH, LAST_US, BID_FURTHER, ASK_FURTHER, COLUMNS = 29, 30, 31, 32, 33, 38, 43
"""Rows of `out`: five sizes a side, five depths a side, five OFI, time of the last message, the sizes of the five
levels further out a side. Prices in ticks, -1 = none; depth -1 = the band is deeper than the feed has shown; time
-1 = no message yet."""

RECENT_GAPS = 255
STALE_US = 2_000_000
STALE_GAPS = 5

_RO = types.Array(types.int64, 1, "C", readonly=True)
_FLAGS = types.Array(types.uint8, 1, "C", readonly=True)
_ROW, _GRID = types.int64[::1], types.int64[:, ::1]
_SIGNATURE = types.int64(
    _RO, _FLAGS, _RO, _RO, types.int64, types.int64, types.int64, types.int64,
    _ROW, _GRID, _GRID, _GRID, _GRID, types.int64[:, :, ::1], _ROW, _ROW, _GRID,
    _RO, _RO, _RO, _ROW, _ROW, _GRID, _GRID, types.int64, _ROW, _ROW,
)  # fmt: skip


@njit(inline="always")
def _clear(side, sides, levels, top):
    """Empty a side, touching only cells that may hold something."""
    base = sides[side, BASE]
    worst = max(sides[side, DEEPEST] - base, 0)
    best = min(max(top[side, 0, 0], sides[side, HIGHEST]) - base, levels.shape[1] - 1)
    if best >= worst:
        levels[side, worst : best + 1] = 0
    sides[side, N_SPARSE] = 0
    sides[side, DEEPEST] = sides[side, REACH] = NEVER
    sides[side, FIFTH] = sides[side, HIGHEST] = NONE
    sides[side, IS_DIRTY] = 1
    top[side, 0, :] = NONE
    top[side, 1, :] = 0


@njit
def _position(px, n, x):
    """How many of the ascending px[:n] lie below x."""
    low, high = 0, n
    while low < high:
        middle = (low + high) >> 1
        if px[middle] < x:
            low = middle + 1
        else:
            high = middle
    return low


@njit
def _put_outside(side, x, lots, sides, sparse_px, sparse_qty):
    """Set a level outside the window; False if there is no room for it."""
    px, qty, n = sparse_px[side], sparse_qty[side], sides[side, N_SPARSE]
    at = _position(px, n, x)
    if at < n and px[at] == x:
        if lots > 0:
            qty[at] = lots
            return True
        for k in range(at, n - 1):
            px[k], qty[k] = px[k + 1], qty[k + 1]
        sides[side, N_SPARSE] = n - 1
        return True
    if lots == 0:
        return True
    if n == px.size:
        return False
    for k in range(n, at, -1):
        px[k], qty[k] = px[k - 1], qty[k - 1]
    px[at], qty[at] = x, lots
    sides[side, N_SPARSE] = n + 1
    return True


@njit
def _change(px, qty, old_px, old_qty):
    """The event of Cont, Kukanov and Stoikov on one side: size gained at the level, in lots."""
    if px == old_px:
        return qty - old_qty
    return qty if px > old_px else -old_qty


@njit(inline="always")
def _next_level(x, outside, worst, base, top_edge, cells, px, qty):
    """Price and lots of the best level not better than x, and where to go on; NONE and 0 if there is none.

    outside: the best of the levels outside the window [base, top_edge) that were not met yet, -1 if none; worst:
    no cell below it holds anything.
    """
    if outside >= 0 and px[outside] >= top_edge:
        return px[outside], qty[outside], x, outside - 1
    while x >= worst and cells[x - base] == 0:
        x -= 1
    if x >= worst:
        return x, cells[x - base], x - 1, outside
    if outside >= 0:
        return px[outside], qty[outside], x, outside - 1
    return NONE, 0, x, outside


@njit
def _rebuild(side, sides, levels, sparse_px, sparse_qty, top, ofi, counts):
    """Find the top five of a side again and, if `counts`, add what changed to the OFI."""
    base, width = sides[side, BASE], levels.shape[1]
    old_px, old_qty = top[side, 0], top[side, 1]
    found, outside = 0, sides[side, N_SPARSE] - 1
    x = min(max(old_px[0], sides[side, HIGHEST]), base + width - 1)
    worst = max(sides[side, DEEPEST], base)
    sign = 1 - 2 * side
    while found < LEVELS:
        px, qty, x, outside = _next_level(
            x, outside, worst, base, base + width, levels[side], sparse_px[side], sparse_qty[side]
        )
        # old_px[0] is read above, so a level may be overwritten once compared.
        if counts:
            ofi[found] += sign * _change(px, qty, old_px[found], old_qty[found])
        old_px[found], old_qty[found] = px, qty
        found += 1
    sides[side, FIFTH] = old_px[LEVELS - 1]
    sides[side, HIGHEST] = NONE
    sides[side, IS_DIRTY] = 0


@njit
def _state(s, top):
    """The book's state but for silence."""
    bid, ask = top[0, 0, 0], top[1, 0, 0]
    if not s[IS_USABLE]:
        return RESYNC
    if bid == NONE and ask == NONE:
        return EMPTY
    if bid == NONE or ask == NONE:
        return ONE_SIDED
    if bid + ask > 0:
        return CROSSED
    return LOCKED if bid + ask == 0 else OK


@njit
def reference(top):
    """Where the market is: the mid, or the best of the only side; -1 if the book is empty."""
    bid, ask = top[0, 0, 0], top[1, 0, 0]
    if bid == NONE:
        return -1 if ask == NONE else -ask
    return bid if ask == NONE else (bid - ask) // 2


@njit
def _is_near_edge(sides, levels, top):
    """True if moving the window would bring the market well inside it."""
    market, low, width = reference(top), sides[0, BASE], levels.shape[1]
    if market < 0:
        return False
    margin = width // 16
    return (market - low < margin and low > 0) or low + width - market <= margin


@njit
def _stale_after(s, gaps):
    """Silence after which the book is stale: 5 x the median recent gap, 2 s at least."""
    n = s[N_GAPS]
    if n == 0:
        return STALE_US
    ordered = gaps[:n].copy()
    for i in range(1, n):
        gap, k = ordered[i], i
        while k > 0 and ordered[k - 1] > gap:
            ordered[k] = ordered[k - 1]
            k -= 1
        ordered[k] = gap
    twice_median = ordered[(n - 1) // 2] + ordered[n // 2]
    return max(STALE_US, STALE_GAPS * twice_median // 2)


@njit
def _sum(cells):
    """A loop over a slice vectorises; one over indices does not."""
    total = 0
    for lots in cells:
        total += lots
    return total


@njit
def _depths(side, mid2, sides, levels, sparse_px, sparse_qty, top, out, row, bar):
    """Write the size from the best price to each band's edge; an edge is part of its band."""
    base, width, n = sides[side, BASE], levels.shape[1], sides[side, N_SPARSE]
    px, qty = sparse_px[side], sparse_qty[side]
    upper, total = top[side, 0, 0], 0
    for band in range(len(BANDS_BPS)):
        bps = BANDS_BPS[band]
        edge = mid2 * (10_000 - bps) if side == 0 else -mid2 * (10_000 + bps)  # in 1/20,000 of a signed tick
        lower = -((-edge) // 20_000)
        first, last = max(lower - base, 0), min(upper - base, width - 1)
        if last >= first:
            total += _sum(levels[side, first : last + 1])
        k = _position(px, n, lower)
        while k < n and px[k] <= upper:
            total += qty[k]
            k += 1
        upper = min(upper, lower - 1)
        out[row + band, bar] = total if sides[side, DEEPEST] * 20_000 <= edge else -1


@njit
def _further(side, sides, levels, sparse_px, sparse_qty, out, row, bar):
    """Write the sizes of the levels next below the fifth, 0 where there is none."""
    base, width, fifth = sides[side, BASE], levels.shape[1], sides[side, FIFTH]
    outside = _position(sparse_px[side], sides[side, N_SPARSE], fifth) - 1
    x, worst = min(fifth, base + width) - 1, max(sides[side, DEEPEST], base)
    for level in range(FURTHER):
        _px, qty, x, outside = _next_level(
            x, outside, worst, base, base + width, levels[side], sparse_px[side], sparse_qty[side]
        )
        out[row + level, bar] = qty


@njit
def _write_bar(state, s, sides, levels, sparse_px, sparse_qty, top, ofi, out):
    """Write the bar that ends at NEXT_BAR and start the following one."""
    bar = s[N_OUT]
    out[BAR_END, bar], out[STATE, bar], out[COVERED_US, bar] = s[NEXT_BAR], state, s[COVERED]
    out[LAST_US, bar] = s[NOW]
    for side in range(2):
        sign = 1 - 2 * side
        best, reach = top[side, 0, 0], sides[side, REACH]
        out[BID_PX + side, bar] = -1 if best == NONE else sign * best
        out[BID_REACH + side, bar] = -1 if reach == NEVER else sign * reach
        for level in range(LEVELS):
            out[BID_QTY + LEVELS * side + level, bar] = top[side, 1, level]
        _further(side, sides, levels, sparse_px, sparse_qty, out, BID_FURTHER + FURTHER * side, bar)
        row = BID_DEPTH + len(BANDS_BPS) * side
        if state in (OK, LOCKED):
            mid2 = top[0, 0, 0] - top[1, 0, 0]
            _depths(side, mid2, sides, levels, sparse_px, sparse_qty, top, out, row, bar)
        else:
            for band in range(len(BANDS_BPS)):
                out[row + band, bar] = -1
    for level in range(LEVELS):
        out[OFI + level, bar] = ofi[level]
        ofi[level] = 0
    s[N_OUT] = bar + 1
    s[COVERED] = 0


@njit
def _let_time_pass(until, bar_us, s, sides, levels, sparse_px, sparse_qty, top, ofi, gaps, out):
    """Nothing happens from NOW to `until`: count covered time and end the bars in between."""
    now, state = s[NOW], _state(s, top)
    is_covered = state in (OK, LOCKED)
    stale_from = now + STALE_US
    if until > stale_from:
        stale_from = now + _stale_after(s, gaps)
    while s[NEXT_BAR] <= until:
        end = s[NEXT_BAR]
        if is_covered:
            s[COVERED] += max(0, min(end, stale_from) - max(now, end - bar_us))
        shown = STALE if state != RESYNC and end > stale_from else state
        _write_bar(shown, s, sides, levels, sparse_px, sparse_qty, top, ofi, out)
        s[NEXT_BAR] = end + bar_us
    if is_covered:
        s[COVERED] += max(0, min(until, stale_from) - max(now, s[NEXT_BAR] - bar_us))


@njit
def _close_group(s, sides, levels, sparse_px, sparse_qty, top, ofi, was_px, was_qty, watches, refills):
    """All messages of NOW are in: find the top five again where they were touched, and what refilled at the best."""
    for side in range(2):
        if sides[side, IS_DIRTY]:
            if s[N_WATCHES]:
                was_px[:], was_qty[:] = top[side, 0], top[side, 1]
            _rebuild(side, sides, levels, sparse_px, sparse_qty, top, ofi, s[IS_RESET] == 0)
            if s[N_WATCHES]:
                _refill_best(side, s, top, was_px, was_qty, watches, refills)
    if s[N_REFILLS] > s[N_CLOSED]:
        r.mark_best(refills, s[N_CLOSED], s[N_REFILLS], top[0, 0, 0], top[1, 0, 0])
        s[N_CLOSED] = s[N_REFILLS]
    s[IS_RESET] = s[IS_OPEN] = 0


@njit
def _refill_best(side, s, top, was_px, was_qty, watches, refills):
    """If the best price grew against the five best before, see whether it was refilled without having been hit."""
    x, lots = top[side, 0, 0], top[side, 1, 0]
    if x == NONE or x < was_px[LEVELS - 1]:
        return
    displayed = 0
    for level in range(LEVELS):
        if was_px[level] == x:
            displayed = was_qty[level]
    if lots > displayed:
        s[N_REFILLS] = r.passed(watches, s[N_WATCHES], s[N_REFILLS], refills, s[NOW], x, displayed, lots - displayed)


@njit
def _displayed(x, sides, levels, sparse_px, sparse_qty):
    """Lots standing at a signed price."""
    side = 0 if x > 0 else 1
    at = x - sides[side, BASE]
    if 0 <= at < levels.shape[1]:
        return levels[side, at]
    n = sides[side, N_SPARSE]
    k = _position(sparse_px[side], n, x)
    return sparse_qty[side, k] if k < n and sparse_px[side, k] == x else 0


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
        if not s[IS_USABLE] or (silent > STALE_US and silent > _stale_after(s, gaps)):
            shown[k] = mid2[k] = -1
        else:
            mid2[k] = top[0, 0, 0] - top[1, 0, 0] if _state(s, top) == OK else -1
            at = r.position(watches, s[N_WATCHES], px[k])
            if at >= 0:
                shown[k] = watches[at, r.BASE]
            else:
                shown[k] = _displayed(px[k], sides, levels, sparse_px, sparse_qty)
                at = s[N_WATCHES]
                watches[at] = 0
                s[N_WATCHES] = at + 1
            s[N_REFILLS] = r.take(watches, at, s[N_REFILLS], refills, ts[k], px[k], shown[k], lots[k])
        k += 1
    s[N_TAKEN] = k
    s[N_CLOSED] = s[N_REFILLS]


@njit
def _refill(x, lots, s, watches, refills):
    """A level is set; if its price is watched, see whether it was refilled."""
    at = r.position(watches, s[N_WATCHES], x)
    if at >= 0:
        s[N_REFILLS] = r.update(watches, at, s[N_REFILLS], refills, s[NOW], lots)


@njit
def _start_message(mark, s, sides, levels, top):
    """What the first row of a message does before its level is set."""
    if mark & (SNAPSHOT | BREAKS):
        s[N_WATCHES] = 0
    if mark & SNAPSHOT:
        _clear(0, sides, levels, top)
        _clear(1, sides, levels, top)
        s[IS_RESET] = 1
    if mark & BREAKS:
        s[IS_USABLE] = 0
    if mark & BRIDGES and not s[IS_USABLE]:
        s[IS_USABLE] = s[IS_RESET] = 1


@njit(_SIGNATURE, cache=True, nogil=True)
def advance(
    ts, flag, px, lots, row, rows, until, bar_us, s, sides, levels, sparse_px, sparse_qty, top, ofi, gaps, out,
    take_ts, take_px, take_lots, take_shown, take_mid2, watches, refills, refill_us, was_px, was_qty,
):  # fmt: skip
    """Apply rows [row, rows); return the row reached, with s[STATUS] saying why it stopped there.

    ts: microseconds, never decreasing; flag: bits of book_rows; px: ticks; lots: 0 removes the level.
    until: -1, or the time up to which nothing more will come: the last group is closed and bars are ended.
    A bar that ends at g is written before events at g or later. levels: shape (2, window), sparse_*: (2,
    capacity), top: (2, price and size, LEVELS), gaps: ring of RECENT_GAPS, out: (COLUMNS, bars) with room for
    every bar that can end. On RECENTRE or GROW the caller changes the arrays and calls again from that row.

    take_*: executions by price in order of time, all of them up to the last row's: signed ticks of the side that
    was hit, and lots. Those up to a row's time come before it; take_shown gets what was displayed, take_mid2
    twice the mid (-1: none). watches: room
    for those there and one per execution, refills: for those of the open group, one per row and per execution, and
    two. was_px, was_qty: room for LEVELS.
    """
    width = levels.shape[1]
    base_bid, base_ask = sides[0, BASE], sides[1, BASE]
    i = row
    while i < rows or until >= 0:
        t = ts[i] if i < rows else until
        if i == rows or t != s[NOW]:
            if s[IS_OPEN]:
                _close_group(s, sides, levels, sparse_px, sparse_qty, top, ofi, was_px, was_qty, watches, refills)
                if _is_near_edge(sides, levels, top):
                    s[STATUS] = RECENTRE
                    return i
            _take(
                t, s, sides, levels, sparse_px, sparse_qty, top, gaps,
                take_ts, take_px, take_lots, take_shown, take_mid2, watches, refills, refill_us,
            )  # fmt: skip
            _let_time_pass(t, bar_us, s, sides, levels, sparse_px, sparse_qty, top, ofi, gaps, out)
            if i == rows:
                break
            if s[NOW] >= 0:
                gaps[s[GAP_AT]] = t - s[NOW]
                s[GAP_AT] = (s[GAP_AT] + 1) % RECENT_GAPS
                s[N_GAPS] = min(s[N_GAPS] + 1, RECENT_GAPS)
            s[NOW], s[IS_OPEN] = t, 1
            if s[N_WATCHES]:
                s[N_WATCHES] = r.forget_old(watches, s[N_WATCHES], t, refill_us)
        while i < rows and ts[i] == t:
            mark = flag[i]
            if mark > BID:  # the first row of a message, or a row of a snapshot, or one to ignore
                if mark & FIRST:
                    _start_message(mark, s, sides, levels, top)
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
            if 0 <= at < width:
                levels[side, at] = lots[i]
            elif not _put_outside(side, x, lots[i], sides, sparse_px, sparse_qty):
                s[STATUS] = GROW
                return i
            if s[N_WATCHES]:
                _refill(x, lots[i], s, watches, refills)
            if x < sides[side, DEEPEST]:
                sides[side, DEEPEST] = x
            if x >= sides[side, FIFTH]:
                sides[side, IS_DIRTY] = 1
                if lots[i] > 0 and x > sides[side, HIGHEST]:
                    sides[side, HIGHEST] = x
            i += 1
    s[STATUS] = DONE
    return i
