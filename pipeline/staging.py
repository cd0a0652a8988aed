"""Staging: one raw file, read once, as Arrow pieces by ten minutes of event time.

A piece is what one file says about one slice of one table. Merging the pieces of
all files that touch a day gives the day, in memory bounded by a slice. Staged
pieces are a cache: they can be deleted and are made again from the raw file.
"""

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import quote

import polars as pl

from pipeline.collector import no_collector
from pipeline.errors import FootprintError
from pipeline.market import Market
from pipeline.piece import read_piece, write_piece
from pipeline.recording import DayMoments, joined_days
from pipeline.seen import Seen, has_native_sizes
from pipeline.sources import Source
from pipeline.sources.batch import Batch, ContractFacts, Hole, PriceGrid, joined_grid

_SUMMARY = "summary-4.json"  # the number changes with what is kept: older ones are made again
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOPELESS = 1_000_000
"""Bad lines without a good one after which a file is read no further."""
SLICE = "10m"
"""Stretches of event time in which copies of a message are looked for, and by which pieces are cut."""


@dataclass(frozen=True, slots=True)
class Staged:
    """What was seen in one raw file; everything the plan needs to know of it."""

    folder: str
    file_id: str
    lines: int
    quarantined: int
    dates: tuple[str, ...]
    moments: dict[str, tuple[str, str, str]]
    """By day: first event, from when it was known, last event."""
    feeds: tuple[str, ...]
    """Tables with records, or of which it says that nothing happened."""
    day_feeds: dict[str, tuple[str, ...]]
    """By day: tables with records, of funding each kind ("funding/settled")."""
    first_ts: str
    last_ts: str
    known_ts: str
    recv_unit: str
    clock_offset_us: int | None
    """None if nothing has a time of receipt."""
    backwards_events: int
    backwards_recv: int
    price_divisor: int
    price_decimals: int
    qty_decimals: int
    price_largest: int
    """In units of 10^-price_decimals."""
    lines_beside: int
    contracts: tuple[ContractFacts, ...] = ()
    """What it says itself of its market: one, unless it contradicts itself."""
    span: tuple[str, str] | None = None
    """The stretch that it covers, the times of all its records included; None if it is not told."""
    holes: tuple[Hole, ...] = ()
    """What its recorder knows that it missed."""

    @property
    def days(self) -> tuple[date, ...]:
        """The days with at least one record or quarantined line."""
        return tuple(date.fromisoformat(day) for day in self.dates)

    @property
    def price_step(self) -> Fraction:
        """Greatest common divisor of its prices; 0 without prices."""
        return Fraction(self.price_divisor, 10**self.price_decimals)

    @property
    def is_quiet(self) -> bool:
        """True for a file of many markets in which nothing of this one happened."""
        return bool(self.feeds) and not self.dates

    def seen(self, source: Source, market: Market) -> Seen:
        """What it shows and says of the market's grid and contract."""
        highest = Fraction(self.price_largest, 10**self.price_decimals)
        is_native = not self.is_quiet and has_native_sizes(self.feeds, source.base_tables(market))
        return Seen(self.price_step, highest, self.qty_decimals, is_native, self.contracts)


@dataclass(slots=True)
class _Tally:
    """Running totals over the batches of a file."""

    lines: int = 0
    lines_beside: int = 0
    quarantined: int = 0
    dates: set[str] = field(default_factory=set)
    days: dict[date, DayMoments] = field(default_factory=dict)
    feeds: set[str] = field(default_factory=set)
    day_feeds: dict[str, set[str]] = field(default_factory=dict)
    first: datetime | None = None
    last: datetime | None = None
    known: datetime | None = None
    recv_unit: str = ""
    offsets: Counter[int] = field(default_factory=Counter)
    backwards_events: int = 0
    backwards_recv: int = 0
    grid: PriceGrid = field(default_factory=PriceGrid)
    qty_decimals: int = 0
    contracts: dict[ContractFacts, datetime] = field(default_factory=dict)
    span: tuple[int, int] | None = None
    holes: list[Hole] = field(default_factory=list)


def staged_folder(root: Path, source: Source, market: Market, file_id: str) -> Path:
    return root / "_staged" / f"{file_id}-{source.name}-v{source.version}-{quote(str(market), safe='')}"


