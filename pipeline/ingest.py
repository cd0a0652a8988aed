"""Ingest: register raw files, then bring the tables they touch up to date."""

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Final

from pipeline.config import Config
from pipeline.config_markets import RawFiles
from pipeline.errors import FootprintError
from pipeline.lake import Lake
from pipeline.market import Market
from pipeline.plan import Wanted
from pipeline.pool import OpenPool, process_pool, workers_for
from pipeline.registry import file_digest, instruments, register, registered
from pipeline.seen import common_step
from pipeline.sources import SOURCES, Source
from pipeline.spans import Spans, resolve_spans
from pipeline.staging import Staged, commonest_reason, stage

Told = Callable[[Path], None]
_FINER: Final = 1_000
"""A grid finer than a tick by more than this is none that a venue had."""


@dataclass(slots=True)
class Registration:
    """What became of the files given: newly registered ones, and how many were known already."""

    new: list[Staged] = field(default_factory=list)
    known: int = 0


def ingest(
    lake: Lake,
    source: Source,
    files: Sequence[Path],
    market: Market,
    wanted: Wanted,
    *,
    workers: int | None = None,
    pool: OpenPool = process_pool,
    told: Told = lambda _: None,
) -> Registration:
    """Read the files and register them, all or none; `told` hears of each file that was read.

    Raises FP001 for a missing file, FP002 and FP003 for one that cannot be read, FP004
    for one with too many bad lines, FP005 for prices off the inferred tick; the lake
    is then as it was.
    """
    for path in files:
        if not path.is_file():
            is_folder = path.is_dir()
            raise FootprintError(
                "FP001",
                "expected a raw file, got a folder" if is_folder else "expected a raw file",
                where=str(path),
                hint=f"name its files, as {path / '*'}, those of one source and market"
                if is_folder
                else "check the path; a pattern that matches nothing is taken as a name",
            )
    digests = {file_digest(lake.root, path): path for path in files}
    known = [file for file in registered(lake) if file.market == market]
    there = {file.file_id for file in known}
    fresh = {digest: path for digest, path in digests.items() if digest[:16] not in there}
    result = Registration(known=len(files) - len(fresh))
    if not fresh:
        return result
    with pool(workers or workers_for(list(fresh.values()))) as executor:
        tasks = []
        for digest, path in fresh.items():
            task = executor.submit(stage, path, source, market, digest[:16], lake.root)
            task.add_done_callback(partial(_tell, told, path))
            tasks.append(task)
        result.new = [task.result() for task in tasks]
    if all(staged.is_quiet for staged in result.new) and not any(file.dates for file in known):
        raise _absent(market, list(fresh.values()))
    sightings = [(file.dates, file.seen) for file in known]
    sightings += [(staged.days, staged.seen(source, market)) for staged in result.new]
    spans = resolve_spans(market, wanted, instruments(lake).get(market), sightings)
    for path, staged in zip(fresh.values(), result.new, strict=True):
        _gate(path, staged, source, market, spans, wanted)
    entries = list(zip(fresh.values(), fresh.keys(), result.new, strict=True))
    register(lake, market, entries, source.name, source.version, spans)
    return result


def _absent(market: Market, files: Sequence[Path]) -> FootprintError:
    """Of files of all markets, none has a record of this one: the name is more likely wrong than the market silent."""
    count = "the file has" if len(files) == 1 else f"{len(files):,} files have"
    return FootprintError(
        "FP003",
        f"expected records of {market}, and {count} records of other markets only",
        where=str(files[0]),
        hint="check --symbol (case matters); where it is right, add a file in which it traded",
    )


def _tell(told: Told, path: Path, task: "Future[Staged]") -> None:
    if task.exception() is None:
        told(path)


def _gate(path: Path, staged: Staged, source: Source, market: Market, spans: Spans, wanted: Wanted) -> None:
    """Refuse a file of which too much would go to quarantine; instrument lists alone have no days."""
    if not staged.days:
        return
    allowed = wanted.of(market, min(staged.days)).max_quarantine
    off_grid = _lines_off_grid(staged, spans, source.base_tables(market))
    bad = staged.quarantined + off_grid
    if bad <= allowed * staged.lines:
        return
    reason = (
        commonest_reason(Path(staged.folder))
        if staged.quarantined >= off_grid
        else f"prices off the tick {spans.on(min(staged.days)).tick_size:g}"
    )
    raise FootprintError(
        "FP004",
        f"{bad:,} of {staged.lines:,} lines could not be taken (more than {allowed:.0%}); most of all: {reason}",
        where=str(path),
        hint="check --venue, --symbol and --tick, or raise max_quarantine for this market in footprint.toml",
    )


