"""The plan: which steps are stale, and why. The one definition of the work and its order.

For every market-day: `normalise` merges what the raw files say, `close` carries the
book to the day's end and finds the gaps, and then every signal. What a step makes is
named by the fingerprint of all that enters it, so a partition is fresh exactly if
its live file bears the wanted fingerprint. Both drivers run this list.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from pipeline.fingerprint import fingerprint, schema_digest
from pipeline.lake import Lake, LiveFile
from pipeline.market import Instrument, Market, MarketSettings, sibling_spot
from pipeline.neighbours import Neighbours
from pipeline.parts import part_path
from pipeline.reasons import why_stale
from pipeline.recording import DayEdges, edges_of, joined_days
from pipeline.registry import Registered, instruments, registered
from pipeline.sources import SOURCES
from pipeline.sources.batch import CORE_TABLES, RECORD_TABLES
from signals import SIGNALS
from signals.inputs import ACCOUNTS, BOOK_CLOSE, GAPS, NORMALISED, QUARANTINE
from signals.table import Input, Signal, Table

MERGED: Final = (*RECORD_TABLES, QUARANTINE, ACCOUNTS)
CLOSED: Final = (BOOK_CLOSE, GAPS)
NORMALISE_VERSION: Final = 3
CLOSE_VERSION: Final = 2
TABLES: Final[dict[str, Table]] = {
    table.name: table for table in (*NORMALISED, *(out for signal in SIGNALS for out in signal.outputs))
}
"""Every table the lake can hold, by name."""


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


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user chose: settings of markets, parameters of signals by name, and by own market the reference it is
    compared with and the peers it is summed up with."""

    markets: Mapping[Market, MarketSettings] = field(default_factory=dict)
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    preset: str = "default"
    pairs: Mapping[Market, Market] = field(default_factory=dict)
    groups: Mapping[Market, tuple[Market, ...]] = field(default_factory=dict)

    def of(self, market: Market) -> MarketSettings:
        return self.markets.get(market, MarketSettings())

    def neighbours_of(self, market: Market) -> Neighbours:
        """As stated; without a pair, the same symbol on the sibling spot venue is the reference."""
        return Neighbours(self.pairs.get(market) or sibling_spot(market), tuple(sorted(self.groups.get(market, ()))))


def step_id(name: str, market: Market, day: date) -> str:
    return f"{name} {market} {day}"


def make_plan(
    lake: Lake, wanted: Wanted, *, signals: bool, since: date | None = None, until: date | None = None
) -> Plan:
    """Compare what should be with what is live; without `signals`, only the normalised tables.

    `since` and `until` bound the days whose stale steps are listed; stale steps that these need are listed too.
    """
    draft = _Draft(lake, wanted)
    days = list(_market_days(lake, wanted))
    for common in days:
        _add_normalise(draft, common)
        _add_close(draft, common)
    # Signal by signal through all markets: what a signal reads of another market stands before it.
    for signal in SIGNALS:
        for common in days:
            if _is_made(draft, common, signal):
                _add_signal(draft, common, signal, wanted=signals)
    return Plan(tuple(_needed(draft.steps, since, until)), tuple(_orphans(lake, draft)), draft.fresh)


@dataclass(slots=True)
class _Draft:
    """A plan in the making: wanted fingerprints by step id, stale steps so far."""

    lake: Lake
    wanted: Wanted
    marks: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    stale: set[str] = field(default_factory=set)
    partitions: set[tuple[str, Market, date]] = field(default_factory=set)
    fresh: int = 0


@dataclass(frozen=True, slots=True)
class _Common:
    """What all steps of one market-day share."""

    market: Market
    day: date
    files: tuple[Registered, ...]
    instrument: Instrument
    edges: DayEdges

    @property
    def feeds(self) -> tuple[str, ...]:
        return tuple(sorted({feed for file in self.files for feed in file.feeds}))


