"""Gaps that the clock shows: silences, feeds that were not recorded, the day's head and tail."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from pipeline.plan import Step
from pipeline.recording import day_start
from pipeline.sources import SOURCES
from signals.inputs.bookkeeping import GAPS
from signals.table import UTC_US

GapRow = tuple[str, datetime, datetime, datetime, str]
"""table_name, from_ts, to_ts, known_ts, reason"""

_IMPOSSIBLE = {"spot": ("derivative_ticker", "funding"), "future": ("funding",)}
"""By kind of instrument: feeds it cannot have, so that nothing of them is missing."""

_RATES = "funding"

_GAP_COLUMNS = ("table_name", "from_ts", "to_ts", "known_ts", "reason")


@dataclass(frozen=True, slots=True)
class _Moment:
    event_ts: datetime
    known_ts: datetime


def gap_rows(rows: Sequence[GapRow]) -> pl.DataFrame:
    """Rows of GAPS without their market."""
    return pl.DataFrame(rows, schema={name: GAPS.schema[name] for name in _GAP_COLUMNS}, orient="row")


def feed_gaps(activity: Mapping[str, pl.DataFrame], step: Step) -> pl.DataFrame:
    """Gaps of a market-day's feeds from their slots (see `active_slots`), by table name.

    A silence is a stretch longer than `silence_s` without a message on ANY feed: while
    one feed speaks, another that says nothing is quiet, not broken. Where several sources
    feed the day, a recorder is held against its own feeds. A feed of which no
    file of the day holds a record was not recorded, and where its files say what they cover, nor was what lies
    outside; that is known when the data, or the stretch, ends.
    """
    together = _together(activity.values())
    if together.is_empty():
        return gap_rows([])
    whole = _Stretch.of(together, step.silence_s)
    recorders = _recorders(activity, step)
    alone = {
        source: _Stretch.of(_together(activity[name] for name in names), step.silence_s)
        for source, names in recorders.items()
        if len({*step.sources.values()} - {""}) > 1
    }
    rows: list[GapRow] = []
    until = step.edges.until
    begin = day_start(step.day) if step.edges.is_continued else whole.first.event_ts
    for name in activity:
        if name not in step.feeds:
            if name in _IMPOSSIBLE.get(step.instrument.kind, ()):
                continue
            rows.append((name, begin, until, max(until, whole.last.known_ts), "not_recorded"))
            continue
        rows += _uncovered(name, begin, whole.last, step)
        heard = alone.get(step.sources[name], whole) if name != _RATES else whole
        rows += [(name, before, after.event_ts, after.known_ts, "silence") for before, after in heard.silences]
        rows += _edges(name, heard.first, heard.last, step)
        if heard is not whole:
            rows += _absences(name, heard, whole, step)
    return gap_rows(rows)


def _uncovered(name: str, begin: datetime, last: _Moment, step: Step) -> list[GapRow]:
    """What no file of the feed covers, between the beginning and the end of what the market's files hold."""
    until = step.edges.until
    clipped = [(max(start, begin), min(end, until)) for start, end in step.uncovered.get(name, ())]
    return [
        (name, start, end, max(until, last.known_ts) if end == until else end, "not_recorded")
        for start, end in clipped
        if start < end
    ]


@dataclass(frozen=True, slots=True)
class _Stretch:
    """First and last moment of some feeds, and the silences between."""

    first: _Moment
    last: _Moment
    silences: list[tuple[datetime, _Moment]]

    @classmethod
    def of(cls, slots: pl.DataFrame, silence_s: float) -> "_Stretch":
        first = _Moment(slots["first"][0], slots["first_known"][0])
        last = _Moment(slots["last"][-1], slots["last_known"][-1])
        return cls(first, last, _silences(slots, silence_s))


