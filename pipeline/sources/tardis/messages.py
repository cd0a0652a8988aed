"""Rows of a Tardis CSV as messages: which rows belong together, what they are known by, and when they happened."""

# mypy: allow-untyped-defs

from typing import Final

import numpy as np
from numba import from_dtype, njit, types

from pipeline.sources.tardis.lines import BAD, ROW

STATED, RECEIVED, CARRIED = 0, 1, 2
"""Codes of a clock: the venue's time; local_timestamp, for the venue sent none; the time of a message before it."""

LAST, LATEST, LAST_RECV, SNAPSHOT_AT, FIELDS = range(5)
"""State: event and recv of the message before, the latest event so far, the event of the message before if it was a
snapshot; -1 if none."""

MESSAGES, RECORDS, REJECTED, BACKWARDS_RECV, QTY_DECIMALS, COUNTS = range(6)
"""What a call counts: messages, records and rejected messages written, messages received before the one preceding
them, most decimals of a quantity."""

EVENT, RECV, KNOWN, LINE, DIGEST, END, TIMES = range(7)
CLOCK, IS_SNAPSHOT, IS_BACKWARDS, CODES = range(4)
PRICE, QTY, NUMBERS = range(3)
"""Rows of the outputs; END is where the message's records end."""

DECIMALS: Final = 16

_ROWS = types.Array(from_dtype(ROW), 1, "C")
_BITS = types.Array(types.uint64, 1, "A")
_INTS, _GRID, _CODES, _NUMBERS = types.int64[::1], types.int64[:, ::1], types.int8[:, ::1], types.float64[:, ::1]


@njit(inline="always")
def _mixed(value):
    """The finaliser of splitmix64: a changed bit of the value changes half of the result's."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@njit(inline="always")
def _divisor(one, other):
    while other:
        one, other = other, one % other
    return one


@njit(types.int64(_ROWS, _BITS, _BITS, types.boolean, types.boolean, types.int64,
                  _GRID, _CODES, types.int8[::1], _NUMBERS, _GRID, _INTS, _GRID, _INTS),
      cache=True, nogil=True)  # fmt: skip
def mark_messages(
    rows, price_bits, qty_bits, is_book, is_last, delay, times, codes, sides, numbers, rejected, state, grid, counts
):
    """Write the rows' messages and their records; return how many rows were used.

    Consecutive levels with equal timestamp, local_timestamp and is_snapshot are one message; each print is one. A
    message with a bad row is rejected whole. The last message of a book may go on in the next block and is left
    unless `is_last`. A snapshot replaces the book, unless the message before it was one of the same timestamp.
    Book messages change the book in the order in which they were received: one that is stamped before another
    happened when that did.

    times, codes: shape (columns, messages); sides, numbers: (columns,) records. rejected: first row and number of
    rows of each. grid: greatest common divisor and largest of the prices by their decimals.
    """
    begin = 0
    counts[:] = 0
    while begin < rows.size:
        first = rows[begin]
        end = begin + 1
        is_bad = first.fault == BAD
        while (
            is_book
            and end < rows.size
            and (
                rows[end].event == first.event
                and rows[end].recv == first.recv
                and rows[end].is_snapshot == first.is_snapshot
            )
        ):
            is_bad |= rows[end].fault == BAD
            end += 1
        if is_book and end == rows.size and not is_last:
            return begin
        if is_bad:
            rejected[counts[REJECTED], 0], rejected[counts[REJECTED], 1] = begin, end - begin
            counts[REJECTED] += 1
            state[SNAPSHOT_AT] = first.event if first.is_snapshot else -1
            begin = end
            continue
        event, clock = first.event, RECEIVED if first.event == first.recv else STATED
        is_backwards = event < state[LAST]
        if is_book and event < state[LATEST]:
            event, clock = state[LATEST], CARRIED
        at = counts[MESSAGES]
        codes[CLOCK, at], codes[IS_BACKWARDS, at] = clock, is_backwards
        codes[IS_SNAPSHOT, at] = first.is_snapshot == 1 and first.event != state[SNAPSHOT_AT]
        counts[BACKWARDS_RECV] += first.recv < state[LAST_RECV]
        state[LAST], state[LAST_RECV], state[LATEST] = first.event, first.recv, max(event, state[LATEST])
        state[SNAPSHOT_AT] = first.event if first.is_snapshot else -1

        digest = _mixed(np.uint64(first.event) + np.uint64(first.is_snapshot))
        if is_book:
            digest = _mixed(digest ^ np.uint64(first.recv))
        start = counts[RECORDS] - begin
        for k in range(begin, end):
            row = rows[k]
            digest = _mixed(digest + price_bits[k] * np.uint64(0x9E3779B97F4A7C15) + np.uint64(row.side + 1))
            digest = _mixed(digest ^ qty_bits[k])
            sides[start + k], numbers[PRICE, start + k], numbers[QTY, start + k] = row.side, row.price, row.qty
            decimals = row.price_decimals
            if grid[decimals, 0] == 0 or row.price_units % grid[decimals, 0]:
                grid[decimals, 0] = _divisor(row.price_units, grid[decimals, 0])
            grid[decimals, 1] = max(grid[decimals, 1], row.price_units)
            counts[QTY_DECIMALS] = max(counts[QTY_DECIMALS], row.qty_decimals)
        times[EVENT, at], times[RECV, at], times[KNOWN, at] = event, first.recv, max(first.recv, event + delay)
        times[LINE, at], times[DIGEST, at], times[END, at] = first.line, np.int64(digest), start + end
        counts[MESSAGES], counts[RECORDS] = at + 1, start + end
        begin = end
    return begin