def stage(path: Path, source: Source, market: Market, file_id: str, root: Path) -> Staged:
    """Read the raw file into pieces under `root`, or return what is staged already.

    The folder appears whole or not at all. Raises what the source raises.
    """
    folder = staged_folder(root, source, market, file_id)
    if (folder / _SUMMARY).exists():
        return load_staged(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="part-", dir=folder.parent))
    try:
        with no_collector():
            tally = _write_pieces(source, path, market, scratch)
        if tally.first is None:
            _date_without_records(tally)
        if tally.first is None or tally.last is None or tally.known is None:
            why = f"none of its {tally.lines:,} lines could be taken; most of all: {commonest_reason(scratch)}"
            raise FootprintError("FP002", why, where=str(path))
        _date_quarantine(scratch, tally)
        staged = _staged(folder, file_id, tally)
        (scratch / _SUMMARY).write_text(json.dumps(asdict(staged)))
        shutil.rmtree(folder, ignore_errors=True)
        scratch.rename(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return staged


def _date_without_records(tally: _Tally) -> None:
    """Instrument lists alone are of when they were said, a file in which nothing of the market happened of its span."""
    if tally.contracts:
        moments = tuple(tally.contracts.values())
    elif tally.feeds and tally.span:
        begin, end = tally.span
        moments = tuple(_EPOCH + timedelta(microseconds=us) for us in (begin, end - 1))
    else:
        return
    tally.first, tally.last = min(moments), max(moments)
    tally.known = tally.last


def commonest_reason(folder: Path) -> str:
    """Why most of a staged file's rejected lines were rejected; of equally many, the first in the alphabet."""
    frame = pl.concat([read_piece(piece) for piece in all_pieces(folder, "quarantine")])
    counts = frame["reason"].value_counts().sort("count", "reason", descending=[True, False])
    return str(counts["reason"][0])


def load_staged(folder: Path) -> Staged:
    """Read a summary back; FileNotFoundError if the folder is not staged."""
    raw: dict[str, Any] = json.loads((folder / _SUMMARY).read_text())
    lists: dict[str, Any] = {name: tuple(raw[name]) for name in ("dates", "feeds")}
    lists["contracts"] = tuple(ContractFacts(**facts) for facts in raw.get("contracts", []))
    lists["span"] = raw["span"] and tuple(raw["span"])
    lists["holes"] = tuple(Hole(*hole) for hole in raw["holes"])
    return Staged(**{**raw, **lists, "folder": str(folder)})


def _write_pieces(source: Source, path: Path, market: Market, folder: Path) -> _Tally:
    """Read batch by batch; a thread counts and writes a batch while the next is read."""
    tally = _Tally()
    with ThreadPoolExecutor(1) as writer:
        writing: Future[None] | None = None
        for number, batch in enumerate(source.read(path, market)):
            if writing:
                writing.result()  # no more than two batches are held, and what went wrong is heard of
            writing = writer.submit(_write_batch, batch, folder, number, tally)
            if tally.first is None and tally.quarantined > _HOPELESS:
                break
        if writing:
            writing.result()
    return tally


def _write_batch(batch: Batch, folder: Path, number: int, tally: _Tally) -> None:
    for name, frame in batch.frames.items():
        _count(tally, name, frame)
        for start, piece in _slices(frame):
            write_piece(piece, folder / name / f"{start:%Y%m%dT%H%M}-{number:06d}.arrow")
    if batch.quarantine.height:
        write_piece(batch.quarantine, folder / "quarantine" / f"{number:06d}.arrow")
    tally.lines += batch.lines
    tally.lines_beside += batch.lines_beside
    tally.quarantined += int(batch.quarantine["lines"].sum())
    tally.recv_unit = batch.recv_unit
    tally.offsets.update(batch.offsets_ms)
    tally.backwards_recv += batch.backwards_recv
    tally.grid = joined_grid(tally.grid, batch.grid)
    tally.qty_decimals = max(tally.qty_decimals, batch.qty_decimals)
    if batch.contract:
        said = _EPOCH + timedelta(microseconds=batch.contract_us)
        tally.contracts.setdefault(replace(batch.contract, said_on=str(said.date())), said)
    tally.span = batch.span
    tally.holes += batch.holes
    tally.feeds.update(batch.quiet)


def _slices(frame: pl.DataFrame) -> Iterator[tuple[datetime, pl.DataFrame]]:
    """The messages of each slice of time and its start; nearly always all are of one."""
    starts = frame["event_ts"].dt.truncate(SLICE)
    found = starts.unique(maintain_order=True).to_list()
    for start in found:
        yield start, frame if len(found) == 1 else frame.filter(starts == start)


def day_of(piece: Path) -> date:
    """The day of a staged piece, which its name tells."""
    return date.fromisoformat(piece.name[:8])


def all_pieces(folder: Path, table: str) -> list[Path]:
    """The staged pieces of a table, in the order of their slices and of the file's lines."""
    return sorted((folder / table).glob("*.arrow"))


def _count(tally: _Tally, name: str, frame: pl.DataFrame) -> None:
    seen = frame.select(
        first=pl.col("event_ts").min(),
        last=pl.col("event_ts").max(),
        known=pl.col("known_ts").max(),
        backwards=pl.col("is_backwards").sum(),
    ).row(0, named=True)
    if seen["first"] is None:
        return
    tally.feeds.add(name)
    tally.first = min(seen["first"], tally.first or seen["first"])
    tally.last = max(seen["last"], tally.last or seen["last"])
    tally.known = max(seen["known"], tally.known or seen["known"])
    tally.backwards_events += seen["backwards"]
    tally.days = joined_days([tally.days, _days(frame)])
    tally.dates.update(str(day) for day in tally.days)
    for day, feed in _day_feeds(name, frame):
        tally.day_feeds.setdefault(str(day), set()).add(feed)


def _day_feeds(name: str, frame: pl.DataFrame) -> list[tuple[date, str]]:
    """The days of a frame, each with what it holds records of."""
    if name != "funding":
        return [(day, name) for day in frame["event_ts"].dt.date().unique().to_list()]
    kind = pl.format("funding/{}", "kind")
    return frame.select(pl.col("event_ts").dt.date(), kind.alias("feed")).unique().rows()


def _days(frame: pl.DataFrame) -> dict[date, DayMoments]:
    """First and last event of each day of a frame."""
    event, known = pl.col("event_ts"), pl.col("known_ts")
    found = frame.group_by(event.dt.date().alias("day")).agg(
        first=event.min(), known=known.filter(event == event.min()).max(), last=event.max()
    )
    return {day: DayMoments(first, known, last) for day, first, known, last in found.rows()}


def _date_quarantine(folder: Path, tally: _Tally) -> None:
    """Lines rejected before the file's first good event get that event's time."""
    for path in all_pieces(folder, "quarantine"):
        frame = read_piece(path)
        never = pl.col("event_ts").dt.epoch("us") == 0
        dated = frame.with_columns(
            pl.when(never).then(pl.lit(tally.first)).otherwise(pl.col(name)).cast(frame[name].dtype).alias(name)
            for name in ("event_ts", "known_ts")
        )
        tally.dates.update(str(day) for day in dated["event_ts"].dt.date().unique().to_list())
        write_piece(dated, path)


def _staged(folder: Path, file_id: str, tally: _Tally) -> Staged:
    return Staged(
        folder=str(folder),
        file_id=file_id,
        lines=tally.lines,
        quarantined=tally.quarantined,
        dates=tuple(sorted(tally.dates)),
        moments={str(day): (str(at.first), str(at.first_known), str(at.last)) for day, at in tally.days.items()},
        feeds=tuple(sorted(tally.feeds)),
        day_feeds={day: tuple(sorted(feeds)) for day, feeds in sorted(tally.day_feeds.items())},
        first_ts=str(tally.first),
        last_ts=str(tally.last),
        known_ts=str(tally.known),
        recv_unit=tally.recv_unit,
        clock_offset_us=_median(tally.offsets),
        backwards_events=tally.backwards_events,
        backwards_recv=tally.backwards_recv,
        price_divisor=tally.grid.divisor,
        price_decimals=tally.grid.decimals,
        qty_decimals=tally.qty_decimals,
        price_largest=tally.grid.largest,
        lines_beside=tally.lines_beside,
        contracts=tuple(tally.contracts),
        span=_covered(tally),
        holes=tuple(tally.holes),
    )


def _covered(tally: _Tally) -> tuple[str, str] | None:
    """The stretch that the file states and all that it holds: venues cut days seconds off, and names can be wrong."""
    if tally.span is None or tally.first is None or tally.last is None:
        return None
    begin, end = (_EPOCH + timedelta(microseconds=us) for us in tally.span)
    return str(min(begin, tally.first)), str(max(end, tally.last + timedelta(microseconds=1)))


def _median(counts: Counter[int]) -> int | None:
    """Lower median of milliseconds given with their counts, in microseconds."""
    half, seen = sum(counts.values()) / 2, 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= half:
            return 1_000 * value
    return None


def pieces(folder: Path, table: str, day: date) -> dict[str, list[Path]]:
    """The staged pieces of a table on a day, by the start of their slice ("20240808T2350")."""
    found: dict[str, list[Path]] = {}
    for path in all_pieces(folder, table):
        if path.name.startswith(f"{day:%Y%m%d}T"):
            found.setdefault(path.name.split("-")[0], []).append(path)
    return found


def quarantined(folder: Path, day: date) -> pl.DataFrame | None:
    """The lines of the file that were rejected while reading, on a day."""
    paths = all_pieces(folder, "quarantine")
    if not paths:
        return None
    return pl.concat([read_piece(path) for path in paths]).filter(pl.col("event_ts").dt.date() == day)
