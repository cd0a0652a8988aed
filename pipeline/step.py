"""What a step of the plan is, and a plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pipeline.coverage import Stretch
from pipeline.feeding import Only
from pipeline.lake import LiveFile
from pipeline.market import Instrument, Market
from pipeline.recording import DayEdges
from pipeline.registry import Registered
from pipeline.sources.batch import Hole
from pipeline.spans import Spans


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that a step reads, by its path below the lake, the market it is of, and what of it is read."""

    market: Market
    path: str
    only: Only = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One piece of work: it rewrites the partitions of `tables` for one market-day.

    `lineage` is all that enters the result; `inputs` are the files it reads and whose
    they are, by input name, `feeds` the tables that were recorded, `sources` who feeds
    each, `uncovered` what of the day no file of it covers and `holes` what recorders know
    that they missed of it; `params` is what a signal is
    handed beside its inputs; `after` names steps of the same plan that must come before.
    `instrument` is valid from `valid_from` on, its grid so fine that all that is read lies
    on it.
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
    sources: Mapping[str, str]
    uncovered: Mapping[str, tuple[Stretch, ...]]
    instrument: Instrument
    valid_from: date
    edges: DayEdges
    silence_s: float
    params: Mapping[str, Any]
    after: tuple[str, ...]
    holes: tuple[Hole, ...] = ()

    @property
    def id(self) -> str:
        return step_id(self.name, self.market, self.day)


@dataclass(frozen=True, slots=True)
class Plan:
    """The stale steps in an order that respects `after`, partitions to drop, how many steps are fresh, and the
    instruments of markets of which the lake still states others."""

    steps: tuple[Step, ...]
    drops: tuple[tuple[str, LiveFile], ...]
    fresh: int
    instruments: Mapping[Market, Spans] = field(default_factory=dict)


def step_id(name: str, market: Market, day: date) -> str:
    return f"{name} {market} {day}"
