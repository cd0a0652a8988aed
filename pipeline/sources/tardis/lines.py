"""Text of a Tardis CSV as rows of numbers: what stands in each line, with the lines marked that cannot be taken."""

# mypy: allow-untyped-defs

from typing import Final

import numpy as np
from numba import from_dtype, njit, types

from pipeline.sources.reading.times import EARLIEST, LATEST

ROW: Final = np.dtype(
    [
        ("event", "i8"),  # timestamp, microseconds
        ("recv", "i8"),  # local_timestamp, microseconds
        ("price", "f8"),
        ("qty", "f8"),
        ("price_units", "i8"),  # the price's digits without the point
        ("line", "i8"),  # in the file, the header is line 1
        ("begin", "i8"),  # of the line in the block's text
        ("id_begin", "i8"),
        ("id_size", "i4"),
        ("price_decimals", "i1"),
        ("qty_decimals", "i1"),
        ("side", "i1"),  # +1 bid or buy, -1 ask or sell, 0 unknown
        ("is_snapshot", "i1"),
        ("fault", "i1"),  # GOOD, BAD or INEXACT
    ],
    align=True,
)
GOOD, BAD, INEXACT = 0, 1, 2
"""INEXACT: a number has more digits than a double's integers; its value has yet to be read from the text."""

SKIP, EXCHANGE, SYMBOL, EVENT, RECV, IS_SNAPSHOT, ID, BOOK_SIDE, TAKER_SIDE, PRICE, LEVEL_QTY, PRINT_QTY = range(12)
"""What a field of the line is; a level may have no size left, a print not."""

AHEAD: Final = 60_000_000
"""How far timestamp may lie after local_timestamp, microseconds: no clock that is kept at all is off by a minute."""

_COMMA, _NEWLINE, _POINT, _MINUS, _ZERO = 44, 10, 46, 45, 48
_TENS = 10.0 ** np.arange(16)
_EXACT = 1 << 53
_TRUE, _FALSE = (np.frombuffer(word, np.uint8) for word in (b"true", b"false"))
_SIDES = tuple(np.frombuffer(word, np.uint8) for word in (b"bid", b"ask", b"buy", b"sell", b"unknown"))
_BID, _ASK, _BUY, _SELL, _UNKNOWN = _SIDES

_TEXT = types.Array(types.uint8, 1, "C", readonly=True)
_ROWS = types.Array(from_dtype(ROW), 1, "C")


@njit(inline="always")
def _is(text, at, word):
    """Whether `word` stands in the text at `at`; no word holds a line's end, where the text surely stops."""
    alike = 0
    while alike < word.size and text[at + alike] == word[alike]:
        alike += 1
    return alike == word.size


@njit(inline="always")
def _time(text, at):
    """Sixteen digits as microseconds, -1 if they are not that or out of range."""
    if at + 16 >= text.size:
        return np.int64(-1)
    high, low, odd = np.int64(0), np.int64(0), False
    for k in range(8):
        one, two = text[at + k] - np.uint8(_ZERO), text[at + 8 + k] - np.uint8(_ZERO)
        odd |= (one > 9) | (two > 9)
        high, low = high * 10 + one, low * 10 + two
    time = high * 100_000_000 + low
    return np.int64(-1) if odd or time < EARLIEST or time >= LATEST else time


@njit(inline="always")
def _number(text, at):
    """Digits without the point, decimals, and where the number ends (-1: none, or too long to be told apart)."""
    begin = at
    is_negative = text[at] == _MINUS
    if is_negative:
        at += 1
    units, decimals, first = np.int64(0), 0, at
    while text[at] - np.uint8(_ZERO) <= 9:
        units = units * 10 + (text[at] - np.uint8(_ZERO))
        at += 1
    whole = at - first
    if text[at] == _POINT:
        first = at + 1
        at = first
        while text[at] - np.uint8(_ZERO) <= 9:
            units = units * 10 + (text[at] - np.uint8(_ZERO))
            at += 1
        decimals = at - first
        if decimals == 0:
            return units, decimals, -1
    if whole == 0 or whole > 15 or decimals > 15 or at - begin > 19:
        return units, decimals, -1
    return -units if is_negative else units, decimals, at


