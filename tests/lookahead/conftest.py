"""Recordings of one market, each made once: healthy, and damaged in several ways."""

from collections.abc import Callable
from functools import cache

import pytest

from tests.lookahead.market import (
    Line,
    Recording,
    broken,
    demo_lines,
    late,
    late_head,
    record,
    reference_lines,
    silent_midnight,
)

DAMAGES: dict[str, Callable[[list[Line]], list[Line]]] = {
    "healthy": list,
    "broken": broken,
    "late": lambda lines: late(broken(lines)),
    "late_head": late_head,
    "silent_midnight": silent_midnight,
}
REFERENCE_DAMAGES = {"broken": DAMAGES["late"], "late": broken, "silent_midnight": silent_midnight}
"""Where the market's recorder is late, the reference's is not, and the other way round."""


@pytest.fixture(scope="session")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[Line]:
    return demo_lines(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[Line]]:
    """The lines of the reference market in the recording with a damage."""
    lines = reference_lines(tmp_path_factory.mktemp("reference"))
    return lambda damage: REFERENCE_DAMAGES.get(damage, list)(lines)


@pytest.fixture(scope="session")
def recording(lines, reference, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Recording]:
    """The recording with a damage, by name."""
    return cache(lambda damage: record(tmp_path_factory.mktemp(damage), DAMAGES[damage](lines), reference(damage)))
