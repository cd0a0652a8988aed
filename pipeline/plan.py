"""The plan: which steps are stale, and why. The one definition of the work and its order.

For every market-day: `normalise` merges what the raw files say, `close` carries the
book to the day's end and finds the gaps, and then every signal. What a step makes is
named by the fingerprint of all that enters it, so a partition is fresh exactly if
its live file bears the wanted fingerprint. Both drivers run this list.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from pipeline.coverage import Stretch
from pipeline.fingerprint import fingerprint, schema_digest
from pipeline.lake import Lake, LiveFile
from pipeline.market import Instrument, Market
from pipeline.market_days import MarketDay, current_spans, market_days
from pipeline.parts import part_path
from pipeline.reasons import why_stale
from pipeline.recording import DayEdges
from pipeline.registry import instruments
from pipeline.sources import SOURCES
from pipeline.sources.batch import CORE_TABLES, RECORD_TABLES
from pipeline.step import InputFile, Plan, Step, step_id
from pipeline.wanted import Wanted
from signals import SIGNALS
from signals.inputs.bookkeeping import ACCOUNTS, BOOK_CHECKS, BOOK_CLOSE, GAPS, INSTRUMENTS, QUARANTINE
from signals.inputs.normalised import NORMALISED
from signals.table import Input, Signal, Table

MERGED: Final = (*RECORD_TABLES, QUARANTINE, ACCOUNTS)
CLOSED: Final = (BOOK_CLOSE, BOOK_CHECKS, GAPS)
NORMALISE_VERSION: Final = 3
CLOSE_VERSION: Final = 4
TABLES: Final[dict[str, Table]] = {
    table.name: table for table in (*NORMALISED, *(out for signal in SIGNALS for out in signal.outputs))
}
"""Every table the lake can hold, by name."""


def make_plan(
    lake: Lake, wanted: Wanted, *, signals: bool, since: date | None = None, until: date | None = None
) -> Plan:
    """Compare what should be with what is live; without `signals`, only the normalised tables.

    `since` and `until` bound the days whose stale steps are listed; stale steps that these need are listed too.
    """
    draft = _Draft(lake, wanted)
    spans = current_spans(lake, wanted)
    stated = instruments(lake)
    days = list(market_days(lake, wanted, spans))
    draft.days = {(common.market, common.day): common for common in days}
    for common in days:
        _add_normalise(draft, common)
        _add_close(draft, common)
    # Signal by signal through all markets: what a signal reads of another market stands before it.
    for signal in SIGNALS:
        for common in days:
            if _is_made(draft, common, signal):
                _add_signal(draft, common, signal, wanted=signals)
    unstated = {market: one for market, one in spans.items() if stated.get(market) != one}
    return Plan(tuple(_needed(draft.steps, since, until)), tuple(_orphans(lake, draft)), draft.fresh, unstated)


@dataclass(slots=True)
class _Draft:
    """A plan in the making: wanted fingerprints by step id, stale steps so far."""

    lake: Lake
    wanted: Wanted
    marks: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    stale: set[str] = field(default_factory=set)
    partitions: set[tuple[str, Market, date]] = field(default_factory=set)
    days: dict[tuple[Market, date], MarketDay] = field(default_factory=dict)
    fresh: int = 0


def _add_normalise(draft: _Draft, common: MarketDay) -> None:
    lineage = {
        "version": NORMALISE_VERSION,
        "raw files": {file.file_id: SOURCES[file.source].version for file in common.files},
        "instrument": _facts(common.instrument),
        "schemas": _schemas(MERGED),
    }
    _add(draft, common, "normalise", MERGED, lineage, {}, ())


def _facts(instrument: Instrument) -> dict[str, Any]:
    """What of an instrument enters results: not which of it was inferred."""
    return {name: value for name, value in asdict(instrument).items() if name != "inferred"}


def _add_close(draft: _Draft, common: MarketDay) -> None:
    day_before = common.day - timedelta(days=1)
    lineage = {
        "version": CLOSE_VERSION,
        "inputs": {
            "normalise": draft.marks[step_id("normalise", common.market, common.day)],
            "opening": [_name(file) for file in _opening(draft, common)],
        },
        **_edge_lineage(common.edges),
        "feeds": common.feeds,
        "sources": common.sources,
        "uncovered": {table.name: _texts(common.uncovered.get(table.name, ())) for table in CORE_TABLES},
        "holes": [list(hole) for hole in common.holes],
        "silence_s": draft.wanted.of(common.market, common.day).silence_s,
        "schemas": _schemas(CLOSED),
    }
    inputs = {table.name: _files(draft, table, common.market, [common.day]) for table in CORE_TABLES}
    inputs["opening/book_close"] = _opening(draft, common)
    after = (step_id("normalise", common.market, common.day), step_id("close", common.market, day_before))
    _add(draft, common, "close", CLOSED, lineage, inputs, after)


def _opening(draft: _Draft, common: MarketDay) -> tuple[InputFile, ...]:
    """The book in which the day opens, unless it cannot be carried over."""
    before = common.day - timedelta(days=1)
    return _files(draft, BOOK_CLOSE, common.market, [before]) if common.is_book_carried else ()


def _edge_lineage(edges: DayEdges) -> dict[str, Any]:
    known = edges.tail_known
    return {
        "until": edges.until.isoformat(),
        "continued": edges.is_continued,
        "silent head": edges.is_head_silent,
        "silent tail": None if known is None else known.isoformat(),
    }


def _texts(stretches: Sequence[Stretch]) -> list[list[str]]:
    return [[moment.isoformat() for moment in stretch] for stretch in stretches]


def _is_made(draft: _Draft, common: MarketDay, signal: Signal) -> bool:
    """Whether the market is of a kind the signal is made for, with the neighbours it needs, and more than statistics
    of periods was recorded.

    A chain of options has no book and no tape of its own: only what is made for options is made of it.
    """
    kind = common.instrument.kind
    is_of_kind = kind in signal.kinds if signal.kinds else kind != "option"
    return common.is_live and is_of_kind and draft.wanted.neighbours_of(common.market).suffice(signal)


def _add_signal(draft: _Draft, common: MarketDay, signal: Signal, *, wanted: bool) -> None:
    """Note the signal of a day; if not wanted now, only that its partitions are no orphans."""
    draft.partitions.update((table.name, common.market, common.day) for table in signal.outputs)
    if not wanted:
        return
    params = signal.params_of(draft.wanted.preset, draft.wanted.params.get(signal.name, {}))
    neighbours = draft.wanted.neighbours_of(common.market)
    inputs: dict[str, tuple[InputFile, ...]] = {}
    marks: dict[str, Any] = {}
    after: list[str] = []
    sources: dict[str, list[str]] = {}
    first = common.day
    for source in signal.inputs:
        markets = neighbours.of(source.role, common.market)
        days = _days_read(source, common.day, params)
        if source.role == "opening":
            files = _opening(draft, common)
        else:
            files = tuple(file for market in markets for file in _files(draft, source.table, market, days))
        inputs[source.name], marks[source.name] = files, [_name(file) for file in files]
        first = min([first, *days])
        if source.table in RECORD_TABLES:
            sources[source.name] = [_fed(draft, source.table, market, day) for market in markets for day in days]
        after += [step_id(_maker(source.table), market, day) for market in markets for day in days]
    instrument = common.spans.over(first, common.day)
    if any(source.table is INSTRUMENTS for source in signal.inputs):
        marks[INSTRUMENTS.name] = _facts(instrument)
    lineage = {
        "version": signal.version,
        "parameters": params,
        "preset": signal.preset_of(draft.wanted.preset),
        "inputs": marks,
        "sources": sources,
        "until": common.edges.until.isoformat(),
        "continued": common.edges.is_continued,
        "schemas": _schemas(signal.outputs),
        **neighbours.lineage(signal),
    }
    handed = {**params, **neighbours.arguments(signal)}
    _add(draft, common, signal.name, signal.outputs, lineage, inputs, tuple(after), handed, instrument)


def _days_read(source: Input, day: date, params: Mapping[str, Any]) -> list[date]:
    """The days of an input that a step reads; none of `instruments`, of which it is handed the row."""
    if source.table is INSTRUMENTS:
        return []
    if source.role == "opening":
        return [day - timedelta(days=1)]
    reach = -(-source.reach(params) // timedelta(days=1))
    return [day - timedelta(days=back) for back in range(reach, -1, -1)]


def _add(
    draft: _Draft,
    common: MarketDay,
    name: str,
    tables: Sequence[Table],
    lineage: Mapping[str, Any],
    inputs: Mapping[str, tuple[InputFile, ...]],
    after: tuple[str, ...],
    params: Mapping[str, Any] | None = None,
    instrument: Instrument | None = None,
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
            sources={table.name: common.fed(table.name) for table in RECORD_TABLES},
            uncovered=common.uncovered,
            instrument=instrument or common.instrument,
            valid_from=common.spans.begin(common.day),
            edges=common.edges,
            silence_s=draft.wanted.of(common.market, common.day).silence_s,
            params=params or {},
            after=tuple(before for before in after if before in draft.stale),
            holes=common.holes,
        )
    )


def _name(file: InputFile) -> str:
    return file.path.rsplit("/", 1)[-1]


def _files(draft: _Draft, table: Table, market: Market, days: Sequence[date]) -> tuple[InputFile, ...]:
    """The files a step will read: named by the fingerprints wanted, whether made already or in this plan."""
    marks = [(day, draft.marks.get(step_id(_maker(table), market, day))) for day in days]
    found = [(day, str(Path(table.name) / part_path(market, day, mark))) for day, mark in marks if mark]
    if table not in RECORD_TABLES:
        return tuple(InputFile(market, path) for _, path in found)
    return tuple(InputFile(market, path, draft.days[market, day].only(table.name)) for day, path in found)


def _fed(draft: _Draft, table: Table, market: Market, day: date) -> str:
    """Who feeds a table on a day, in words; "" if nobody does."""
    return draft.days[market, day].fed(table.name) if (market, day) in draft.days else ""


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
