"""The largest size that rested in each price bucket during each column of time."""

# mypy: allow-untyped-defs

from numba import njit, types

from signals.kernels.book_rows import BID, BREAKS, BRIDGES, FIRST, IGNORE, SNAPSHOT

NOW, COLUMN, IS_USABLE, N_TOUCHED, ALL_TOUCHED, WAS_USABLE, FIELDS = range(7)
"""Time of the last message (-1: none); the open column (-1: before the first); the chain is whole; buckets the open
instant touched, and whether it touched all; the book was usable at some moment of the open column."""

UNKNOWN = -1.0
"""In place of the sizes of a column in which the book was never usable."""

_RO = types.Array(types.int64, 1, "C", readonly=True)
_FLAGS = types.Array(types.uint8, 1, "C", readonly=True)
_ROW = types.int64[::1]
_SIGNATURE = types.void(
    _RO, _FLAGS, _RO, _RO, types.int64, types.int64, types.int64, types.int64, types.int64,
    _ROW, types.int64[:, ::1], types.Array(types.int32, 1, "C", readonly=True), _ROW, _ROW, _ROW, types.uint8[::1],
    types.float32[:, ::1],
)  # fmt: skip


@njit
def _close_instant(s, total, most, touched, is_touched):
    """All messages of NOW are in: what rests now may be the most of the column."""
    if s[IS_USABLE]:
        s[WAS_USABLE] = 1
        if s[ALL_TOUCHED]:
            for row in range(total.size):
                most[row] = max(most[row], total[row])
        else:
            for k in range(s[N_TOUCHED]):
                row = touched[k]
                most[row] = max(most[row], total[row])
    for k in range(s[N_TOUCHED]):
        is_touched[touched[k]] = 0
    s[N_TOUCHED] = s[ALL_TOUCHED] = 0


@njit
def _end_columns(column, s, total, most, out):
    """Write the columns before `column`; what rests then rests in the next from its beginning."""
    while s[COLUMN] < column:
        at = s[COLUMN]
        if at >= 0:
            for row in range(most.size):
                out[at, row] = most[row] if s[WAS_USABLE] else UNKNOWN
        s[WAS_USABLE] = s[IS_USABLE]
        for row in range(most.size):
            most[row] = total[row] if s[IS_USABLE] else 0
        s[COLUMN] = at + 1


@njit(_SIGNATURE, cache=True, nogil=True)
def largest_sizes(
    ts, flag, px, lots, rows, until, origin, column_us, base, s, cells, row_of, total, most, touched, is_touched, out
):
    """Apply rows [0, rows), writing each column of `out` that ends before them, and those that end by `until`.

    ts: microseconds, never decreasing; flag: bits of book_rows; px: ticks; lots: 0 removes the level. Column c of
    `out` (columns, buckets) covers [origin + c, origin + c + 1) x column_us and gets lots: the most of what rested
    in a bucket when the column began or after all messages of an instant in it. cells: (2 sides, ticks) from tick
    `base`, row_of: the bucket of each; other prices are passed over. total: what rests in each bucket now. until:
    -1, or the time up to which nothing more will come.
    """
    columns = out.shape[0]
    for i in range(rows):
        t = ts[i]
        if t != s[NOW]:
            _close_instant(s, total, most, touched, is_touched)
            if t >= origin:
                _end_columns(min((t - origin) // column_us, columns), s, total, most, out)
                if (t - origin) % column_us == 0:  # what rested until this instant is over as the column begins
                    most[:] = 0
                    s[WAS_USABLE], s[ALL_TOUCHED] = 0, 1
            s[NOW] = t
        mark = flag[i]
        if mark > BID:
            if mark & FIRST:
                if mark & SNAPSHOT:
                    cells[:] = 0
                    total[:] = 0
                    s[ALL_TOUCHED] = 1
                if mark & BREAKS:
                    s[IS_USABLE] = 0
                if mark & BRIDGES and not s[IS_USABLE]:
                    s[IS_USABLE] = s[ALL_TOUCHED] = 1
            if mark & IGNORE:
                continue
        at = px[i] - base
        if 0 <= at < row_of.size:
            side, row = 1 - (mark & BID), row_of[at]
            total[row] += lots[i] - cells[side, at]
            cells[side, at] = lots[i]
            if not is_touched[row]:
                is_touched[row] = 1
                touched[s[N_TOUCHED]] = row
                s[N_TOUCHED] += 1
    if until >= 0:
        _close_instant(s, total, most, touched, is_touched)
        _end_columns(min((until - origin) // column_us, columns), s, total, most, out)
