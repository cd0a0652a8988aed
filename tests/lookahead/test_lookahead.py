"""No signal looks ahead. Every entry of SIGNALS is held to every claim; a new one is held to them unasked."""

from datetime import timedelta

import pytest

from signals import SIGNALS
from tests.lookahead.case import Case
from tests.lookahead.checks import (
    check_chunks,
    check_delay,
    check_filled,
    check_labels,
    check_poison,
    check_prefix,
    check_restart,
    check_rows,
)
from tests.lookahead.conftest import DAMAGES
from tests.lookahead.moments import moments

SEED = 20_240_102
MOMENTS = 8

SILENT = {
    "book_pass": ("restored_ms",),
    "blocks": ("print_type",),
    "footprint": ("toxicity_strength", "toxicity_reading"),
    "replenishment": (
        "alive_share",
        "completion_share",
        "remaining_qty",
        "remaining_low_qty",
        "remaining_high_qty",
    ),
}
"""Columns of which this market has no case, by signal: no print off the book, and too few chains and buckets end in it.
test_lookahead_icebergs has some of the latter."""

every_signal = pytest.mark.parametrize("name", [signal.name for signal in SIGNALS])
every_recording = pytest.mark.parametrize("damage", DAMAGES)


@every_recording
@every_signal
def test_the_past_alone_gives_the_same_past(name, damage, recording):
    for day, case in enumerate(recording(damage).cases[name]):
        check_prefix(case, moments(case, MOMENTS, SEED + day))


@every_recording
@every_signal
def test_no_future_changes_the_past(name, damage, recording):
    for day, case in enumerate(recording(damage).cases[name]):
        check_poison(case, moments(case, MOMENTS, SEED + 10 + day))


@every_recording
@every_signal
def test_late_inputs_never_make_an_output_early(name, damage, recording):
    for case in recording(damage).cases[name]:
        check_delay(case, SEED)


@every_recording
@every_signal
def test_the_size_of_a_chunk_changes_nothing(name, damage, recording):
    for case in recording(damage).cases[name]:
        check_chunks(case, (997, 20_000))


@every_signal
def test_single_rows_are_chunks_too(name, recording):
    check_chunks(opening_of(recording("late").cases[name][-1], minutes=3, rows=1_500), (1, 2, 5))


@every_recording
@every_signal
def test_a_day_alone_is_the_day_after_the_day_before(name, damage, recording):
    check_restart(*recording(damage).cases[name])


@every_recording
@every_signal
def test_rows_are_known_in_order_and_not_before_they_are_over(name, damage, recording):
    for case in recording(damage).cases[name]:
        check_rows(case)


@every_recording
@every_signal
def test_a_bar_holds_nothing_from_its_end_on(name, damage, recording):
    for case in recording(damage).cases[name]:
        check_labels(case, 4, SEED)


@every_signal
def test_every_column_says_something_on_a_healthy_market(name, recording):
    check_filled(recording("healthy").cases[name], SILENT.get(name, ()))


def opening_of(case: Case, *, minutes: int, rows: int) -> Case:
    """The first minutes of the case, and of each input the first rows only."""
    inputs = {name: frame.head(rows) for name, frame in case.inputs.items()}
    return case.with_inputs(inputs, until=case.span.start + timedelta(minutes=minutes))
