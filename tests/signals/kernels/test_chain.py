"""Each rule of the chain, one by one. Ids: -1 is unknown."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.kernels import chain as k

S, D = True, False


def follow(messages, *, last=-1, mode=0, kernel=k.follow):
    """(codes, last id, mode) after messages of (update id, previous id, is snapshot)."""
    state = np.array([last, mode], np.int64)
    ids = np.array([m[:2] for m in messages], np.int64).reshape(-1, 2)
    codes = kernel(*np.ascontiguousarray(ids.T), np.array([m[2] for m in messages], bool), state)
    return [*codes.tolist()], *state.tolist()


@pytest.mark.parametrize(
    ("mode", "last", "message", "code", "last_after", "mode_after"),
    [
        # snapshots
        (0, -1, (7, -1, S), k.SNAPSHOT, 7, 1),
        (1, 5, (7, -1, S), k.SNAPSHOT, 7, 1),
        (1, 9, (7, -1, S), k.SNAPSHOT, 7, 1),  # not live: an older one replaces all the same
        (2, 5, (7, -1, S), k.SNAPSHOT, 7, 3),
        (3, 5, (7, -1, S), k.SNAPSHOT, 7, 3),
        (2, 9, (7, -1, S), k.SKIP, 9, 2),
        (3, 9, (7, -1, S), k.SKIP, 9, 3),
        (2, 9, (7, 7, S), k.SNAPSHOT_USABLE, 7, 2),  # usable at once: the venue has begun its count anew
        (3, 9, (1, 1, S), k.SNAPSHOT_USABLE, 1, 2),
        (2, 7, (7, -1, S), k.SNAPSHOT, 7, 3),
        (0, -1, (7, 7, S), k.SNAPSHOT_USABLE, 7, 2),
        (2, 5, (7, 7, S), k.SNAPSHOT_USABLE, 7, 2),
        (0, -1, (-1, -1, S), k.SNAPSHOT_USABLE, -1, 2),
        (2, 9, (-1, -1, S), k.SNAPSHOT_USABLE, -1, 2),
        # diffs without a book
        (0, -1, (8, 7, D), k.WAIT, -1, 0),
        # diffs after a snapshot that waits for its bridge
        (1, 7, (6, 5, D), k.SKIP, 7, 1),
        (1, 7, (7, 5, D), k.SKIP, 7, 1),
        (1, 7, (9, 6, D), k.BRIDGE, 9, 2),
        (1, 7, (9, 7, D), k.BRIDGE, 9, 2),
        (1, 7, (9, 8, D), k.BREAK, -1, 0),
        (3, 7, (7, 5, D), k.SKIP, 7, 3),
        (3, 7, (9, 7, D), k.BRIDGE, 9, 2),
        (3, 7, (9, 8, D), k.BREAK, -1, 0),
        # diffs of a live book
        (2, 7, (9, 7, D), k.APPLY, 9, 2),
        (2, 7, (7, 5, D), k.SKIP, 7, 2),
        (2, 7, (9, 8, D), k.BREAK, -1, 0),
        (2, 7, (9, 5, D), k.BREAK, -1, 0),
        # nothing to compare
        (1, 7, (-1, -1, D), k.BRIDGE, -1, 2),
        (2, 7, (9, -1, D), k.APPLY, 9, 2),
        (2, -1, (9, 8, D), k.APPLY, 9, 2),
        # a feed without ids that says a message was lost
        (0, -1, (-1, 0, D), k.WAIT, -1, 0),
        (2, -1, (-1, 0, D), k.BREAK, -1, 0),
        (1, 7, (-1, 0, D), k.BREAK, -1, 0),
        (2, -1, (-1, 0, S), k.SNAPSHOT_USABLE, -1, 2),
    ],
)
def test_rule(mode, last, message, code, last_after, mode_after):
    assert follow([message], last=last, mode=mode) == ([code], last_after, mode_after)


def test_usdm_opens_with_diffs_then_snapshot_then_bridge():
    day = [(10, 5, D), (20, -1, S), (18, 10, D), (22, 18, D), (25, 22, D), (30, 26, D), (31, 30, D)]
    codes = [k.WAIT, k.SNAPSHOT, k.SKIP, k.BRIDGE, k.APPLY, k.BREAK, k.WAIT]
    assert follow(day) == (codes, -1, 0)


def test_bybit_begins_its_count_anew_after_a_restart():
    day = [(500, 500, S), (501, 500, D), (1, 1, S), (2, 1, D), (4, 3, D)]
    codes = [k.SNAPSHOT_USABLE, k.APPLY, k.SNAPSHOT_USABLE, k.APPLY, k.BREAK]
    assert follow(day) == (codes, -1, 0)


MESSAGES = st.lists(st.tuples(st.integers(-1, 9), st.integers(-1, 9), st.booleans()), max_size=30)


@given(MESSAGES, st.integers(0, 30))
def test_compiled_and_cut_anywhere_says_what_the_plain_function_says(messages, cut):
    whole = follow(messages, kernel=k.follow.py_func)
    head, last, mode = follow(messages[:cut])
    tail, last, mode = follow(messages[cut:], last=last, mode=mode)
    assert (head + tail, last, mode) == whole