@njit(types.int64(_TEXT), cache=True, nogil=True)
def count_lines(text):
    """How many lines end in the text."""
    lines = 0
    for byte in text:
        lines += byte == _NEWLINE
    return lines


@njit
def _are_same(one, other):
    """Whether two stretches of equal length hold the same bytes."""
    differing = np.uint8(0)
    for k in range(one.size):
        differing |= one[k] ^ other[k]
    return differing == 0


@njit(types.int64(_TEXT, types.Array(types.int8, 1, "C", readonly=True), types.int64, _TEXT, _TEXT, _ROWS, types.int64),
      cache=True, nogil=True)  # fmt: skip
def read_lines(text, order, shared, exchange, symbol, rows, line):
    """Fill a row per line of `text`, which ends with a line's end; `line` is the number of the first.

    order: what each field of a line is; shared: how many of them, from the first, the levels of a message have in
    common, so that a line may begin like the one before; exchange, symbol: what they have to say. Returns how many
    rows are not GOOD; of a BAD one only the fields before the fault are there.
    """
    at, count, odd = 0, 0, 0
    head = 0  # bytes of the shared fields in the line before, 0 if it is of no use
    while at < text.size:
        row = rows[count]
        row.line, row.begin, row.fault = line + count, at, GOOD
        first = 0
        before = rows[max(count - 1, 0)]
        if head and at + head < text.size and _are_same(text[at : at + head], text[before.begin : before.begin + head]):
            row.event, row.recv, row.is_snapshot = before.event, before.recv, before.is_snapshot
            first = shared
            at += head
        else:
            row.event, row.recv, row.is_snapshot = -1, -1, 0
        for field in range(first, order.size):
            if field == shared:
                head = at - row.begin
            what, end = order[field], np.int64(-1)
            if what in (EVENT, RECV):
                time = _time(text, at)
                if time >= 0:
                    end = at + 16
                    if what == EVENT:
                        row.event = time
                    else:
                        row.recv = time
            elif what == PRICE:
                row.price_units, row.price_decimals, end = _number(text, at)
                if row.price_units <= 0:
                    end = -1
                row.price = row.price_units / _TENS[row.price_decimals]
                if row.price_units > _EXACT:
                    row.fault = INEXACT
            elif what in (LEVEL_QTY, PRINT_QTY):
                units, row.qty_decimals, end = _number(text, at)
                if units < 0 or (units == 0 and what == PRINT_QTY):
                    end = -1
                row.qty = units / _TENS[row.qty_decimals]
                if units > _EXACT:
                    row.fault = INEXACT
            elif what == BOOK_SIDE:
                if _is(text, at, _BID):
                    row.side, end = 1, at + 3
                elif _is(text, at, _ASK):
                    row.side, end = -1, at + 3
            elif what == TAKER_SIDE:
                if _is(text, at, _BUY):
                    row.side, end = 1, at + 3
                elif _is(text, at, _SELL):
                    row.side, end = -1, at + 4
                elif _is(text, at, _UNKNOWN):
                    row.side, end = 0, at + 7
            elif what == IS_SNAPSHOT:
                if _is(text, at, _FALSE):
                    row.is_snapshot, end = 0, at + 5
                elif _is(text, at, _TRUE):
                    row.is_snapshot, end = 1, at + 4
            elif what == EXCHANGE:
                end = at + exchange.size if _is(text, at, exchange) else -1
            elif what == SYMBOL:
                end = at + symbol.size if _is(text, at, symbol) else -1
            else:  # an id, or a column that is not wanted
                end = at
                while text[end] != _COMMA and text[end] != _NEWLINE:
                    end += 1
                if what == ID:
                    row.id_begin, row.id_size = at, end - at
                    if end == at:
                        end = -1
            if end < 0 or text[end] != (_NEWLINE if field + 1 == order.size else _COMMA):
                row.fault = BAD
                break
            at = end + 1
        if row.fault == GOOD and row.event > row.recv + AHEAD:
            row.fault = BAD
        if row.fault != GOOD:
            odd += 1
        if row.fault == BAD:
            head = 0
            at = row.begin
            while text[at] != _NEWLINE:
                at += 1
            at += 1
        count += 1
    return odd
