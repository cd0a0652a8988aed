"""What a step of the plan is, and a plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline.lake import LiveFile
from pipeline.market import Instrument, Market
from pipeline.recording import DayEdges
from pipeline.registry import Registered


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that a step reads, by its path below the lake, and the market it is of."""

    market: Market
    path: str


@dataclass(frozen=True, slots=True)
class Step:
    """One piece of work: it rewrites the partitions of `tables` for one market-day.

    `lineage` is all that enters the result; `inputs` are the files it reads and whose
    they are, by input name, `feeds` the tables that were recorded; `params` is what a
    signal is handed beside its inputs; `after` names steps of the same plan that must
    come before.
    """

    name: str
    market: Market
    day: date
    tables: tuple[str, ...]
    fingerprint: str
    why: str
    lineage: Mapping[str, Any]
    inputs: Mapping[str, tuple[InputFile, ...]]
    files: tuple[Registered, ...]
    feeds: tuple[str, ...]
    instrument: Instrument
    edges: DayEdges
    silence_s: float
    params: Mapping[str, Any]
    after: tuple[str, ...]

    @property
    def id(self) -> str:
        return step_id(self.name, self.market, self.day)


@dataclass(frozen=True, slots=True)
class Plan:
    """The stale steps in an order that respects `after`, partitions to drop, and how many steps are fresh."""

    steps: tuple[Step, ...]
    drops: tuple[tuple[str, LiveFile], ...]
    fresh: int


def step_id(name: str, market: Market, day: date) -> str:
    return f"{name} {market} {day}"
