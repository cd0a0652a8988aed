"""Which raw files belong to the lake, and what is known of each market."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import FootprintError
from pipeline.fingerprint import fingerprint, sha256_of
from pipeline.lake import Lake, LiveFile
from pipeline.market import Instrument, Market
from pipeline.parts import Part, write_part
from pipeline.recording import DayMoments, day_start, joined_days
from pipeline.seen import Seen, facts_of, facts_text, has_native_sizes
from pipeline.sources import SOURCES
from pipeline.sources.batch import Hole
from pipeline.spans import Spans
from pipeline.staging import Staged
from signals.inputs.bookkeeping import INSTRUMENTS, MANIFEST

if TYPE_CHECKING:
    import polars as pl

_CACHE = "digests.json"


@dataclass(frozen=True, slots=True)
class Registered:
    """A raw file of a market, as the manifest tells it."""

    market: Market
    file_id: str
    path: str
    source: str
    first_ts: datetime
    last_ts: datetime
    dates: tuple[date, ...]
    days: Mapping[date, DayMoments]
    feeds: tuple[str, ...]
    day_feeds: Mapping[date, frozenset[str]]
    span: tuple[datetime, datetime] | None
    lines: int
    seen: Seen
    holes: tuple[Hole, ...] = ()


def file_digest(root: Path, path: Path) -> str:
    """sha256 of the file, remembered by its place, size and time of change."""
    cache = root / "_staged" / _CACHE
    known = _remembered(cache)
    stat = path.stat()
    stamp = [stat.st_size, stat.st_mtime_ns]
    entry = known.get(str(path.resolve()))
    if entry and entry[:2] == stamp:
        return str(entry[2])
    digest = sha256_of(path)
    cache.parent.mkdir(parents=True, exist_ok=True)
    scratch = cache.with_suffix(f".{digest[:8]}")
    scratch.write_text(json.dumps(known | {str(path.resolve()): [*stamp, digest]}))
    scratch.replace(cache)
    return digest


def _remembered(cache: Path) -> dict[str, list[Any]]:
    """Digests by path; nothing if the cache is not there or was damaged: it only saves time."""
    try:
        known = json.loads(cache.read_text())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def registered(lake: Lake) -> list[Registered]:
    """All raw files of the lake, ordered by market and id."""
    files = [
        Registered(
            Market(row["venue"], row["symbol"]),
            row["file_id"],
            row["path"],
            row["source"],
            row["first_ts"],
            row["last_ts"],
            tuple(row["dates"]),
            _moments(row),
            tuple(row["feeds"]),
            dict(zip(row["dates"], map(frozenset, row["day_feeds"]), strict=True)),
            None if row["covers_from_ts"] is None else (row["covers_from_ts"], row["covers_to_ts"]),
            row["lines"],
            _seen(row),
            tuple(Hole(*hole) for hole in json.loads(row["holes"] or "[]")),
        )
        for row in lake.rows("manifest")
    ]
    return sorted(files, key=lambda file: (file.market, file.file_id))


def _seen(row: Mapping[str, Any]) -> Seen:
    is_native = has_native_sizes(row["feeds"], SOURCES[row["source"]].base_tables(Market(row["venue"], row["symbol"])))
    step, highest = (Fraction(row[name]) for name in ("price_step", "price_highest"))
    return Seen(step, highest, row["qty_decimals"], is_native, facts_of(row["said"]))


def _moments(row: Mapping[str, Any]) -> dict[date, DayMoments]:
    lists = zip(row["dates"], row["day_first_ts"], row["day_first_known_ts"], row["day_last_ts"], strict=True)
    return {day: DayMoments(first, known, last) for day, first, known, last in lists if first is not None}


def instruments(lake: Lake) -> dict[Market, Spans]:
    """What is known of each market in the lake."""
    found: dict[Market, dict[date, Instrument]] = {}
    for row in lake.rows("instruments"):
        inferred = tuple(filter(None, row["inferred"].split(",")))
        named = {spec.name: row[spec.name] for spec in fields(Instrument)} | {"inferred": inferred}
        found.setdefault(Market(row["venue"], row["symbol"]), {})[row["valid_from"].date()] = Instrument(**named)
    return {market: Spans(tuple(sorted(rows.items(), key=lambda row: row[0]))) for market, rows in found.items()}


def register(
    lake: Lake,
    market: Market,
    files: Sequence[tuple[Path, str, Staged]],
    source: str,
    version: int,
    spans: Spans,
) -> None:
    """Add raw files (path, sha256, what was seen in it) to the market, in one commit per table.

    The instruments stand first: a market without files is nothing, files without their
    instruments could not be read.
    """
    set_instruments(lake, market, spans, [_days(staged) for *_, staged in files])
    rows = [_manifest_row(market, path, digest, staged, source, version) for path, digest, staged in files]
    lake.commit({"manifest": MANIFEST}, [_manifest_part(lake, market, rows)], [])


def set_instruments(lake: Lake, market: Market, spans: Spans, coming: Sequence[Mapping[date, DayMoments]] = ()) -> None:
    """State the market's facts, each span as known from its first record on; nothing if they stand so already."""
    days = joined_days([*(file.days for file in registered(lake) if file.market == market), *coming])
    rows = [_instrument_row(market, begin, one, days) for begin, one in spans.rows]
    name = fingerprint(rows=[{key: str(value) for key, value in row.items()} for row in rows])
    if [file.fingerprint for file in lake.live("instruments", market)] == [name]:
        return
    frame = INSTRUMENTS.check(instrument_frame(rows))
    lake.commit({"instruments": INSTRUMENTS}, [write_part(lake.root, INSTRUMENTS, market, None, name, {}, frame)], [])


