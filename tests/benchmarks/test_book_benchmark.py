"""The C reference is a second opinion on every integer of a bar, so it is held to the same streams."""

import numpy as np
import pytest

from benchmarks import book, our_book
from benchmarks.c_reference import CReference, compiler, empty_window, rows_of
from benchmarks.equality import ROWS, bar_differences, best_differences, state_differences
from benchmarks.recording import Recording
from signals.bars import SECOND
from signals.kernels import book_fields as k
from tests.signals.book_frames import GRID, Message, updates


@pytest.fixture(scope="module")
def reference(tmp_path_factory) -> CReference:
    if compiler() is None:
        pytest.skip("no C compiler: install gcc, or name one in the variable CC")
    return CReference(tmp_path_factory.mktemp("c"))


def stream(seed: int, messages: int = 3_000) -> list[Message]:
    """A market that drifts, empties, crosses, falls silent, loses a message and is shown anew; prices near 100."""
    draw = np.random.default_rng(seed)
    at, mid, last, made = 0.0, 1_000, 0, []
    for number in range(messages):
        at += draw.choice([0, 1, 20, 150, 700, 9_000], p=[0.2, 0.3, 0.3, 0.15, 0.045, 0.005])
        mid += int(draw.integers(-2, 3))
        shift = int(draw.integers(-3, 4)) if draw.random() < 0.1 else 1  # zero and below: locked and crossed
        sides = []
        for sign in (-1, 1):
            ticks = mid + sign * (shift + draw.geometric(0.15, int(draw.integers(0, 12))) - 1)
            lots = draw.integers(1, 50, ticks.size) * (draw.random(ticks.size) > 0.3)
            sides.append([(tick / 10, lot / 10) for tick, lot in zip(ticks.tolist(), lots.tolist(), strict=True)])
        is_snapshot = number == 20 or draw.random() < 0.004
        prev = last if draw.random() > 0.003 else last - 1
        last += 1 if draw.random() > 0.004 else 2
        if is_snapshot:
            prev = last if draw.random() < 0.5 else None
        made.append(Message(at, *sides, id=last, prev=prev, is_snapshot=is_snapshot))
    return made


def recorded(messages: list[Message]) -> Recording:
    frame = updates(messages)
    seconds = frame["event_ts"].to_physical() // SECOND
    return Recording("made up", frame, GRID, (int(seconds[0]) + 1) * SECOND, int(seconds[-1]) * SECOND)


def both(reference: CReference, recording: Recording) -> tuple[np.ndarray, np.ndarray]:
    ours = our_book.bars(recording, our_book.chunks(recording))
    return ours, reference.bars(rows_of(recording.updates, recording.grid), recording.first_bar, recording.until)


@pytest.mark.parametrize("seed", range(8))
def test_every_integer_of_every_bar_is_that_of_the_c_reference(reference, seed):
    recording = recorded(stream(seed))
    ours, theirs = both(reference, recording)
    assert bar_differences(ours, theirs) == []
    assert state_differences(our_book.states(ours, GRID), GRID, theirs) == []


def test_the_streams_reach_every_state(reference):
    seen = np.concatenate([both(reference, recorded(stream(seed)))[1][k.STATE] for seed in range(8)])
    assert set(seen.tolist()) >= {k.OK, k.LOCKED, k.CROSSED, k.STALE, k.RESYNC}


def test_a_book_that_empties(reference):
    recording = recorded(
        [
            Message(0, [(99.9, 1.0)], [(100.1, 2.0)], 1, 1, True),
            Message(1_500, [(99.9, 0.0)], [], 2, 1),
            Message(2_500, [], [(100.1, 0.0)], 3, 2),
            Message(3_500, [(99.8, 4.0)], [(99.9, 5.0)], 4, 3),
            Message(5_000, [], [], 5, 4),
        ]
    )
    ours, theirs = both(reference, recording)
    assert bar_differences(ours, theirs) == []
    assert theirs[k.STATE].tolist() == [k.OK, k.ONE_SIDED, k.EMPTY, k.OK, k.OK]
    assert theirs[k.OFI].tolist() == [0, -10, 20, -10, 0]


def test_an_event_at_the_end_of_a_bar_is_of_the_next(reference):
    recording = recorded(
        [Message(0, [(99.9, 1.0)], [(100.1, 1.0)], 1, 1, True), Message(1_000, [(100.0, 1.0)], [], 2, 1)]
    )
    _, theirs = both(reference, recording)
    assert theirs[[k.BAR_END, k.BID_PX], 0].tolist() == [SECOND, 999]


def test_a_window_paged_in_before_changes_nothing(reference):
    recording = recorded(stream(3))
    rows = rows_of(recording.updates, GRID)
    fresh, paged = (
        reference.bars(rows, recording.first_bar, recording.until, window) for window in (None, empty_window(rows))
    )
    assert np.array_equal(fresh, paged)


def test_a_difference_is_told_in_words():
    theirs = np.zeros((len(ROWS), 2), np.int64)
    theirs[k.BAR_END] = 5, 6
    ours = theirs.copy()
    ours[k.OFI + 1, 1] = 7
    assert bar_differences(ours, theirs) == ["ofi_2: 1 bars differ, first at 6: ours 7, theirs 0"]
    assert bar_differences(ours[:, :1], theirs) == ["expected 2 bars, got 1"]


def test_hftbacktest_finds_the_same_best_prices_sizes_and_depths(reference):
    pytest.importorskip("hftbacktest", reason="the contender is optional: pip install 'mm-footprint[bench]'")
    from benchmarks.hftbacktest_loop import events, run

    levels = [(100 - tick / 10, 1.5) for tick in range(1, 9)], [(100 + tick / 10, 2.5) for tick in range(9)]
    later = [
        Message(number * 300, [(99.9, number / 10)], [(100.1, 0.0)], number + 1, number) for number in range(1, 20)
    ]
    recording = recorded([Message(0, *levels, id=1, prev=1, is_snapshot=True), *later])
    ours, theirs = both(reference, recording)
    rows = rows_of(recording.updates, GRID)
    for kind in ("ROIVector", "HashMap"):
        _, best, depths = run(kind, events(rows, GRID, "local"), GRID, 100.0, theirs[k.BAR_END].copy())
        assert best_differences(ours, best, depths if kind == "ROIVector" else None) == []


def test_the_page_says_what_is_missing(capsys, tmp_path):
    assert book.main([str(tmp_path / "none.gz")]) == 2
    assert "pass one: python -m benchmarks.book FILE" in capsys.readouterr().err


def test_rows_of_bars_are_named_in_their_order():
    assert (len(ROWS), ROWS[k.ASK_DEPTH], ROWS[k.BID_REACH]) == (k.BID_FURTHER, "ask_depth_1bps", "bid_reach")
