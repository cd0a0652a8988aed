"""Rows of order_flow a person can check by hand: 2 bid and 4 asked, so the touch depth is 3.

The imbalance of one change of quotes (test vector 6) is checked in test_book_state, which sums it up by second.
"""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.flow_loadings import FLOW_LOADINGS
from signals.order_flow import ORDER_FLOW_SIGNAL, WINDOWS_S
from tests.signals.tape_frames import book, column, frame, run, seconds


def loadings(*fits):
    """FLOW_LOADINGS of (time, weights)."""
    rows = [
        {"event_ts": at} | {f"loading_{level}": weight for level, weight in enumerate(weights, 1)}
        for at, weights in fits
    ]
    return frame(FLOW_LOADINGS, rows)


MIDNIGHT_FIT = loadings((0, [0.5, 0.2, 0.1, 0.1, 0.1]))
FLOWS = {55: {"ofi_1": 6.0, "ofi_2": -3.0}, 119: {"ofi_1": -1.5, "ofi_3": 30.0}, 120: {"ofi_1": 3.0}}
TAKEN = {115: (3, 0), 120: (0, 1.5)}


def rows(state=None, flow=None, fits=MIDNIGHT_FIT, start=60, until=120):
    state = book(FLOWS, until) if state is None else state
    flow = seconds(TAKEN, until) if flow is None else flow
    return run(ORDER_FLOW_SIGNAL, state, flow, fits, start=start, until=until)


def last(*args, **options):
    return rows(*args, **options).row(-1, named=True)


def of(row, name):
    return [row[f"{name}_{s}s"] for s in WINDOWS_S]


def test_every_column_by_hand():
    row = last()
    assert of(row, "ofi") == [3, 1.5, 1.5], "that of second 55 is out of the 60 s"
    assert of(row, "ofi_norm") == [1, 0.5, 0.5]
    # 1 s: 0.5 * 3 / 3; longer: (0.5 * 1.5 + 0.1 * 30) / 3
    assert of(row, "ofi_integrated") == pytest.approx([0.5, 1.25, 1.25])
    assert of(row, "tfi_norm") == [-0.5, 0.5, 0.5]
    assert of(row, "coverage") == of(row, "tape_coverage") == [1, 1, 1]
    assert row["known_ts"].microsecond == 100_000


def test_the_depth_is_the_mean_of_the_window():
    # eight seconds of (2 + 4) / 2 and two of (8 + 10) / 2: (8 * 3 + 2 * 9) / 10 = 4.2
    deep = {119: {"bid_qty": 8.0, "ask_qty": 10.0}, 120: {"bid_qty": 8.0, "ask_qty": 10.0, "ofi_1": 4.2}}
    row = last(book(deep, 120))
    assert row["ofi_norm_1s"] == pytest.approx(4.2 / 9)
    assert row["ofi_norm_10s"] == pytest.approx(1)


def test_seconds_without_a_book_are_neither_summed_nor_deep():
    lost = FLOWS | {end: {"state": "RESYNC"} for end in range(109, 113)}
    row = last(book(lost, 120))
    assert of(row, "coverage") == [1, 0.8, 56 / 60]
    assert row["ofi_norm_10s"] == 0.5, "the depth is of the seconds that are there"
    lost[113] = {"state": "RESYNC"}
    row = last(book(lost, 120))
    assert of(row, "ofi") == [3, None, 1.5]
    assert of(row, "ofi_integrated")[1] is None
    assert of(row, "tfi_norm")[1] is None, "no depth to divide by"
    assert last(book(FLOWS, 120, without=range(108, 119)))["coverage_10s"] == 0.2


def test_a_gap_of_the_tape_takes_the_takers_only():
    row = last(flow=seconds(TAKEN, 120, without=range(112, 116)))
    assert of(row, "tape_coverage") == [1, 0.6, 56 / 60]
    assert of(row, "tfi_norm") == [-0.5, None, -0.5]
    assert of(row, "ofi") == [3, 1.5, 1.5]


def test_without_tape_or_weights_the_book_still_speaks():
    nothing = seconds({}, 1).clear()
    row = last(flow=nothing, fits=MIDNIGHT_FIT.clear())
    assert of(row, "ofi_norm") == [1, 0.5, 0.5]
    assert of(row, "tape_coverage") == [0, 0, 0]
    assert of(row, "tfi_norm") == of(row, "ofi_integrated") == [None] * 3
    assert rows(book(FLOWS, 120).clear()).is_empty()


def test_weights_are_of_the_last_fit_of_the_day():
    only_first = [1, 0, 0, 0, 0]
    fits = loadings((-60, only_first), (0, [0, 1, 0, 0, 0]), (60, [0, 0, 1, 0, 0]))
    flow = {end: {"ofi_1": 3.0, "ofi_2": 6.0, "ofi_3": 9.0} for end in range(-70, 121)}
    made = rows(book(flow, 120, first=-70), seconds({}, 120, first=-70), fits, start=-70)
    assert column(made, "ofi_integrated_1s") == [None] * 10 + [1] * 60 + [2] * 60 + [3] * 60
    made = rows(book(flow, 120, first=-70), seconds({}, 120, first=-70), loadings((-60, only_first)), start=-70)
    assert column(made, "ofi_integrated_1s") == [None] * 10 + [1] * 60 + [None] * 120, "yesterday's do not go on"


def test_a_row_is_known_when_book_tape_and_weights_are():
    def late(frame, time, at):
        return frame.with_columns(
            known_ts=pl.when(pl.col(time) == frame[time][at]).then(pl.col("known_ts") + pl.duration(seconds=500))
            .otherwise("known_ts")
        )  # fmt: skip

    plain = {"state": book(FLOWS, 120), "flow": seconds(TAKEN, 120), "fits": MIDNIGHT_FIT}
    assert column(rows(**plain), "known_ts") == pytest.approx([end + 0.1 for end in range(61, 121)])
    for name, time, at, known in (("state", "bar_end", 79, 580.1), ("flow", "bar_end", 79, 580.1)):
        made = rows(**{**plain, name: late(plain[name], time, at)})
        assert column(made, "known_ts") == pytest.approx([end + 0.1 for end in range(61, 80)] + [known] * 41)
    made = rows(**{**plain, "fits": late(MIDNIGHT_FIT, "event_ts", 0)})
    assert column(made, "known_ts") == pytest.approx([500.1] * 60)


MOVES = st.dictionaries(st.integers(-60, 20), st.integers(-8, 8).map(lambda lots: lots / 4), max_size=15)


@settings(max_examples=25, deadline=None)
@given(MOVES)
def test_sums_are_those_of_the_seconds_and_turn_with_them(moves):
    def made(sign):
        state = book({end: {"ofi_1": sign * move} for end, move in moves.items()}, 20, first=-60)
        return rows(state, seconds({}, 20, first=-60), start=0, until=20)

    there, back = made(1), made(-1)
    for window in WINDOWS_S:
        sums = [sum(moves.get(s, 0) for s in range(end - window + 1, end + 1)) for end in range(1, 21)]
        assert column(there, f"ofi_{window}s") == sums
        assert column(there, f"ofi_norm_{window}s") == pytest.approx([move / 3 for move in sums])
        assert column(back, f"ofi_norm_{window}s") == [-move for move in column(there, f"ofi_norm_{window}s")]
