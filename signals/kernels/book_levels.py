"""Levels of a dense book: cells of a window, and a short sorted list of what stands outside it."""

# mypy: allow-untyped-defs

from numba import njit

from signals.kernels.book_fields import (
    BASE,
    DEEPEST,
    FIFTH,
    HIGHEST,
    IS_DIRTY,
    LEVELS,
    N_SPARSE,
    NEVER,
    NONE,
    REACH,
)  # fmt: skip


@njit(inline="always")
def clear(side, sides, levels, top):
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
def position(px, n, x):
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
def put_outside(side, x, lots, sides, sparse_px, sparse_qty):
    """Set a level outside the window; False if there is no room for it."""
    px, qty, n = sparse_px[side], sparse_qty[side], sides[side, N_SPARSE]
    at = position(px, n, x)
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
def displayed(x, sides, levels, sparse_px, sparse_qty):
    """Lots standing at a signed price."""
    side = 0 if x > 0 else 1
    at = x - sides[side, BASE]
    if 0 <= at < levels.shape[1]:
        return levels[side, at]
    n = sides[side, N_SPARSE]
    k = position(sparse_px[side], n, x)
    return sparse_qty[side, k] if k < n and sparse_px[side, k] == x else 0


@njit
def _change(px, qty, old_px, old_qty):
    """The event of Cont, Kukanov and Stoikov on one side: size gained at the level, in lots."""
    if px == old_px:
        return qty - old_qty
    return qty if px > old_px else -old_qty


@njit(inline="always")
def next_level(x, outside, worst, base, top_edge, cells, px, qty):
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
def rebuild(side, sides, levels, sparse_px, sparse_qty, top, ofi, counts):
    """Find the top five of a side again and, if `counts`, add what changed to the OFI."""
    base, width = sides[side, BASE], levels.shape[1]
    old_px, old_qty = top[side, 0], top[side, 1]
    found, outside = 0, sides[side, N_SPARSE] - 1
    x = min(max(old_px[0], sides[side, HIGHEST]), base + width - 1)
    worst = max(sides[side, DEEPEST], base)
    sign = 1 - 2 * side
    while found < LEVELS:
        px, qty, x, outside = next_level(
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