def _instrument_row(
    market: Market, begin: date, instrument: Instrument, days: Mapping[date, DayMoments]
) -> dict[str, Any]:
    """A span is known when its first day is; one of which no day was recorded, when it begins."""
    recorded = min((day for day in days if day >= begin), default=None)
    known = day_start(begin) if recorded is None else days[recorded].first_known
    return instrument_row(market, begin, instrument, known)


def instrument_row(market: Market, begin: date, instrument: Instrument, known: datetime) -> dict[str, Any]:
    """An instrument as a row of INSTRUMENTS."""
    facts = asdict(instrument) | {"inferred": ",".join(instrument.inferred)}
    named = {"venue": market.venue, "symbol": market.symbol, "valid_from": day_start(begin), "known_ts": known}
    return named | facts


def instrument_frame(rows: Sequence[Mapping[str, Any]]) -> "pl.DataFrame":
    """The rows as a frame of INSTRUMENTS."""
    import polars as pl

    return pl.DataFrame(rows, schema=INSTRUMENTS.schema)


def _days(staged: Staged) -> dict[date, DayMoments]:
    return {
        date.fromisoformat(day): DayMoments(*map(datetime.fromisoformat, moments))
        for day, moments in staged.moments.items()
    }


def _day_lists(staged: Staged) -> dict[str, list[Any]]:
    """The manifest's days with the first and last event of each, null where only bad lines are known."""
    days = _days(staged)
    dates = staged.days
    found = [days.get(day) for day in dates]
    return {
        "dates": list(dates),
        "day_first_ts": [moments and moments.first for moments in found],
        "day_first_known_ts": [moments and moments.first_known for moments in found],
        "day_last_ts": [moments and moments.last for moments in found],
    }


def _manifest_row(market: Market, path: Path, digest: str, staged: Staged, source: str, version: int) -> dict[str, Any]:
    return {
        "venue": market.venue,
        "symbol": market.symbol,
        "file_id": staged.file_id,
        "known_ts": datetime.fromisoformat(staged.known_ts),
        "path": str(path.resolve()),
        "bytes": path.stat().st_size,
        "sha256": digest,
        "source": source,
        "parser_version": version,
        "first_ts": datetime.fromisoformat(staged.first_ts),
        "last_ts": datetime.fromisoformat(staged.last_ts),
        "covers_from_ts": staged.span and datetime.fromisoformat(staged.span[0]),
        "covers_to_ts": staged.span and datetime.fromisoformat(staged.span[1]),
        **_day_lists(staged),
        "feeds": list(staged.feeds),
        "day_feeds": [list(staged.day_feeds.get(day, ())) for day in staged.dates],
        "price_step": _decimal(staged.price_divisor, staged.price_decimals),
        "price_highest": _decimal(staged.price_largest, staged.price_decimals),
        "qty_decimals": staged.qty_decimals,
        "said": facts_text(staged.contracts),
        "holes": json.dumps(staged.holes),
        "recv_unit": staged.recv_unit,
        "clock_offset_us": staged.clock_offset_us,
        "lines": staged.lines,
        "lines_beside": staged.lines_beside,
        "backwards_events": staged.backwards_events,
        "backwards_recv": staged.backwards_recv,
    }


def _decimal(units: int, decimals: int) -> str:
    """Units of 10^-decimals as text, all digits kept."""
    return format(Decimal(units).scaleb(-decimals).normalize(), "f") if units else "0"


def forget(lake: Lake, text: str) -> Registered:
    """Withdraw the raw file given by path, name or id; FP006 if there is none or several."""
    named = [file for file in registered(lake) if text in (file.file_id, file.path, Path(file.path).name)]
    named = named or [file for file in registered(lake) if file.path == str(Path(text).resolve())]
    if len(named) != 1:
        known = ", ".join(f"{Path(file.path).name} ({file.file_id})" for file in (named or registered(lake))[:5])
        raise FootprintError(
            "FP006",
            f"{text!r} names {len(named)} registered files; there are: {known or 'none'}",
            hint="use the id shown by `footprint status`",
        )
    found = named[0]
    for file in lake.live("manifest", found.market):
        rows = lake.rows_of("manifest", file)
        left = [row for row in rows if row["file_id"] != found.file_id]
        if len(left) < len(rows):
            _rewrite(lake, file, left)
    if not any(file.market == found.market for file in registered(lake)):
        gone = [("instruments", file) for file in lake.live("instruments", found.market)]
        lake.commit({"instruments": INSTRUMENTS}, [], gone)
    return found


def _rewrite(lake: Lake, file: LiveFile, left: Sequence[Mapping[str, Any]]) -> None:
    """Put a manifest part with fewer rows in the place of `file`."""
    parts = [_manifest_part(lake, file.market, left)] if left else []
    lake.commit({"manifest": MANIFEST}, parts, [("manifest", file)])


def _manifest_part(lake: Lake, market: Market, rows: Sequence[Mapping[str, Any]]) -> Part:
    import polars as pl

    frame = pl.DataFrame(rows, schema=MANIFEST.schema).sort(MANIFEST.key)
    name = fingerprint(files=sorted(row["file_id"] for row in rows))
    return write_part(lake.root, MANIFEST, market, None, name, {"files": len(rows)}, frame)