def _together(slots: Iterable[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(slots).group_by("slot").agg(*_FIRST, *_LAST).sort("slot")


def _recorders(activity: Mapping[str, pl.DataFrame], step: Step) -> dict[str, list[str]]:
    """By source that is no archive, the feeds it feeds: a recorder that stops is not heard through another. What an
    archive hands out for a day is whole, and rates come hours apart."""
    found: dict[str, list[str]] = {}
    for name, slots in activity.items():
        source = step.sources.get(name, "")
        if name != _RATES and slots.height and source in SOURCES and not SOURCES[source].is_archive:
            found.setdefault(source, []).append(name)
    return found


def _absences(name: str, heard: _Stretch, whole: _Stretch, step: Step) -> list[GapRow]:
    """Where a recorder had not begun or had stopped while another was heard."""
    start, until, allowed = day_start(step.day), step.edges.until, timedelta(seconds=step.silence_s)
    rows: list[GapRow] = []
    is_open = step.edges.is_continued and not step.edges.is_head_silent
    if is_open and heard.first.event_ts - start > allowed:
        rows.append((name, start, heard.first.event_ts, heard.first.known_ts, "silence"))
    if step.edges.tail_known is None and until - heard.last.event_ts > allowed:
        rows.append((name, heard.last.event_ts, until, max(until, whole.last.known_ts), "silence"))
    return rows


def _edges(name: str, first: _Moment, last: _Moment, step: Step) -> list[GapRow]:
    """The day's head before the first event ever, and silences over its midnights."""
    start, allowed = day_start(step.day), timedelta(seconds=step.silence_s)
    rows: list[GapRow] = []
    if step.edges.is_head_silent and first.event_ts > start:  # one at midnight itself ends what the day before tells
        rows.append((name, start, first.event_ts, first.known_ts, "silence"))
    elif not step.edges.is_continued and first.event_ts - start > allowed:
        rows.append((name, start, first.event_ts, first.known_ts, "before_recording"))
    if step.edges.tail_known is not None:
        rows.append((name, last.event_ts, step.edges.until, step.edges.tail_known, "silence"))
    return rows


_FIRST = pl.col("first").min(), pl.col("first_known").sort_by("first").first()
_LAST = pl.col("last").max(), pl.col("last_known").sort_by("last").last()


def active_slots(chunks: Iterable[pl.DataFrame], silence_s: float) -> pl.DataFrame:
    """First and last event of a feed in slots of half the silence: no silence can hide inside a slot.

    The chunks hold event_ts and known_ts in the order of the events.
    """
    parts = [_slots(chunk, int(silence_s * 500_000)) for chunk in chunks if chunk.height]
    first, last = pl.col("first"), pl.col("last")
    together = pl.concat([pl.DataFrame(schema=_SLOTS), *parts]).group_by("slot")
    return together.agg(
        first.min(),
        pl.col("first_known").filter(first == first.min()).max(),
        last.max(),
        pl.col("last_known").filter(last == last.max()).max(),
    )


_SLOTS = pl.Schema({"slot": pl.Int64(), "first": UTC_US, "first_known": UTC_US, "last": UTC_US, "last_known": UTC_US})


def _slots(chunk: pl.DataFrame, width: int) -> pl.DataFrame:
    event, known = (chunk[name].to_physical().to_numpy() for name in ("event_ts", "known_ts"))
    moments = np.flatnonzero(np.diff(event, prepend=event[0] - 1))
    event, known = event[moments], np.maximum.reduceat(known, moments)
    slot = event // width
    firsts = np.flatnonzero(np.diff(slot, prepend=slot[0] - 1))
    lasts = np.append(firsts[1:], slot.size) - 1
    columns = (slot[firsts], event[firsts], known[firsts], event[lasts], known[lasts])
    return pl.DataFrame(dict(zip(_SLOTS, columns, strict=True))).cast(_SLOTS)


def _silences(together: pl.DataFrame, silence_s: float) -> list[tuple[datetime, _Moment]]:
    """Last moment before each silence, and the one that ended it."""
    ended = (
        together.with_columns(before=pl.col("last").shift())
        .filter(pl.col("first") - pl.col("before") > pl.duration(microseconds=int(silence_s * 1_000_000)))
        .select("before", "first", "first_known")
    )
    return [(before, _Moment(first, known)) for before, first, known in ended.rows()]