def _lines_off_grid(staged: Staged, spans: Spans, base_tables: Collection[str]) -> int:
    """Lines with a price or quantity that the instrument of their day does not allow; none if the tick came from
    them."""
    if {"tick_size", "qty_decimals"} <= {*spans.inferred}:
        return 0
    import polars as pl

    from pipeline.identity import off_grid_lines
    from pipeline.messages import Messages
    from pipeline.piece import read_piece
    from pipeline.staging import all_pieces, day_of

    lines = 0
    for table in ("book_updates", "trades", "book_ticker"):
        base_files = [staged.file_id] if table in base_tables else []
        for piece in all_pieces(Path(staged.folder), table):
            instrument = spans.on(day_of(piece))
            messages = Messages.of(table, read_piece(piece).with_columns(file_id=pl.lit(staged.file_id)))
            messages = messages.in_base_units(instrument, base_files)
            lines += off_grid_lines(messages, instrument.tick_size, instrument.qty_decimals)
    return lines


@dataclass(frozen=True, slots=True)
class QuarantineWarning:
    """How much of the new files went to quarantine, in words."""

    text: str
    is_too_many: bool


def quarantine_warning(lake: Lake, market: Market, result: Registration, allowed: float) -> QuarantineWarning | None:
    """What of the newly registered files could not be taken, after merging; None if all could."""
    lines = sum(staged.lines for staged in result.new)
    bad = _quarantined_lines(lake, market, {staged.file_id for staged in result.new})
    if not bad:
        return None
    text = (
        f"warning: {bad:,} of {lines:,} new lines are in quarantine; `select * from quarantine` after publish tells why"
    )
    return QuarantineWarning(text + _finer_grid(instruments(lake)[market], result.new), bad > allowed * lines)


def _finer_grid(spans: Spans, files: Sequence[Staged]) -> str:
    """What to do where prices of the files lie off the tick of a list; nothing if they don't, or may be no grid."""
    for staged in files:
        tick = Fraction(repr(spans.on(min(staged.days)).tick_size)) if staged.days else Fraction(0)
        step = common_step([staged.price_step, tick])
        is_said = any(facts.tick == float(tick) for facts in staged.contracts)
        if tick and is_said and step != tick and tick / step <= _FINER:
            return (
                f"\nwarning: its prices lie on a grid of {float(step):g}, and its instrument list says a tick of "
                f"{float(tick):g}: if orders from before a change of the tick rest in the book, "
                f"`footprint forget {staged.file_id}` and ingest it with --tick {float(step):g}"
            )
    return ""


def _quarantined_lines(lake: Lake, market: Market, file_ids: set[str]) -> int:
    rows = lake.rows("accounts", market)
    return sum(row["lines_quarantined"] for row in rows if row["file_id"] in file_ids)


def ingest_configured(
    lake: Lake,
    config: Config,
    wanted: Wanted,
    *,
    workers: int | None = None,
    pool: OpenPool = process_pool,
    told: Told = lambda _: None,
) -> Iterator[tuple[Market, Registration]]:
    """Register the raw files that the configuration names, whose sources are known.

    Raises FP010 for a pattern that matches nothing, before any file is read.
    """
    for raw, files in [(raw, _matching(config, raw)) for raw in config.raw]:
        source = SOURCES[raw.source]
        yield raw.market, ingest(lake, source, files, raw.market, wanted, workers=workers, pool=pool, told=told)


def _matching(config: Config, raw: RawFiles) -> list[Path]:
    """The files of a [[raw]], sorted."""
    place, files = config.folder, Path(raw.files)
    if files.is_absolute():
        place, files = Path(files.anchor), files.relative_to(files.anchor)
    if found := sorted(place.glob(str(files))):
        return found
    raise FootprintError(
        "FP010",
        f"no file matches {raw.files!r}",
        where=f"[[raw]] of {raw.market} from {raw.source}",
        hint=f"files is a pattern below this folder, {config.folder.absolute()}, or an absolute one",
    )
