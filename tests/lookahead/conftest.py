"""Recordings of one market, each made once: healthy, and damaged in several ways."""

from collections.abc import Callable
from functools import cache

import pytest

from tests.lookahead.market import Line, Recording, broken, demo_lines, late, late_head, record, silent_midnight

DAMAGES: dict[str, Callable[[list[Line]], list[Line]]] = {
    "healthy": list,
    "broken": broken,
    "late": lambda lines: late(broken(lines)),
    "late_head": late_head,
    "silent_midnight": silent_midnight,
}


@pytest.fixture(scope="session")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[Line]:
    return demo_lines(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def recording(lines: list[Line], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Recording]:
    """The recording with a damage, by name."""
    return cache(lambda damage: record(tmp_path_factory.mktemp(damage), DAMAGES[damage](lines)))
