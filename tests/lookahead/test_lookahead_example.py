"""The example of docs/add_a_signal.md works as it stands there, and does not look ahead."""

import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from signals.table import Signal
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
from tests.signals import tape_frames

_TEXT = (Path(__file__).parents[2] / "docs" / "add_a_signal.md").read_text()
MODULE, TEST, LINE = re.findall(r"```python\n(.*?)```", _TEXT, flags=re.DOTALL)
SIMILAR = "maker_flow"
"""A signal that reads the same tables."""


@pytest.fixture(scope="module")
def example() -> ModuleType:
    module = ModuleType("order_size")
    exec(compile(MODULE, "docs/add_a_signal.md", "exec"), module.__dict__)
    return module


@pytest.fixture
def cases(example, recording) -> list[Case]:
    signal: Signal = example.ORDER_SIZE_SIGNAL
    names = [source.name for source in signal.inputs]
    return [
        replace(case, signal=signal, inputs={name: case.inputs[name] for name in names}, params=dict(signal.params))
        for case in recording("late").cases[SIMILAR]
    ]


def test_its_own_tests_pass(example):
    names = {**vars(example), **vars(tape_frames)}
    exec(compile(TEST, "docs/add_a_signal.md", "exec"), names)
    tests = [made for name, made in names.items() if name.startswith("test_")]
    assert len(tests) == 2
    for test in tests:
        test()


def test_its_line_names_the_signal(example):
    assert "ORDER_SIZE_SIGNAL" in LINE
    assert isinstance(example.ORDER_SIZE_SIGNAL, Signal)


def test_it_does_not_look_ahead(cases):
    for case in cases:
        cut = moments(case, 7, 1)
        check_prefix(case, cut)
        check_poison(case, cut)
        check_delay(case, 1)
        check_chunks(case, (997,))
        check_labels(case, 3, 1)
        check_rows(case)
    check_restart(*cases)
    check_filled(cases)