def _market_days(lake: Lake, wanted: Wanted) -> Iterator[_Common]:
    """Every day of every market that registered files touch, in order."""
    known = instruments(lake)
    by_market: dict[Market, list[Registered]] = {}
    for file in registered(lake):
        by_market.setdefault(file.market, []).append(file)
    for market, files in by_market.items():
        moments = joined_days(file.days for file in files)
        silence = timedelta(seconds=wanted.of(market).silence_s)
        for day in sorted({day for file in files for day in file.dates}):
            touching = tuple(file for file in files if day in file.dates)
            is_archived = any(SOURCES[file.source].is_archive for file in touching)
            edges = edges_of(day, moments, silence, is_archived=is_archived)
            yield _Common(market, day, touching, known[market], edges)


def _add_normalise(draft: _Draft, common: _Common) -> None:
    lineage = {
        "version": NORMALISE_VERSION,
        "raw files": {file.file_id: SOURCES[file.source].version for file in common.files},
        "instrument": asdict(common.instrument),
        "schemas": _schemas(MERGED),
    }
    _add(draft, common, "normalise", MERGED, lineage, {}, ())


def _add_close(draft: _Draft, common: _Common) -> None:
    day_before = common.day - timedelta(days=1)
    lineage = {
        "version": CLOSE_VERSION,
        "inputs": {
            "normalise": draft.marks[step_id("normalise", common.market, common.day)],
            "opening": draft.marks.get(step_id("close", common.market, day_before)),
        },
        **_edge_lineage(common.edges),
        "feeds": common.feeds,
        "silence_s": draft.wanted.of(common.market).silence_s,
        "schemas": _schemas(CLOSED),
    }
    inputs = {table.name: _files(draft, table, common.market, [common.day]) for table in CORE_TABLES}
    inputs["opening/book_close"] = _files(draft, BOOK_CLOSE, common.market, [day_before])
    after = (step_id("normalise", common.market, common.day), step_id("close", common.market, day_before))
    _add(draft, common, "close", CLOSED, lineage, inputs, after)


def _edge_lineage(edges: DayEdges) -> dict[str, Any]:
    known = edges.tail_known
    return {
        "until": edges.until.isoformat(),
        "continued": edges.is_continued,
        "silent head": edges.is_head_silent,
        "silent tail": None if known is None else known.isoformat(),
    }


def _is_made(draft: _Draft, common: _Common, signal: Signal) -> bool:
    """Whether the market is of a kind the signal is made for, with the neighbours it needs.

    A chain of options has no book and no tape of its own: only what is made for options is made of it.
    """
    kind = common.instrument.kind
    is_of_kind = kind in signal.kinds if signal.kinds else kind != "option"
    return is_of_kind and draft.wanted.neighbours_of(common.market).suffice(signal)


def _add_signal(draft: _Draft, common: _Common, signal: Signal, *, wanted: bool) -> None:
    """Note the signal of a day; if not wanted now, only that its partitions are no orphans."""
    draft.partitions.update((table.name, common.market, common.day) for table in signal.outputs)
    if not wanted:
        return
    params = signal.params_of(draft.wanted.preset, draft.wanted.params.get(signal.name, {}))
    neighbours = draft.wanted.neighbours_of(common.market)
    inputs: dict[str, tuple[InputFile, ...]] = {}
    marks: dict[str, Any] = {}
    after: list[str] = []
    for source in signal.inputs:
        markets = neighbours.of(source.role, common.market)
        days = _days_read(source, common.day, params)
        files = tuple(file for market in markets for file in _files(draft, source.table, market, days))
        inputs[source.name], marks[source.name] = files, [file.path.rsplit("/", 1)[-1] for file in files]
        if days == [None]:
            marks[source.name] = asdict(common.instrument)
        after += [step_id(_maker(source.table), market, day) for market in markets for day in days if day is not None]
    lineage = {
        "version": signal.version,
        "parameters": params,
        "preset": signal.preset_of(draft.wanted.preset),
        "inputs": marks,
        "until": common.edges.until.isoformat(),
        "continued": common.edges.is_continued,
        "schemas": _schemas(signal.outputs),
        **neighbours.lineage(signal),
    }
    handed = {**params, **neighbours.arguments(signal)}
    _add(draft, common, signal.name, signal.outputs, lineage, inputs, tuple(after), handed)


