"""What is learnt from chains of the past is learnt from the past: the same claims on a market full of icebergs."""

import pytest

from tests.lookahead.case import Case
from tests.lookahead.checks import check_chunks, check_delay, check_filled, check_poison, check_prefix, check_restart
from tests.lookahead.icebergs import iceberg_cases
from tests.lookahead.moments import moments

MOMENTS = 14
SEED = 20_240_103

every_signal = pytest.mark.parametrize("name", ["chain_ends", "replenishment"])


@pytest.fixture(scope="module")
def cases() -> dict[str, list[Case]]:
    return iceberg_cases(SEED)


@every_signal
def test_the_past_alone_gives_the_same_past(name, cases):
    for day, case in enumerate(cases[name]):
        check_prefix(case, moments(case, MOMENTS, SEED + day))


@every_signal
def test_no_future_changes_the_past(name, cases):
    for day, case in enumerate(cases[name]):
        check_poison(case, moments(case, MOMENTS, SEED + 10 + day))


@every_signal
def test_late_inputs_never_make_an_output_early(name, cases):
    for case in cases[name]:
        check_delay(case, SEED)


@every_signal
def test_neither_chunks_nor_a_restart_change_anything(name, cases):
    for case in cases[name]:
        check_chunks(case, (7, 997))
    check_restart(*cases[name])


def test_every_column_says_something(cases):
    for name in cases:
        check_filled(cases[name])


def test_all_classes_and_ends_occur(cases):
    classes, ends = (
        {value for case in cases[name] for value in case.run()[name][column]}
        for name, column in (("replenishment", "refill_class"), ("chain_ends", "ended_by"))
    )
    assert classes == {"native", "synthetic", "unresolved"}
    assert {"quiet", "taken", "passed", "cut"} <= ends
