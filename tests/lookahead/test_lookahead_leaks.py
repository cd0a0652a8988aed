"""The checks can fail: each planted leak is caught by the check that is meant for it, and an honest signal by none."""

from collections.abc import Callable, Sequence

import pytest

from signals.table import Signal
from tests.lookahead import leaks
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
from tests.lookahead.moments import moments

Check = Callable[[Sequence[Case]], None]


def prefix(days: Sequence[Case]) -> None:
    check_prefix(days[0], moments(days[0], 60, 1))


def poisoned(days: Sequence[Case]) -> None:
    check_poison(days[0], moments(days[0], 60, 2))


def delay(days: Sequence[Case]) -> None:
    check_delay(days[0], 3)


def chunks(days: Sequence[Case]) -> None:
    check_chunks(days[0], (53, 997))


def restart(days: Sequence[Case]) -> None:
    check_restart(*days)


def labels(days: Sequence[Case]) -> None:
    check_labels(days[0], 12, 4)


def rows(days: Sequence[Case]) -> None:
    check_rows(days[0])


CHECKS: tuple[Check, ...] = (prefix, poisoned, delay, chunks, restart, labels, rows, check_filled)

CAUGHT: tuple[tuple[Signal, Check], ...] = (
    (leaks.NEXT_BAR, prefix),
    (leaks.NEXT_BAR, poisoned),
    (leaks.BACKFILLED, prefix),
    (leaks.BACKFILLED, poisoned),
    (leaks.DAY_MEAN, prefix),
    (leaks.DAY_MEAN, poisoned),
    (leaks.KNOWN_AT_START, prefix),
    (leaks.KNOWN_AT_START, poisoned),
    (leaks.LABELLED_AT_START, labels),
    (leaks.NEXT_BAR, labels),
    (leaks.KNOWN_TOO_EARLY, prefix),
    (leaks.KNOWN_TOO_EARLY, poisoned),
    (leaks.KNOWN_BEFORE_THE_END, rows),
    (leaks.KNOWN_OUT_OF_ORDER, rows),
    (leaks.EARLY_WHEN_LATE, delay),
    (leaks.SORTS_BY_RECORDER, delay),
    (leaks.FORGETS_AT_CHUNKS, chunks),
    (leaks.NEVER_RESTARTS, restart),
    (leaks.COUNTS_TO_THE_END, prefix),
    (leaks.SAYS_NOTHING, check_filled),
)


def days_of(signal: Signal, recording) -> list[Case]:
    """The planted signal on the tape of the recording whose recorder is late."""
    days = next(iter(recording("late").cases.values()))
    return [Case(signal, {"trades": case.inputs["trades"]}, case.span) for case in days]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_an_honest_signal_passes(check, recording):
    check(days_of(leaks.HONEST, recording))


@pytest.mark.parametrize(("leak", "check"), CAUGHT, ids=lambda what: getattr(what, "name", None) or what.__name__)
def test_a_planted_leak_is_caught(leak, check, recording):
    with pytest.raises(AssertionError, match="traded"):
        check(days_of(leak, recording))
