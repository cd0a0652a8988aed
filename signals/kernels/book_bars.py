"""The book's state, and the bars that end as time passes."""

# mypy: allow-untyped-defs

from numba import njit, types

from signals.kernels import ledger as q
from signals.kernels.book_fields import (
    BANDS_BPS,
    BAR_END,
    BASE,
    BID_DEPTH,
    BID_FURTHER,
    BID_LEDGER,
    BID_PX,
    BID_QTY,
    BID_REACH,
    COVERED,
    COVERED_US,
    CROSSED,
    DEEPEST,
    EMPTY,
    FIFTH,
    FURTHER,
    GAP_US,
    HAS_BAND,
    IS_USABLE,
    LAST_US,
    LEVELS,
    LOCKED,
    MESSAGES,
    N_GAPS,
    N_OUT,
    N_SPARSE,
    NEVER,
    NEXT_BAR,
    NONE,
    NOW,
    OFI,
    OK,
    ONE_SIDED,
    REACH,
    RESYNC,
    STALE,
    STALE_GAPS,
    STALE_US,
    STATE,
)  # fmt: skip
from signals.kernels.book_levels import next_level, position


@njit
def state_of(s, top):
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
def twice_mid(s, top):
    """Twice the mid in ticks, -1 unless the book is OK or LOCKED."""
    return top[0, 0, 0] - top[1, 0, 0] if state_of(s, top) in (OK, LOCKED) else -1


@njit(types.int64(types.int64[:, :, ::1]), cache=True)
def reference(top):
    """Where the market is: the mid, or the best of the only side; -1 if the book is empty."""
    bid, ask = top[0, 0, 0], top[1, 0, 0]
    if bid == NONE:
        return -1 if ask == NONE else -ask
    return bid if ask == NONE else (bid - ask) // 2


@njit
def stale_after(s, gaps):
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
        k = position(px, n, lower)
        while k < n and px[k] <= upper:
            total += qty[k]
            k += 1
        upper = min(upper, lower - 1)
        out[row + band, bar] = total if sides[side, DEEPEST] * 20_000 <= edge else -1


@njit
def _further(side, sides, levels, sparse_px, sparse_qty, out, row, bar):
    """Write the sizes of the levels next below the fifth, 0 where there is none."""
    base, width, fifth = sides[side, BASE], levels.shape[1], sides[side, FIFTH]
    outside = position(sparse_px[side], sides[side, N_SPARSE], fifth) - 1
    x, worst = min(fifth, base + width) - 1, max(sides[side, DEEPEST], base)
    for level in range(FURTHER):
        _px, qty, x, outside = next_level(
            x, outside, worst, base, base + width, levels[side], sparse_px[side], sparse_qty[side]
        )
        out[row + level, bar] = qty


@njit
def _write_bar(state, bar_us, s, sides, levels, sparse_px, sparse_qty, top, ofi, out, led, bounds, sums):
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
    for side in range(2):
        for at in range(q.SUMS):
            out[BID_LEDGER + q.SUMS * side + at, bar] = sums[1, side, at]
    out[HAS_BAND, bar] = led[q.HAS_BAND] and led[q.BAND_FOR] == s[NEXT_BAR]
    out[MESSAGES, bar], out[GAP_US, bar] = led[q.MESSAGES], led[q.GAP_US]
    q.end_bar(led, sums)
    q.lay_band(led, bounds, twice_mid(s, top), s[NEXT_BAR] + bar_us)
    s[N_OUT] = bar + 1
    s[COVERED] = 0


@njit
def let_time_pass(until, bar_us, s, sides, levels, sparse_px, sparse_qty, top, ofi, gaps, out, led, bounds, sums):
    """Nothing happens from NOW to `until`: count covered time and end the bars in between."""
    now, state = s[NOW], state_of(s, top)
    is_covered = state in (OK, LOCKED)
    if led[q.BAND_FOR] != s[NEXT_BAR] and now < s[NEXT_BAR] - bar_us <= until:  # the first bar begins
        q.lay_band(led, bounds, twice_mid(s, top), s[NEXT_BAR])
    stale_from = now + STALE_US
    if until > stale_from:
        stale_from = now + stale_after(s, gaps)
    while s[NEXT_BAR] <= until:
        end = s[NEXT_BAR]
        if is_covered:
            s[COVERED] += max(0, min(end, stale_from) - max(now, end - bar_us))
        shown = STALE if state != RESYNC and end > stale_from else state
        _write_bar(shown, bar_us, s, sides, levels, sparse_px, sparse_qty, top, ofi, out, led, bounds, sums)
        s[NEXT_BAR] = end + bar_us
    if is_covered:
        s[COVERED] += max(0, min(until, stale_from) - max(now, s[NEXT_BAR] - bar_us))