def _days_read(source: Input, day: date, params: Mapping[str, Any]) -> list[date | None]:
    """The days of an input that a step reads; [None] for a table that has no days."""
    if "date" not in source.table.partition:
        return [None]
    if source.role == "opening":
        return [day - timedelta(days=1)]
    reach = -(-source.reach(params) // timedelta(days=1))
    return [day - timedelta(days=back) for back in range(reach, -1, -1)]


def _add(
    draft: _Draft,
    common: _Common,
    name: str,
    tables: Sequence[Table],
    lineage: Mapping[str, Any],
    inputs: Mapping[str, tuple[InputFile, ...]],
    after: tuple[str, ...],
    params: Mapping[str, Any] | None = None,
) -> None:
    """Note the wanted fingerprint of a step, and the step itself if a live file says otherwise."""
    mark = fingerprint(step=name, market=str(common.market), day=str(common.day), **lineage)
    step = step_id(name, common.market, common.day)
    draft.marks[step] = mark
    draft.partitions.update((table.name, common.market, common.day) for table in tables)
    live = {table.name: draft.lake.live(table.name, common.market, common.day) for table in tables}
    wrong = [table for table, files in live.items() if [file.fingerprint for file in files] != [mark]]
    if not wrong:
        draft.fresh += 1
        return
    draft.stale.add(step)
    # Of a commit that was cut short, some tables may bear the mark already.
    old = draft.lake.lineage(wrong[0], live[wrong[0]][0]) if live[wrong[0]] else None
    draft.steps.append(
        Step(
            name=name,
            market=common.market,
            day=common.day,
            tables=tuple(table.name for table in tables),
            fingerprint=mark,
            why=why_stale(old, lineage),
            lineage=lineage,
            inputs=inputs,
            files=common.files if name == "normalise" else (),
            feeds=common.feeds,
            instrument=common.instrument,
            edges=common.edges,
            silence_s=draft.wanted.of(common.market).silence_s,
            params=params or {},
            after=tuple(before for before in after if before in draft.stale),
        )
    )


def _files(draft: _Draft, table: Table, market: Market, days: Sequence[date | None]) -> tuple[InputFile, ...]:
    """The files a step will read: named by the fingerprints wanted, whether made already or in this plan."""
    if days == [None]:
        paths = [file.path for file in draft.lake.live(table.name, market)]
    else:
        marks = [(day, draft.marks.get(step_id(_maker(table), market, day))) for day in days if day]
        paths = [part_path(market, day, mark) for day, mark in marks if mark]
    return tuple(InputFile(market, str(Path(table.name) / path)) for path in paths)


@cache
def _maker(table: Table) -> str:
    """The name of the step that writes a table."""
    if table in MERGED:
        return "normalise"
    if table in CLOSED:
        return "close"
    return next(signal.name for signal in SIGNALS if table in signal.outputs)


def _schemas(tables: Sequence[Table]) -> dict[str, str]:
    return {table.name: schema_digest(table) for table in tables}


def _needed(steps: Sequence[Step], since: date | None, until: date | None) -> list[Step]:
    """The steps of the days from `since` to `until`, and those that must come before them, in their order."""
    needed = {
        step.id for step in steps if (since is None or step.day >= since) and (until is None or step.day <= until)
    }
    for step in reversed(steps):  # what a step needs stands before it
        if step.id in needed:
            needed.update(step.after)
    return [step for step in steps if step.id in needed]


def _orphans(lake: Lake, draft: _Draft) -> list[tuple[str, LiveFile]]:
    """Partitions that nothing asks for: no registered file touches the day, or the market is of another kind."""
    return [
        (name, file)
        for name, table in TABLES.items()
        if "date" in table.partition
        for file in lake.live(name)
        if (name, file.market, file.day) not in draft.partitions
    ]
