"""The update-id chain of an order book: which messages may touch it, and when it can be trusted.

Venue-neutral: Binance USD-M states the id a message continues from (`pu`), spot
implies it (U - 1), Bybit counts by one. A missing id is -1 and cannot be checked: a message
without one is taken on trust, unless it says that it continues from something (`prev_id`): that is
how a feed without ids says that a message before it was lost.
"""

# mypy: allow-untyped-defs

import numpy as np
from numba import njit, types

SKIP = 0
"""Older than the book: changes nothing."""
WAIT = 1
"""A diff without a book to change."""
APPLY = 2
"""The next diff in the chain."""
BRIDGE = 3
"""The first diff that continues a snapshot: the book is usable after it."""
SNAPSHOT = 4
"""A new book that a later diff must bridge."""
SNAPSHOT_USABLE = 5
"""A new book that needs no bridge."""
BREAK = 6
"""Something before this message is missing: no book until a snapshot."""

NO_BOOK, UNBRIDGED, LIVE, LIVE_UNBRIDGED = 0, 1, 2, 3
"""Modes, as BOOK_CLOSE.chain_mode: 2 and 3 are usable."""

_IDS = types.Array(types.int64, 1, "C", readonly=True)
_FLAGS = types.Array(types.boolean, 1, "C", readonly=True)


@njit(types.uint8[::1](_IDS, _IDS, _FLAGS, types.int64[::1]), cache=True, nogil=True)
def follow(update_id, prev_id, is_snapshot, state):
    """Walk the chain over whole messages; return one code a message.

    update_id, prev_id, is_snapshot: shape (messages,), ids -1 where unknown.
    state: (last id or -1, mode), carried from call to call and changed in place.
    """
    codes = np.empty(update_id.size, np.uint8)
    last, mode = state[0], state[1]
    for i in range(update_id.size):
        this, prev = update_id[i], prev_id[i]
        if is_snapshot[i]:
            if this < 0 or prev == this:  # sent in the stream itself: the count may begin anew with it
                codes[i], mode, last = SNAPSHOT_USABLE, LIVE, this
            elif mode >= LIVE and this < last:
                codes[i] = SKIP
            else:
                codes[i], mode, last = SNAPSHOT, (LIVE_UNBRIDGED if mode >= LIVE else UNBRIDGED), this
        elif mode == NO_BOOK:
            codes[i] = WAIT
        elif this < 0 <= prev:
            codes[i], mode, last = BREAK, NO_BOOK, -1
        elif this < 0 or prev < 0 or last < 0:  # nothing to compare: taken on trust
            codes[i] = APPLY if mode == LIVE else BRIDGE
            mode, last = LIVE, this
        elif mode == LIVE and prev == last:
            codes[i], last = APPLY, this
        elif this <= last:
            codes[i] = SKIP
        elif mode != LIVE and prev <= last:
            codes[i], mode, last = BRIDGE, LIVE, this
        else:
            codes[i], mode, last = BREAK, NO_BOOK, -1
    state[0], state[1] = last, mode
    return codes
